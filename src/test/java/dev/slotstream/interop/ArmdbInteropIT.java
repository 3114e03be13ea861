package dev.slotstream.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.replication.LinkStatus;
import dev.slotstream.replication.TestNode;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Slotstream against the real armdb 0.1.14, over the wire and over its directories. */
class ArmdbInteropIT {
  private static final int KEYS = 100_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** armdb drops events above 8,192 that wait: its leader never gets so far ahead of a follower. */
  private static final int AHEAD = 2_000;

  @TempDir Path temp;
  private Vertx vertx;

  @BeforeAll
  static void build() {
    ArmdbPeer.assumeAvailable();
  }

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stop() {
    TestNode.await(vertx.close());
  }

  private TestNode node(String name, int shards, Durability durability) {
    return TestNode.open(vertx, temp.resolve(name), shards, durability);
  }

  private ArmdbStore store(String name, int shards) {
    return ArmdbStore.small(temp.resolve(name), shards);
  }

  private static List<String> lines(TestNode node) {
    List<String> lines = new ArrayList<>();
    node.content().forEach((key, value) -> lines.add(key + " " + value));
    return lines;
  }

  /** Live puts, overwrites, deletes, and puts that take over the freed slots. */
  private static long changeLive(TestNode leader) {
    leader.putAll(KEYS, KEYS + 5_000, 2);
    leader.putAll(0, 5_000, 3);
    leader.deleteAll(5_000, 10_000);
    leader.putAll(200_000, 204_000, 4);
    return KEYS + 5_000 - 5_000 + 4_000;
  }

  private static void awaitEqual(TestNode leader, ArmdbPeer follower, long count) {
    follower.awaitCount(count, PATIENCE);
    List<String> expected = lines(leader);
    TestNode.awaitUntil("same content", () -> expected.equals(follower.dump()));
  }

  @ParameterizedTest
  @CsvSource({"1,OS", "3,FSYNC"})
  void threeArmdbFollowersStreamFromASlotstreamLeader(int shards, Durability durability) {
    try (TestNode leader = node("leader", shards, durability).lead();
        ArmdbPeer first = ArmdbPeer.follow(store("first", shards), leader.port())) {
      leader.putAll(0, KEYS, 1);
      first.awaitCount(KEYS, PATIENCE);
      try (ArmdbPeer second = ArmdbPeer.follow(store("second", shards), leader.port());
          ArmdbPeer third = ArmdbPeer.follow(store("third", shards), leader.port())) {
        second.awaitCount(KEYS, PATIENCE); // the third may still be in its scan
        long count = changeLive(leader);
        awaitEqual(leader, first, count);
        awaitEqual(leader, second, count);
        awaitEqual(leader, third, count);
        assertEquals(0, first.metric("reconnect_count"));
        assertEquals(3 * shards, leader.server().followers().size());
      }
    }
  }

  /** Has the leader do something to a range of keys, in steps that the follower has received. */
  private static void stream(
      ArmdbPeer leader, TestNode follower, String command, int from, int to) {
    int eventsPerKey = command.startsWith("churn") ? 2 : 1;
    for (int at = from; at < to; at += AHEAD) {
      int end = Math.min(to, at + AHEAD);
      long expected = received(follower) + (long) (end - at) * eventsPerKey;
      leader.command(command.formatted(at, end));
      TestNode.awaitUntil("received", () -> received(follower) >= expected);
    }
  }

  private static long received(TestNode follower) {
    return follower.client().links().stream().mapToLong(LinkStatus::receivedEvents).sum();
  }

  @ParameterizedTest
  @CsvSource({"1,OS", "3,FSYNC"})
  void aSlotstreamFollowerFollowsAnArmdbLeader(int shards, Durability durability) {
    try (ArmdbPeer leader = ArmdbPeer.lead(store("leader", shards));
        TestNode follower = node("follower", shards, durability)) {
      leader.command("fill 0 " + KEYS + " 1");
      follower.follow(leader.port());
      TestNode.awaitUntil("live", follower::live);
      assertEquals(leader.dump(), lines(follower));
      stream(leader, follower, "fill %d %d 2", KEYS, KEYS + 5_000);
      stream(leader, follower, "fill %d %d 3", 0, 5_000);
      stream(leader, follower, "delrange %d %d", 5_000, 10_000);
      stream(leader, follower, "churn %d %d 4", 20_000, 24_000);
      assertEquals(0, leader.metric("events_dropped"));
      List<String> expected = leader.dump();
      TestNode.awaitUntil("same content", () -> expected.equals(lines(follower)));
      assertTrue(follower.client().links().stream().allMatch(link -> link.connects() == 1));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,true", "3,true", "3,false"})
  void aDirectoryOfArmdbsOpensInSlotstreamAndGoesBack(int shards, boolean clean) {
    ArmdbStore store = store("shared", shards);
    ArmdbPeer.write(store, KEYS, 1, clean);
    List<String> expected = ArmdbContent.written(store, KEYS, 1);
    try (TestNode opened = node("shared", shards, Durability.FSYNC)) {
      assertEquals(expected, lines(opened));
      opened.deleteAll(1, 2);
      opened.putAll(500_000, 501_000, 7);
    }
    List<String> changed;
    try (TestNode again = node("shared", shards, Durability.FSYNC)) {
      changed = lines(again);
      assertEquals(expected.size() - 1 + 1_000, changed.size());
    }
    assertEquals(changed, ArmdbPeer.dump(store));
    // armdb has closed it since: Slotstream takes its slots for the truth, and its own log for
    // past.
    try (TestNode back = node("shared", shards, Durability.FSYNC)) {
      assertEquals(changed, lines(back));
      back.putAll(1, 2, 8);
      assertEquals(changed.size() + 1, lines(back).size());
    }
  }

  @Test
  void aDirectoryOfSlotstreamsLeadsInArmdb() {
    List<String> expected;
    try (TestNode writer = node("made", 3, Durability.OS)) {
      writer.putAll(0, 20_000, 1);
      writer.deleteAll(0, 1_000);
      expected = lines(writer);
    }
    try (ArmdbPeer leader = ArmdbPeer.lead(store("made", 3));
        TestNode follower = node("follower", 3, Durability.OS).follow(leader.port())) {
      TestNode.awaitUntil("live", follower::live);
      assertEquals(expected, lines(follower));
    }
  }
}
