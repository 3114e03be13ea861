package dev.slotstream.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.slotstream.replication.LinkStatus;
import dev.slotstream.replication.LinkStatus.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FollowerReadinessTest {
  private long nowNanos = Long.MAX_VALUE - 5; // clocks wrap
  private final FollowerReadiness readiness =
      new FollowerReadiness(() -> nowNanos, Duration.ofSeconds(60), Optional.empty());

  @Test
  void isNotReadyWithoutLinks() {
    assertReason("no link to the leader", List.of());
  }

  @Test
  void isNotReadyUntilEachShardHasCaughtUp() {
    assertReason(
        "not caught up yet, shard=1",
        List.of(link(0, State.LIVE, true, null), link(1, State.SYNCING, false, null)));
    assertReason(
        "not caught up yet, shard=0: connection refused",
        List.of(link(0, State.WAITING, false, "connection refused")));
  }

  @Test
  void isReadyWhenAllLinksAreLive() {
    assertReady(List.of(link(0, State.LIVE, true, null), link(1, State.LIVE, true, null)));
  }

  @Test
  void staysReadyForAWhileWhenALinkIsLost() {
    assertReady(List.of(link(0, State.LIVE, true, null)));
    pass(30);
    assertReady(List.of(link(0, State.WAITING, true, "connection closed")));
    pass(30);
    assertReady(List.of(link(0, State.CONNECTING, true, "connection closed")));
    pass(1);
    assertReason(
        "link is lost, shard=0 seconds=61 tolerance=60s: connection closed",
        List.of(link(0, State.CONNECTING, true, "connection closed")));
    assertReady(List.of(link(0, State.LIVE, true, null)));
  }

  @Test
  void theTimeRunsFromWhenALinkWasSeenLiveLast() {
    readiness.observe(List.of(link(0, State.LIVE, true, null)));
    pass(50);
    readiness.observe(List.of(link(0, State.LIVE, true, null)));
    pass(50);
    assertReady(List.of(link(0, State.SYNCING, true, null)));
  }

  @Test
  void aLeaderThatDoesNotFitIsNeverReady() {
    assertReady(List.of(link(0, State.LIVE, true, null)));
    assertReason(
        "leader does not fit, shard=0: shard count differs",
        List.of(link(0, State.REFUSED, true, "shard count differs")));
  }

  @Test
  void isNotReadyWhenItIsFurtherBehindThanItMay() {
    FollowerReadiness limited =
        new FollowerReadiness(
            () -> nowNanos, Duration.ofSeconds(60), Optional.of(Duration.ofMillis(1500)));
    List<LinkStatus> within = List.of(behind(0, -1), behind(1, 1.5));
    assertEquals(Optional.empty(), limited.of(within).reason());
    List<LinkStatus> beyond = List.of(behind(0, -1), behind(1, 1.6));
    assertEquals(
        Optional.of("too far behind the leader, shard=1 seconds=1.6 limit=1.5s"),
        limited.of(beyond).reason());
    assertReady(beyond);
  }

  @Test
  void tellsWhatEachShardDoes() {
    ServingState state =
        readiness.of(List.of(link(1, State.SYNCING, false, null), link(0, State.LIVE, true, null)));
    assertEquals("{0=live, 1=syncing}", state.shards().toString());
  }

  private void pass(int seconds) {
    nowNanos += TimeUnit.SECONDS.toNanos(seconds);
  }

  private void assertReady(List<LinkStatus> links) {
    assertEquals(Optional.empty(), readiness.of(links).reason());
  }

  private void assertReason(String reason, List<LinkStatus> links) {
    assertEquals(Optional.of(reason), readiness.of(links).reason());
  }

  private static LinkStatus link(int shard, State state, boolean caughtUpOnce, String lastError) {
    return link(shard, state, caughtUpOnce, -1, lastError);
  }

  private static LinkStatus behind(int shard, double lagSeconds) {
    return link(shard, State.LIVE, true, lagSeconds, null);
  }

  private static LinkStatus link(
      int shard, State state, boolean caughtUpOnce, double lagSeconds, String lastError) {
    return new LinkStatus(
        shard,
        "leader:7400",
        state,
        Instant.EPOCH,
        caughtUpOnce,
        0,
        0,
        0,
        0,
        0,
        0,
        -1,
        -1,
        lagSeconds,
        0,
        0,
        0,
        0,
        Optional.empty(),
        0,
        Optional.ofNullable(lastError));
  }
}
