package dev.slotstream.replication;

import dev.slotstream.engine.Shard;

/**
 * What a node that serves followers knows of the leader of all: a node that follows itself tells
 * its followers how far its own leader is, so that a follower at the end of a chain knows its
 * distance from the beginning. Any thread.
 */
@FunctionalInterface
public interface LeaderPosition {
  /** Of a node that leads. */
  LeaderPosition OWN = Shard::committedSequence;

  /** The last record of a shard that the leader has committed, as far as is known here. */
  long last(Shard shard);

  /**
   * Whether it is known whose history the shard holds. A follower that has just been created holds
   * one of its own, which it will give up for its leader's: nobody must take that over.
   */
  default boolean isSettled(Shard shard) {
    return true;
  }
}
