package dev.slotstream.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.replication.FollowerStatus;
import dev.slotstream.replication.LinkStatus;
import dev.slotstream.replication.ReplicationView;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinkGaugesTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final LinkGauges gauges = new LinkGauges(registry);

  @Test
  void showsStatesAndSilence() {
    gauges.bind(view(link(0, LinkStatus.State.LIVE, 0.5), link(1, LinkStatus.State.WAITING, 7.5)));
    assertEquals(1, registry.get(Meters.LINKS).tag(Meters.STATE, "live").gauge().value());
    assertEquals(1, registry.get(Meters.LINKS).tag(Meters.STATE, "waiting").gauge().value());
    assertEquals(0, registry.get(Meters.LINKS).tag(Meters.STATE, "syncing").gauge().value());
    assertEquals(7.5, registry.get(Meters.LINK_SILENCE).tag(Meters.SHARD, "1").gauge().value());
  }

  @Test
  void showsHowFarBehindItIs() {
    gauges.bind(view(link(0, LinkStatus.State.LIVE, 0.5), link(1, LinkStatus.State.LIVE, 0.5)));
    assertEquals(17, gauge(Meters.LINK_LAG_RECORDS));
    assertEquals(1700, gauge(Meters.LINK_LAG_BYTES));
    assertEquals(2.5, gauge(Meters.LINK_LAG_SECONDS));
  }

  private double gauge(String name) {
    return registry.get(name).tag(Meters.SHARD, "1").gauge().value();
  }

  @Test
  void showsNothingOnALeader() {
    gauges.bind(ReplicationView.NONE);
    assertTrue(registry.getMeters().isEmpty());
  }

  private static ReplicationView view(LinkStatus... links) {
    return new ReplicationView() {
      @Override
      public List<FollowerStatus> followers() {
        return List.of();
      }

      @Override
      public List<LinkStatus> links() {
        return List.of(links);
      }
    };
  }

  private static LinkStatus link(int shard, LinkStatus.State state, double silence) {
    return new LinkStatus(
        shard,
        "leader:7400",
        state,
        Instant.EPOCH,
        true,
        silence,
        0,
        0,
        0,
        0,
        0,
        17,
        1700,
        2.5,
        0,
        0,
        0,
        0,
        Optional.empty(),
        0,
        Optional.empty());
  }
}
