package dev.slotstream.replication;

import dev.slotstream.engine.Shard;

/**
 * How far the leader is, as a node tells its followers: a node that follows itself tells them how
 * far its own leader is, so that a follower at the end of a chain knows its distance from the
 * beginning. Any thread.
 */
@FunctionalInterface
public interface LeaderPosition {
  /** Of a node that leads. */
  LeaderPosition OWN = Shard::committedSequence;

  /** The last record of a shard that the leader has committed, as far as is known here. */
  long last(Shard shard);
}
