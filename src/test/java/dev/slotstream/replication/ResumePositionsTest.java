package dev.slotstream.replication;

import static dev.slotstream.replication.TestNode.awaitUntil;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.Shard;
import dev.slotstream.kit.StoreDigest;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.log.LogRetention;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Followers that ask real leaders from every kind of position: they go on without a scan where that
 * can be shown to be right, else they are scanned and it is said why; and in the end they hold
 * record for record and slot for slot what the leader holds.
 */
class ResumePositionsTest {
  private static final int SEGMENT = 32 << 10;

  @TempDir Path temp;
  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stop() {
    TestNode.await(vertx.close());
  }

  /** Short segments, of which none is kept that recovery does not need. */
  private EngineOptions options(String name) {
    EngineOptions usual = TestNode.options(temp.resolve(name), 1, Durability.OS);
    return new EngineOptions(
        usual.directory(),
        usual.shape(),
        usual.durability(),
        usual.growSlots(),
        SEGMENT,
        new LogRetention(0, 0),
        true);
  }

  private TestNode leader(String name) {
    return TestNode.open(vertx, options(name)).lead();
  }

  private TestNode follower(String name) {
    return TestNode.open(vertx, options(name).following());
  }

  private static Shard shard(TestNode node) {
    return node.engine.shards().getFirst();
  }

  /** With which record the second segment begins, in a log of nothing but puts. */
  private long secondSegment() {
    try (TestNode probe = TestNode.open(vertx, options("probe"))) {
      for (int keys = 0; shard(probe).oldestSequence() == 1; keys += 50) {
        probe.putAll(keys, keys + 50, 1);
        probe.engine.checkpoint();
      }
      return shard(probe).oldestSequence();
    }
  }

  private static void awaitEqual(TestNode leader, TestNode follower) {
    awaitUntil("live", follower::live);
    long last = shard(leader).committedSequence();
    awaitUntil("all records", () -> shard(follower).committedSequence() == last);
    assertEquals(StoreDigest.of(leader.engine), StoreDigest.of(follower.engine));
  }

  private static void assertLink(TestNode follower, int fullSyncs, int resumes) {
    LinkStatus link = follower.client().links().getFirst();
    assertEquals(fullSyncs, link.fullSyncs());
    assertEquals(resumes, link.resumes());
  }

  /** A follower that holds everything up to a record, and is away then. */
  private void followUpTo(TestNode leader, String name, long sequence) {
    long last = shard(leader).committedSequence();
    leader.putAll(last, sequence, 1);
    try (TestNode follower = follower(name)) {
      follower.follow(leader.port());
      awaitEqual(leader, follower);
      assertEquals(sequence, shard(follower).committedSequence());
    }
    awaitUntil(
        "gone", () -> leader.server().followers().stream().noneMatch(FollowerStatus::connected));
  }

  @ParameterizedTest
  @CsvSource({"-1, too-old", "0, resume", "1, resume"})
  void goesOnFromTheOldestRecordAndNotFromBeforeIt(int beside, String expected) {
    long oldest = secondSegment();
    try (TestNode leader = leader("leader")) {
      followUpTo(leader, "follower", oldest + beside - 1);
      long last = shard(leader).committedSequence();
      leader.putAll(last / 2, last / 2 + oldest / 2, 2);
      leader.deleteAll(0, 20);
      leader.engine.checkpoint();
      assertEquals(oldest, shard(leader).oldestSequence());
      leader.meter.scans.clear();
      try (TestNode follower = follower("follower")) {
        follower.follow(leader.port());
        awaitEqual(leader, follower);
        boolean resumed = expected.equals("resume");
        assertEquals(resumed ? List.of() : List.of(expected), leader.meter.scans);
        assertLink(follower, resumed ? 0 : 1, resumed ? 1 : 0);
        assertEquals(0, follower.client().links().getFirst().keptAside());
      }
    }
  }

  @Test
  void goesOnFromBehindTheLastRecord() {
    try (TestNode leader = leader("leader")) {
      followUpTo(leader, "follower", 100);
      leader.meter.scans.clear();
      try (TestNode follower = follower("follower")) {
        follower.follow(leader.port());
        awaitEqual(leader, follower);
        leader.putAll(0, 10, 2);
        awaitEqual(leader, follower);
        assertEquals(List.of(), leader.meter.scans);
        assertLink(follower, 0, 1);
      }
    }
  }

  /** Stopped, its leadership goes on; killed, another begins. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLeaderThatStartedAgainIsGoneOnWith(boolean killed) {
    try (TestNode leader = leader("leader")) {
      followUpTo(leader, "follower", 100);
      leader.putAll(0, 10, 2);
      TestFiles.copyTree(temp.resolve("leader"), temp.resolve("killed"));
    }
    try (TestNode leader = leader(killed ? "killed" : "leader");
        TestNode follower = follower("follower")) {
      leader.putAll(0, 10, 3);
      follower.follow(leader.port());
      awaitEqual(leader, follower);
      assertEquals(List.of(), leader.meter.scans);
      assertLink(follower, 0, 1);
      assertEquals(killed ? 2 : 1, leader.engine.epoch());
      assertEquals(shard(leader).history().epochs(), shard(follower).history().epochs());
    }
  }

  /** It serves its former leadership without having begun another, and lacks the end of it. */
  @Test
  void whoHoldsMoreOfTheSameLeadershipIsScanned() {
    try (TestNode leader = leader("leader")) {
      followUpTo(leader, "follower", 100);
      TestFiles.copyTree(temp.resolve("leader"), temp.resolve("earlier"));
      followUpTo(leader, "follower", 150);
    }
    try (TestNode earlier = follower("earlier").lead();
        TestNode follower = follower("follower")) {
      follower.follow(earlier.port());
      awaitEqual(earlier, follower);
      assertEquals(List.of("ahead"), earlier.meter.scans);
      assertLink(follower, 1, 0);
      assertEquals(50, follower.client().links().getFirst().keptAside());
    }
  }

  /** Its records are of an epoch that the leader has too, but from before the leader's began. */
  @Test
  void whoHoldsRecordsThatTheLeaderLostIsScanned() {
    try (TestNode leader = leader("leader")) {
      followUpTo(leader, "follower", 100);
      TestFiles.copyTree(temp.resolve("leader"), temp.resolve("earlier"));
      followUpTo(leader, "follower", 130);
    }
    try (TestNode earlier = leader("earlier");
        TestNode follower = follower("follower")) {
      earlier.putAll(200, 290, 5);
      follower.follow(earlier.port());
      awaitEqual(earlier, follower);
      assertEquals(List.of("diverged"), earlier.meter.scans);
      assertEquals(30, follower.client().links().getFirst().keptAside());
    }
  }

  @Test
  void aLeaderOfThePastIsNotFollowed() {
    try (TestNode leader = leader("leader")) {
      followUpTo(leader, "follower", 100);
      TestFiles.copyTree(temp.resolve("leader"), temp.resolve("past"));
      TestFiles.copyTree(temp.resolve("leader"), temp.resolve("killed"));
    }
    try (TestNode leader = leader("killed")) {
      followUpTo(leader, "follower", 120);
    }
    try (TestNode past = follower("past").lead();
        TestNode follower = follower("follower")) {
      List<String> before = StoreDigest.of(follower.engine);
      follower.follow(past.port());
      awaitUntil("refused", () -> follower.meter.lost.contains("stale-leader"));
      awaitUntil("tried again", () -> follower.client().links().getFirst().connects() > 1);
      assertEquals(List.of(), past.meter.scans);
      assertEquals(before, StoreDigest.of(follower.engine));
    }
  }

  /** Who follows itself, and is behind who asks: there is nothing to go on from yet. */
  @Test
  void whoIsAheadOfAFollowerWaitsForIt() {
    try (TestNode leader = leader("leader");
        TestNode middle = follower("middle").lead()) {
      leader.putAll(0, 100, 1);
      middle.follow(leader.port());
      awaitEqual(leader, middle);
      middle.stopFollowing();
      followUpTo(leader, "last", 150);
      try (TestNode last = follower("last")) {
        last.follow(middle.port());
        awaitUntil("tried twice", () -> last.client().links().getFirst().connects() > 1);
        String error = last.client().links().getFirst().lastError().orElseThrow();
        assertTrue(error.contains("not-caught-up"), error);
        assertEquals(150, shard(last).committedSequence());
        middle.follow(leader.port());
        awaitEqual(leader, middle);
        leader.putAll(0, 10, 2);
        awaitEqual(leader, last);
        assertEquals(List.of(), middle.meter.scans);
        assertLink(last, 0, 1);
      }
    }
  }

  @Test
  void theContentOfAnotherStoreIsNotTouched() {
    try (TestNode leader = leader("leader")) {
      followUpTo(leader, "follower", 100);
    }
    try (TestNode other = leader("other");
        TestNode follower = follower("follower")) {
      other.putAll(500, 600, 1);
      List<String> before = StoreDigest.of(follower.engine);
      follower.follow(other.port());
      awaitUntil(
          "refused",
          () -> follower.client().links().getFirst().state() == LinkStatus.State.REFUSED);
      String error = follower.client().links().getFirst().lastError().orElseThrow();
      assertTrue(error.contains(other.engine.storeId().toString()), error);
      assertEquals(List.of(), other.meter.scans);
      assertEquals(before, StoreDigest.of(follower.engine));
    }
  }
}
