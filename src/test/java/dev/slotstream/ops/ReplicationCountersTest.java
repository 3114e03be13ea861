package dev.slotstream.ops;

import static java.util.Locale.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.slotstream.replication.FollowerStatus;
import dev.slotstream.replication.FollowerStatus.State;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplicationCountersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ReplicationCounters counters = new ReplicationCounters(registry);

  @Test
  void countsScansSlotsAndEventsByShard() {
    counters.scanStarted(1, "connect");
    counters.slotsScanned(1, 40);
    counters.slotsScanned(1, 2);
    counters.eventsStreamed(0, 7);
    counters.eventsApplied(0, 5, 3);
    assertEquals(
        1,
        registry
            .get(Meters.SCANS)
            .tag(Meters.SHARD, "1")
            .tag(Meters.REASON, "connect")
            .counter()
            .count());
    assertEquals(42, counter(Meters.SCANNED_SLOTS, Meters.SHARD, "1"));
    assertEquals(7, counter(Meters.STREAMED_EVENTS, Meters.SHARD, "0"));
    assertEquals(5, counter(Meters.APPLIED_EVENTS, Meters.SHARD, "0"));
    assertEquals(3, counter(Meters.SKIPPED_EVENTS, Meters.SHARD, "0"));
  }

  @Test
  void countsWhatWentWrongByReason() {
    counters.frameRejected("too-long");
    counters.frameRejected("too-long");
    counters.linkLost(0, "connect");
    counters.followerGone("never-there", 0, "silent");
    assertEquals(2, counter(Meters.REJECTED_FRAMES, Meters.REASON, "too-long"));
    assertEquals(1, counter(Meters.DISCONNECTS, Meters.REASON, "connect"));
    assertEquals(1, counter(Meters.DISCONNECTS, Meters.REASON, "silent"));
  }

  @Test
  void showsAFollowerWhileItIsConnected() {
    counters.followerConnected("a", 0, () -> status("a", State.STREAMING, 12, 9));
    assertEquals(12, lag("a"));
    assertEquals(0.5, registry.get(Meters.LAG_SECONDS).gauge().value());
    assertEquals(900, registry.get(Meters.LAG_BYTES).gauge().value());
    assertEquals(41, registry.get(Meters.DURABLE_SEQUENCE).gauge().value());
    assertEquals(0.25, registry.get(Meters.ACK_AGE).gauge().value());
    assertEquals(65_536, registry.get(Meters.QUEUED_BYTES).gauge().value());
    assertEquals(1, registry.get(Meters.CONNECTED).gauge().value());
    assertEquals(1, followers(State.STREAMING));
    counters.followerGone("a", 0, "disconnected");
    assertNull(registry.find(Meters.LAG_RECORDS).gauge());
    assertNull(registry.find(Meters.LAG_SECONDS).gauge());
    assertNull(registry.find(Meters.CONNECTED).gauge());
    assertEquals(0, followers(State.STREAMING));
  }

  @Test
  void countsStreamsByShard() {
    counters.streamBegan(1);
    counters.streamBegan(1);
    counters.streamEnded(1);
    assertEquals(1, registry.get(Meters.STREAMS).tag(Meters.SHARD, "1").gauge().value());
  }

  @Test
  void aFollowerThatComesBackIsShownAnew() {
    counters.followerConnected("a", 0, () -> status("a", State.STREAMING, 12, 9));
    counters.followerConnected("a", 0, () -> status("a", State.SCANNING, -1, 9));
    assertEquals(-1, lag("a"));
    assertEquals(0, followers(State.STREAMING));
    assertEquals(1, followers(State.SCANNING));
  }

  @Test
  void showsTheVersionThatAllFollowersHave() {
    counters.followerConnected("a", 0, () -> status("a", State.STREAMING, 0, 9));
    counters.followerConnected("b", 0, () -> status("b", State.STREAMING, 0, 4));
    Gauge lowest = registry.get(Meters.MIN_VERSION).tag(Meters.SHARD, "0").gauge();
    assertEquals(4, lowest.value());
    counters.followerGone("b", 0, "disconnected");
    assertEquals(9, lowest.value());
    counters.followerGone("a", 0, "disconnected");
    assertEquals(0, lowest.value());
  }

  private double counter(String name, String tag, String value) {
    return registry.get(name).tag(tag, value).counter().count();
  }

  private double lag(String follower) {
    return registry.get(Meters.LAG_RECORDS).tag(Meters.FOLLOWER, follower).gauge().value();
  }

  private double followers(State state) {
    return registry
        .get(Meters.FOLLOWERS)
        .tag(Meters.STATE, state.name().toLowerCase(ROOT))
        .gauge()
        .value();
  }

  private static FollowerStatus status(String follower, State state, long lag, int version) {
    return new FollowerStatus(
        follower,
        "address",
        0,
        Instant.EPOCH,
        state,
        0,
        0,
        0,
        version,
        0,
        0,
        41,
        lag,
        900,
        0.5,
        0.25,
        0,
        65_536,
        true,
        Optional.empty());
  }
}
