package dev.slotstream.replication;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * What all sessions of a leader share.
 *
 * @param window batches that a follower may have unacknowledged
 * @param meter who counts
 * @param clock nanoseconds that only go forward
 * @param commitClocks one per shard
 * @param names of the followers that are connected
 */
record LeaderContext(
    int window,
    ReplicationMeter meter,
    LongSupplier clock,
    List<CommitClock> commitClocks,
    FollowerNames names) {

  double ageOfNext(int shard, long sequence) {
    return commitClocks.get(shard).ageOfNext(sequence, clock.getAsLong());
  }
}
