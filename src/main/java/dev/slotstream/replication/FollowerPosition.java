package dev.slotstream.replication;

import java.util.UUID;

/**
 * What one follower has of one shard, as far as it has said so. Written by its session's event
 * loop, read by any thread.
 */
final class FollowerPosition {
  private final ShardPositions shard;
  private final UUID follower;
  private final SessionFigures figures;
  private volatile long applied;
  private volatile long durable;
  private volatile boolean caughtUp;

  FollowerPosition(
      ShardPositions shard, UUID follower, SessionFigures figures, long applied, long durable) {
    this.shard = shard;
    this.follower = follower;
    this.figures = figures;
    this.applied = applied;
    this.durable = durable;
  }

  UUID follower() {
    return follower;
  }

  /** The last session's figures. */
  SessionFigures figures() {
    return figures;
  }

  long applied() {
    return applied;
  }

  /** Applied, and on disk there. */
  long durable() {
    return durable;
  }

  /** True when it has everything that was there when it connected. */
  boolean caughtUp() {
    return caughtUp;
  }

  /**
   * The follower says where it is.
   *
   * @param nowCaughtUp true when it has everything that was there when it connected
   */
  void reached(long newApplied, long newDurable, boolean nowCaughtUp) {
    shard.reached(this, newApplied, newDurable, nowCaughtUp);
  }

  /** For the shard, under its lock. */
  void set(long newApplied, long newDurable, boolean newCaughtUp) {
    applied = newApplied;
    durable = newDurable;
    caughtUp = newCaughtUp;
  }

  /** The session has ended. */
  void leave() {
    shard.leave(this);
  }
}
