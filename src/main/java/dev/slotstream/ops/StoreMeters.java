package dev.slotstream.ops;

import dev.slotstream.engine.RecoveryReport;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.ShardStatus;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.KeyValueStore;
import dev.slotstream.kv.WriteAccess;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Shows the store's figures as meters. */
@Singleton
final class StoreMeters {
  private static final double NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

  private final MeterRegistry registry;

  StoreMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Shows an open store; once. */
  void bind(SlotEngine engine, KeyValueStore store) {
    Gauge.builder(Meters.LEADER, () -> store.access() instanceof WriteAccess.Leader ? 1 : 0)
        .description("1 on a leader, 0 on a follower")
        .register(registry);
    Gauge.builder(Meters.EPOCH, engine::epoch)
        .description("the present leadership")
        .register(registry);
    waiting("followers", store::waitingForFollowers);
    waiting("position", store::waitingForPositions);
    engine.shards().forEach(this::bind);
    engine.shards().forEach(shard -> bindDamage(engine.recovery(), shard));
  }

  private void bindDamage(RecoveryReport found, Shard shard) {
    int number = shard.number();
    gauge(
        shard,
        Meters.LOG_DAMAGED,
        "1 when the log was found damaged at the start",
        status -> found.damagedLogs().stream().anyMatch(log -> log.shard() == number) ? 1 : 0);
  }

  private void waiting(String kind, Supplier<Number> figure) {
    Gauge.builder(Meters.KV_WAITING, figure)
        .description("operations that wait")
        .tag(Meters.KIND, kind)
        .register(registry);
  }

  private void bind(Shard shard) {
    gauge(shard, Meters.SLOTS_USED, "slots that are taken", ShardStatus::slotsUsed);
    gauge(shard, Meters.SLOTS_CAPACITY, "slots that exist", ShardStatus::slots);
    gauge(shard, Meters.SLOTS_DAMAGED, "slots that cannot be read", ShardStatus::slotsDamaged);
    gauge(shard, Meters.WRITABLE, "1 while the shard takes writes", s -> s.writable() ? 1 : 0);
    bytes(shard, "slots", ShardStatus::slotBytes);
    bytes(shard, "log", ShardStatus::logBytes);
    bytes(shard, "memory", ShardStatus::memoryBytes);
    sequence(shard, "appended", ShardStatus::appendedSequence);
    sequence(shard, "durable", ShardStatus::durableSequence);
    sequence(shard, "committed", ShardStatus::committedSequence);
    sequence(shard, "checkpoint", ShardStatus::checkpointSequence);
    sequence(shard, "oldest", ShardStatus::oldestSequence);
    counter(shard, Meters.SCRUBS, "times that all slots were checked", Shard::scrubs);
    counter(shard, Meters.LOG_APPENDED, "bytes appended to the log", Shard::logEndOffset);
    counter(shard, Meters.LOG_SYNCS, "forces of the log", s -> s.syncs().syncs());
    counter(
        shard,
        Meters.LOG_SYNC_SECONDS,
        "seconds spent forcing the log",
        s -> s.syncs().nanos() / NANOS_PER_SECOND);
    counter(shard, Meters.LOG_SYNC_RECORDS, "records forced", s -> s.syncs().records());
  }

  private void bytes(Shard shard, String kind, ToDoubleFunction<ShardStatus> figure) {
    gauge(shard, Meters.STORE_BYTES, Tags.of(Meters.KIND, kind), "bytes of the store", figure);
  }

  private void sequence(Shard shard, String kind, ToDoubleFunction<ShardStatus> figure) {
    gauge(shard, Meters.LOG_SEQUENCE, Tags.of(Meters.KIND, kind), "sequence in the log", figure);
  }

  private void gauge(
      Shard shard, String name, String description, ToDoubleFunction<ShardStatus> figure) {
    gauge(shard, name, Tags.empty(), description, figure);
  }

  private void gauge(
      Shard shard,
      String name,
      Tags tags,
      String description,
      ToDoubleFunction<ShardStatus> figure) {
    Gauge.builder(name, () -> figure.applyAsDouble(shard.status()))
        .description(description)
        .tags(tags.and(Meters.SHARD, Integer.toString(shard.number())))
        .register(registry);
  }

  private void counter(
      Shard shard, String name, String description, ToDoubleFunction<Shard> figure) {
    FunctionCounter.builder(name, shard, figure)
        .description(description)
        .tag(Meters.SHARD, Integer.toString(shard.number()))
        .register(registry);
  }
}
