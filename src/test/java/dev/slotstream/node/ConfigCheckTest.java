package dev.slotstream.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    "log.retention, 1099511627777, 0 to 1099511627776",
    "replication.port, -1, 0 to 65535",
    "replication.port, 65536, 0 to 65535",
    "replication.window, 0, 1 to 1024",
    "replication.window, 1025, 1 to 1024",
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

  @Test
  void aToleranceIsAtMostADay() {
    assertEquals(
        List.of(
            "option is not valid, slotstream.follower.stale-read-tolerance=PT25H"
                + " expected=0s to 24h"),
        ConfigCheck.problems(TestConfig.with("follower.stale-read-tolerance", "25h")));
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
