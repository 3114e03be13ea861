package dev.slotstream.ops;

import dev.slotstream.replication.LinkStatus;
import dev.slotstream.replication.ReplicationView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A follower's links to its leader as gauges. */
@Singleton
final class LinkGauges {
  private final MeterRegistry registry;

  LinkGauges(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Shows a follower's links; once, when they are there. */
  void bind(ReplicationView view) {
    if (view.links().isEmpty()) {
      return;
    }
    for (LinkStatus.State state : LinkStatus.State.values()) {
      Gauge.builder(Meters.LINKS, () -> count(view, state))
          .description("links to the leader")
          .tag(Meters.STATE, state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    for (LinkStatus link : view.links()) {
      int shard = link.shard();
      show(
          view,
          shard,
          Meters.LINK_SILENCE,
          "seconds since the leader was heard",
          LinkStatus::lastFrameAgeSeconds);
      show(
          view,
          shard,
          Meters.LINK_LAG_RECORDS,
          "records behind the leader",
          LinkStatus::lagRecords);
      show(
          view,
          shard,
          Meters.LINK_LAG_BYTES,
          "bytes of log behind the leader",
          LinkStatus::lagBytes);
      show(
          view,
          shard,
          Meters.LINK_LAG_SECONDS,
          "seconds behind the leader",
          LinkStatus::lagSeconds);
    }
  }

  private void show(
      ReplicationView view,
      int shard,
      String name,
      String description,
      ToDoubleFunction<LinkStatus> figure) {
    Gauge.builder(name, () -> read(view, shard, figure))
        .description(description)
        .tag(Meters.SHARD, Integer.toString(shard))
        .register(registry);
  }

  private static long count(ReplicationView view, LinkStatus.State state) {
    return view.links().stream().filter(link -> link.state() == state).count();
  }

  private static double read(ReplicationView view, int shard, ToDoubleFunction<LinkStatus> figure) {
    return view.links().stream()
        .filter(link -> link.shard() == shard)
        .mapToDouble(figure)
        .findFirst()
        .orElse(-1);
  }
}
