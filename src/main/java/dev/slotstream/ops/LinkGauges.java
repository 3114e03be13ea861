package dev.slotstream.ops;

import dev.slotstream.replication.LinkStatus;
import dev.slotstream.replication.ReplicationView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Locale;

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
      Gauge.builder(Meters.LINK_SILENCE, () -> silence(view, shard))
          .description("seconds since the leader was heard")
          .tag(Meters.SHARD, Integer.toString(shard))
          .register(registry);
    }
  }

  private static long count(ReplicationView view, LinkStatus.State state) {
    return view.links().stream().filter(link -> link.state() == state).count();
  }

  private static double silence(ReplicationView view, int shard) {
    return view.links().stream()
        .filter(link -> link.shard() == shard)
        .mapToDouble(LinkStatus::lastFrameAgeSeconds)
        .findFirst()
        .orElse(-1);
  }
}
