package dev.slotstream.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigCheckTest {
  @Test
  void theDefaultsAreRight() {
    assertEquals(List.of(), ConfigCheck.problems(TestConfig.defaults()));
  }

  @ParameterizedTest
  @CsvSource({
    "store.shards, 0, 1 to 255",
    "store.shards, 256, 1 to 255",
    "store.shard-prefix-bits, -1, 0 to 255",
    "store.shard-prefix-bits, 256, 0 to 255",
    "store.max-key-bytes, 0, 1 to 4096",
    "store.max-key-bytes, 4097, 1 to 4096",
    "store.max-value-bytes, -1, 0 to 65000",
    "store.max-value-bytes, 65001, 0 to 65000",
    "store.grow-slots, 0, 1 to 16777216",
    "store.grow-slots, 16777217, 1 to 16777216",
    "log.segment-size, 1048575, 1048576 to 1073741824",
    "log.segment-size, 1073741825, 1048576 to 1073741824",
    "sync-interval, PT0S, 1ms to 10s",
    "sync-interval, PT11S, 1ms to 10s",
    "log.retention, 1099511627777, 0 to 1099511627776",
    "replication.port, -1, 0 to 65535",
    "replication.port, 65536, 0 to 65535",
    "replication.window, 0, 1 to 1024",
    "replication.window, 1025, 1 to 1024",
    "replication.acks, -1, 0 to 64",
    "replication.acks, 65, 0 to 64",
    "replication.min-in-sync, -1, 0 to 64",
    "replication.min-in-sync, 65, 0 to 64",
    "replication.max-full-syncs, 0, 1 to 64",
    "replication.max-full-syncs, 65, 1 to 64",
    "log.retention-limit, 268435455, at least slotstream.log.retention=268435456",
    "log.retention-limit, 1099511627777, 0 to 1099511627776",
    "node-name, 'tab	here', 1 to 63 printable ASCII characters",
    "node-name, Zürich, 1 to 63 printable ASCII characters",
    "leader, nowhere, 'host:port, the port 1 to 65535'",
    "leader, host:0, 'host:port, the port 1 to 65535'",
    "leader, host:65536, 'host:port, the port 1 to 65535'",
    "follower.leader-url, leader:8080, a URL like http://leader:8080",
    "follower.leader-url, ftp://leader, a URL like http://leader:8080",
    "follower.leader-url, http://leader/?a, a URL like http://leader:8080"
  })
  void aValueOutOfRangeIsNamedWithItsRange(String option, String value, String range) {
    assertEquals(
        List.of(
            "option is not valid, slotstream.%s=%s expected=%s".formatted(option, value, range)),
        ConfigCheck.problems(TestConfig.with(option, value)));
  }

  @ParameterizedTest
  @CsvSource({
    "follower.stale-read-tolerance, 25h, PT25H, 0s to 24h",
    "follower.max-lag, 99ms, PT0.099S, 100ms to 24h",
    "follower.max-lag, 25h, PT25H, 100ms to 24h",
    "replication.ack-timeout, 0s, PT0S, 1ms to 10m",
    "replication.ack-timeout, 11m, PT11M, 1ms to 10m",
    "replication.in-sync-lag, 99ms, PT0.099S, 100ms to 1h",
    "replication.in-sync-lag, 2h, PT2H, 100ms to 1h",
    "replication.position-timeout, PT-1S, PT-1S, 0s to 1m",
    "replication.position-timeout, 61s, PT1M1S, 0s to 1m",
    "replication.stall-timeout, 999ms, PT0.999S, 1s to 10m",
    "replication.stall-timeout, 11m, PT11M, 1s to 10m"
  })
  void aTimeOutOfRangeIsNamedWithItsRange(String option, String value, String shown, String range) {
    assertEquals(
        List.of(
            "option is not valid, slotstream.%s=%s expected=%s".formatted(option, shown, range)),
        ConfigCheck.problems(TestConfig.with(option, value)));
  }

  @ParameterizedTest
  @CsvSource({
    "replication.acks, 64",
    "replication.min-in-sync, 64",
    "replication.ack-timeout, 1ms",
    "replication.in-sync-lag, 1h",
    "replication.position-timeout, 0s",
    "replication.max-full-syncs, 64",
    "replication.stall-timeout, 10m",
    "log.retention-limit, 1T",
    "follower.max-lag, 100ms",
    "node-name, blue 1",
    "node-name, 123456789012345678901234567890123456789012345678901234567890123"
  })
  void theEndsOfARangeAreInIt(String option, String value) {
    assertEquals(List.of(), ConfigCheck.problems(TestConfig.with(option, value)));
  }

  @Test
  void aNodeNameHasAnEnd() {
    assertEquals(1, ConfigCheck.problems(TestConfig.with("node-name", "n".repeat(64))).size());
  }

  /** Every write would be refused, or would time out. */
  @ParameterizedTest
  @ValueSource(strings = {"acks", "min-in-sync"})
  void aLeaderThatServesNoFollowersCanDemandNone(String option) {
    Map<String, String> alone =
        Map.of("slotstream.replication.enabled", "false", "slotstream.replication." + option, "1");
    assertEquals(
        List.of(
            "option is not valid, slotstream.replication.%s=1".formatted(option)
                + " expected=0, since slotstream.replication.enabled=false"),
        ConfigCheck.problems(TestConfig.with(alone)));
    Map<String, String> following = new HashMap<>(alone);
    following.put("slotstream.role", "follower");
    following.put("slotstream.leader", "leader:7400");
    assertEquals(List.of(), ConfigCheck.problems(TestConfig.with(following)));
  }

  @Test
  void keyAndValueMustFitASlotTogether() {
    assertEquals(
        List.of(
            "option is not valid, slotstream.store.max-value-bytes=65000 expected=a slot of at"
                + " most 65528 bytes together with slotstream.store.max-key-bytes=600"),
        ConfigCheck.problems(
            TestConfig.with(
                Map.of(
                    "slotstream.store.max-key-bytes", "600",
                    "slotstream.store.max-value-bytes", "65000"))));
  }

  @Test
  void aFollowerNeedsALeader() {
    assertEquals(
        List.of(
            "option is not valid, slotstream.leader=none expected=host:port of the leader,"
                + " since slotstream.role=follower"),
        ConfigCheck.problems(TestConfig.with("role", "follower")));
  }

  @Test
  void everyProblemIsTold() {
    assertEquals(
        2,
        ConfigCheck.problems(
                TestConfig.with(
                    Map.of("slotstream.store.shards", "0", "slotstream.replication.window", "0")))
            .size());
  }

  /** The least segment takes the longest record. */
  @Test
  void theLeastSegmentIsEnoughForTheLargestSlot() {
    SlotstreamConfig largest =
        TestConfig.with(
            Map.of(
                "slotstream.store.max-key-bytes", "400",
                "slotstream.store.max-value-bytes", "65000",
                "slotstream.log.segment-size", "1M"));
    assertEquals(List.of(), ConfigCheck.problems(largest));
    assertEquals(1 << 20, NodeOptions.engine(largest).segmentSize());
  }
}
