package dev.slotstream.ops;

import dev.slotstream.replication.FollowerStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** A leader's followers as gauges: there while a follower is connected. Any thread. */
final class FollowerGauges {
  private static final List<Figure> FIGURES =
      List.of(
          new Figure(
              Meters.LAG_RECORDS, "records that are not acknowledged", FollowerStatus::lagRecords),
          new Figure(
              Meters.LAG_BYTES, "bytes of log that are not acknowledged", FollowerStatus::lagBytes),
          new Figure(
              Meters.LAG_SECONDS,
              "age of the oldest record that is not acknowledged",
              FollowerStatus::lagSeconds),
          new Figure(
              Meters.DURABLE_SEQUENCE,
              "last sequence on the follower's disk",
              FollowerStatus::durableSequence),
          new Figure(
              Meters.ACK_AGE,
              "seconds since the follower acknowledged something",
              FollowerStatus::lastAckAgeSeconds),
          new Figure(
              Meters.QUEUED_BYTES,
              "bytes that wait until the follower's socket takes them",
              FollowerStatus::queuedBytes),
          new Figure(
              Meters.CONNECTED,
              "1 while the follower is connected",
              status -> status.connected() ? 1 : 0));

  private final MeterRegistry registry;
  private final Map<Session, Shown> sessions = new ConcurrentHashMap<>();
  private final Map<Integer, Meter> shards = new ConcurrentHashMap<>();

  private record Figure(String name, String description, ToDoubleFunction<FollowerStatus> of) {}

  private record Session(String follower, int shard) {}

  private record Shown(Supplier<FollowerStatus> status, List<Meter> meters) {}

  FollowerGauges(MeterRegistry registry) {
    this.registry = registry;
    for (FollowerStatus.State state : FollowerStatus.State.values()) {
      Gauge.builder(Meters.FOLLOWERS, () -> count(state))
          .description("sessions of followers")
          .tag(Meters.STATE, state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }

  private long count(FollowerStatus.State state) {
    return sessions.values().stream().filter(s -> s.status().get().state() == state).count();
  }

  void add(String follower, int shard, Supplier<FollowerStatus> status) {
    remove(follower, shard);
    shards.computeIfAbsent(shard, this::showMinVersion);
    Tags tags = Tags.of(Meters.FOLLOWER, follower, Meters.SHARD, Integer.toString(shard));
    List<Meter> meters = new ArrayList<>();
    FIGURES.forEach(figure -> meters.add(show(figure, status, tags)));
    sessions.put(new Session(follower, shard), new Shown(status, meters));
  }

  private Meter show(Figure figure, Supplier<FollowerStatus> status, Tags tags) {
    return Gauge.builder(figure.name(), () -> figure.of().applyAsDouble(status.get()))
        .description(figure.description())
        .tags(tags)
        .register(registry);
  }

  private Meter showMinVersion(int shard) {
    return Gauge.builder(Meters.MIN_VERSION, () -> minVersion(shard))
        .description("lowest of the highest versions that followers acknowledged")
        .tag(Meters.SHARD, Integer.toString(shard))
        .register(registry);
  }

  private double minVersion(int shard) {
    return sessions.entrySet().stream()
        .filter(s -> s.getKey().shard() == shard)
        .mapToInt(s -> s.getValue().status().get().highestVersion())
        .min()
        .orElse(0);
  }

  void remove(String follower, int shard) {
    Shown shown = sessions.remove(new Session(follower, shard));
    if (shown != null) {
      shown.meters().forEach(registry::remove);
    }
  }
}
