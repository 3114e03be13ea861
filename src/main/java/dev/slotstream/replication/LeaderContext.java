package dev.slotstream.replication;

import dev.slotstream.engine.SlotEngine;
import dev.slotstream.replication.ReplicationServer.ServerOptions;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * What all sessions of a leader share.
 *
 * @param options what a follower may take
 * @param meter who counts
 * @param clock nanoseconds that only go forward
 * @param commitClocks one per shard
 * @param position how far the leader of all is
 * @param names of the followers that are connected
 * @param seats one session for each follower and shard
 * @param permits for full syncs
 * @param registry where followers are
 */
record LeaderContext(
    ServerOptions options,
    ReplicationMeter meter,
    LongSupplier clock,
    List<CommitClock> commitClocks,
    LeaderPosition position,
    FollowerNames names,
    Seats seats,
    SyncPermits permits,
    FollowerRegistry registry) {

  private static final double MILLIS_PER_SECOND = 1e3;

  /** For a leader that has no followers yet. */
  static LeaderContext of(
      SlotEngine engine,
      ServerOptions options,
      ReplicationMeter meter,
      LongSupplier clock,
      LeaderPosition position) {
    int shards = engine.shards().size();
    List<CommitClock> clocks = Stream.generate(CommitClock::new).limit(shards).toList();
    return new LeaderContext(
        options,
        meter,
        clock,
        clocks,
        position,
        new FollowerNames(),
        new Seats(),
        new SyncPermits(options.maxFullSyncs()),
        new FollowerRegistry(
            shards,
            (shard, sequence) -> clocks.get(shard).ageOfNext(sequence, clock.getAsLong()),
            options.inSyncLag().toMillis() / MILLIS_PER_SECOND));
  }

  double ageOfNext(int shard, long sequence) {
    return commitClocks.get(shard).ageOfNext(sequence, clock.getAsLong());
  }
}
