package dev.slotstream.ops;

import dev.slotstream.replication.FollowerStatus;
import dev.slotstream.replication.ReplicationMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Counts what replication does. Event loops. */
@Singleton
public final class ReplicationCounters implements ReplicationMeter {
  private final MeterRegistry registry;
  private final FollowerGauges followers;
  private final Map<Integer, AtomicInteger> streams = new ConcurrentHashMap<>();

  ReplicationCounters(MeterRegistry registry) {
    this.registry = registry;
    this.followers = new FollowerGauges(registry);
  }

  @Override
  public void followerConnected(String follower, int shard, Supplier<FollowerStatus> status) {
    followers.add(follower, shard, status);
  }

  @Override
  public void followerGone(String follower, int shard, String reason) {
    followers.remove(follower, shard);
    byReason(Meters.DISCONNECTS, "sessions and links that ended", reason);
  }

  @Override
  public void streamBegan(int shard) {
    streams.computeIfAbsent(shard, this::showStreams).incrementAndGet();
  }

  @Override
  public void streamEnded(int shard) {
    streams.get(shard).decrementAndGet();
  }

  private AtomicInteger showStreams(int shard) {
    AtomicInteger count = new AtomicInteger();
    Gauge.builder(Meters.STREAMS, count, AtomicInteger::get)
        .description("subscriptions of followers' sessions")
        .tag(Meters.SHARD, Integer.toString(shard))
        .register(registry);
    return count;
  }

  @Override
  public void scanStarted(int shard, String reason) {
    Counter.builder(Meters.SCANS)
        .description("scans of all slots that began")
        .tag(Meters.SHARD, Integer.toString(shard))
        .tag(Meters.REASON, reason)
        .register(registry)
        .increment();
  }

  @Override
  public void slotsScanned(int shard, long slots) {
    byShard(Meters.SCANNED_SLOTS, "slots sent by scans", shard, slots);
  }

  @Override
  public void eventsStreamed(int shard, long events) {
    byShard(Meters.STREAMED_EVENTS, "events sent out of the log", shard, events);
  }

  @Override
  public void frameRejected(String reason) {
    byReason(Meters.REJECTED_FRAMES, "frames that were not allowed", reason);
  }

  @Override
  public void linkLost(int shard, String reason) {
    byReason(Meters.DISCONNECTS, "sessions and links that ended", reason);
  }

  @Override
  public void recordsKeptAside(int shard, long records) {
    byShard(Meters.KEPT_ASIDE, "records that the leader never had", shard, records);
  }

  @Override
  public void eventsApplied(int shard, long applied, long skipped) {
    byShard(Meters.APPLIED_EVENTS, "events that changed a slot", shard, applied);
    byShard(Meters.SKIPPED_EVENTS, "events not newer than their slot", shard, skipped);
  }

  private void byShard(String name, String description, int shard, long amount) {
    Counter.builder(name)
        .description(description)
        .tag(Meters.SHARD, Integer.toString(shard))
        .register(registry)
        .increment((double) amount);
  }

  private void byReason(String name, String description, String reason) {
    Counter.builder(name)
        .description(description)
        .tag(Meters.REASON, reason)
        .register(registry)
        .increment();
  }
}
