package dev.slotstream.replication;

import static dev.slotstream.replication.TestNode.awaitUntil;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.LogRecords;
import dev.slotstream.engine.ReplicatedBatch;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.TestWrite;
import dev.slotstream.kit.TestFiles;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A leader and its followers, over real sockets. */
class LeaderAndFollowersTest {
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

  private TestNode node(String name, int shards, Durability durability) {
    return TestNode.open(vertx, temp.resolve(name), shards, durability);
  }

  private TestNode follower(String name, int shards, Durability durability) {
    return TestNode.openFollower(vertx, temp.resolve(name), shards, durability);
  }

  private static void awaitEqual(TestNode leader, TestNode follower) {
    awaitUntil(
        "follower caught up",
        () -> leader.server().followers().stream().allMatch(status -> status.lagRecords() == 0));
    awaitUntil("same content", () -> leader.content().equals(follower.content()));
  }

  @ParameterizedTest
  @CsvSource({"1,OS,OS", "3,OS,FSYNC", "3,FSYNC,OS", "1,FSYNC,FSYNC"})
  void everyFollowerGetsTheScanAndThenTheStream(int shards, Durability leads, Durability follows) {
    try (TestNode leader = node("leader", shards, leads).lead();
        TestNode first = follower("first", shards, follows);
        TestNode second = follower("second", shards, follows)) {
      leader.putAll(0, 5_000, 1);
      leader.deleteAll(0, 500);
      first.follow(leader.port());
      awaitUntil("first is live", first::live);
      assertEquals(leader.content(), first.content());
      second.follow(leader.port());
      leader.putAll(4_000, 6_000, 2);
      awaitUntil("second is live", second::live);
      leader.deleteAll(1_000, 1_500);
      leader.putAll(10_000, 11_000, 3); // takes over the freed slots
      awaitEqual(leader, first);
      awaitEqual(leader, second);
      assertEquals(6_000, leader.content().size());
      assertEquals(2 * shards, leader.server().followers().size());
    }
  }

  @Test
  void writersGoOnDuringAScan() {
    try (TestNode leader = node("leader", 2, Durability.OS).lead();
        TestNode follower = follower("follower", 2, Durability.OS)) {
      leader.putAll(0, 20_000, 1);
      follower.follow(leader.port());
      for (int round = 0; round < 20; round++) {
        leader.putAll(0, 2_000, round);
        leader.deleteAll(round * 100L, round * 100L + 50);
        leader.putAll(100_000 + round * 100L, 100_050 + round * 100L, round);
      }
      awaitUntil("live", follower::live);
      awaitEqual(leader, follower);
    }
  }

  @Test
  void aFollowerComesBackAfterItsLeaderWasAway() {
    try (TestNode follower = follower("follower", 2, Durability.OS)) {
      int port;
      try (TestNode leader = node("leader", 2, Durability.OS).lead()) {
        port = leader.port();
        leader.putAll(0, 1_000, 1);
        follower.follow(port);
        awaitUntil("live", follower::live);
      }
      awaitUntil("link lost", () -> !follower.live());
      assertTrue(follower.client().links().stream().allMatch(LinkStatus::caughtUpOnce));
      try (TestNode leader = node("leader", 2, Durability.OS).lead(port)) {
        leader.putAll(500, 1_500, 2);
        awaitUntil("live again", follower::live);
        awaitEqual(leader, follower);
      }
    }
  }

  @Test
  void aStoreWithAPastOfItsOwnIsLeftAlone() {
    try (TestNode follower = node("follower", 1, Durability.OS);
        TestNode leader = node("leader", 1, Durability.OS).lead()) {
      follower.putAll(0, 100, 9);
      leader.putAll(200, 300, 1);
      follower.follow(leader.port());
      awaitUntil(
          "refused",
          () -> follower.client().links().getFirst().state() == LinkStatus.State.REFUSED);
      String error = follower.client().links().getFirst().lastError().orElseThrow();
      assertTrue(error.contains(leader.engine.storeId().toString()), error);
      assertTrue(error.contains(follower.engine.storeId().toString()), error);
      assertEquals(100, follower.content().size());
    }
  }

  @ParameterizedTest
  @CsvSource({"1,OS,OS", "2,FSYNC,FSYNC"})
  void aFollowerThatWasAwayGoesOnWithoutAScan(int shards, Durability leads, Durability follows) {
    try (TestNode leader = node("leader", shards, leads).lead()) {
      leader.putAll(0, 2_000, 1);
      try (TestNode follower = follower("follower", shards, follows)) {
        follower.follow(leader.port());
        awaitUntil("live", follower::live);
      }
      leader.putAll(1_000, 4_000, 2);
      leader.deleteAll(0, 500);
      try (TestNode follower = follower("follower", shards, follows)) {
        follower.follow(leader.port());
        awaitUntil("live", follower::live);
        awaitEqual(leader, follower);
        assertEquals(shards, leader.meter.scans.size(), "one for each shard, at first");
        assertEquals(
            List.of(1L),
            follower.client().links().stream().map(LinkStatus::resumes).distinct().toList());
      }
    }
  }

  @Test
  void aFollowersDamagedSlotsAreRepairedByItsLeader() {
    try (TestNode leader = node("leader", 1, Durability.OS).lead()) {
      leader.putAll(0, 1_000, 1);
      try (TestNode follower = follower("follower", 1, Durability.OS)) {
        follower.follow(leader.port());
        awaitUntil("live", follower::live);
      }
      Path slots = temp.resolve("follower/shard_000/fixed.data");
      TestFiles.flip(slots, 4096 + 5 * 32 + 20, 1);
      try (TestNode follower = follower("follower", 1, Durability.OS)) {
        assertEquals(1, follower.engine.shards().getFirst().slotsDamaged());
        follower.follow(leader.port());
        awaitUntil("live", follower::live);
        assertEquals(0, follower.engine.shards().getFirst().slotsDamaged());
        assertEquals(leader.content(), follower.content());
        assertEquals(2, leader.meter.scans.size());
      }
    }
  }

  @Test
  void whatALeaderCannotReadInItsLogItSendsByAFullSync() {
    try (TestNode leader = node("leader", 1, Durability.OS).lead()) {
      leader.putAll(0, 1_000, 1);
      try (TestNode follower = follower("follower", 1, Durability.OS)) {
        follower.follow(leader.port());
        awaitUntil("live", follower::live);
      }
      leader.putAll(500, 1_500, 2);
      Path segment = TestFiles.startingWith(temp.resolve("leader/shard_000"), "redo-0").getLast();
      LogRecords records = LogRecords.of(TestFiles.read(segment));
      TestFiles.flip(segment, records.start(1_200) + 45, 3);
      try (TestNode follower = follower("follower", 1, Durability.OS)) {
        follower.follow(leader.port());
        awaitUntil("live", follower::live);
        awaitEqual(leader, follower);
        assertEquals(List.of("new", "too-old"), leader.meter.scans);
        assertTrue(leader.meter.gone.contains("leader-error"), leader.meter.gone.toString());
        leader.putAll(0, 2_000, 3);
        awaitEqual(leader, follower);
      }
    }
  }

  @Test
  void aFollowersFollowerHasTheSameHistory() {
    try (TestNode leader = node("leader", 2, Durability.OS).lead();
        TestNode middle = follower("middle", 2, Durability.OS)) {
      leader.putAll(0, 2_000, 1);
      middle.follow(leader.port());
      awaitUntil("middle is live", middle::live);
      middle.lead();
      try (TestNode last = follower("last", 2, Durability.OS)) {
        last.follow(middle.port());
        awaitUntil("last is live", last::live);
        leader.putAll(1_000, 3_000, 2);
        awaitEqual(leader, middle);
        awaitUntil("same content", () -> leader.content().equals(last.content()));
        assertEquals(
            leader.engine.shards().stream().map(Shard::committedSequence).toList(),
            last.engine.shards().stream().map(Shard::committedSequence).toList());
      }
      // What it has of the history is good for going on at the leader itself.
      leader.putAll(5_000, 6_000, 3);
      int scans = leader.meter.scans.size();
      try (TestNode last = follower("last", 2, Durability.OS)) {
        last.follow(leader.port());
        awaitUntil("last is live", last::live);
        awaitUntil("same content", () -> leader.content().equals(last.content()));
        assertEquals(scans, leader.meter.scans.size());
      }
    }
  }

  @Test
  void aFollowerThatHasNotSyncedYetIsFollowedByNobody() {
    try (TestNode middle = follower("middle", 1, Durability.OS);
        TestNode last = follower("last", 1, Durability.OS);
        TestNode leader = node("leader", 1, Durability.OS).lead()) {
      leader.putAll(0, 100, 1);
      int free = leader.port();
      leader.stopLeading();
      middle.follow(free).lead();
      last.follow(middle.port());
      awaitUntil(
          "told why",
          () -> last.client().links().getFirst().lastError().orElse("").contains("not caught up"));
      leader.lead(free);
      awaitUntil("all the chain is live", () -> middle.live() && last.live());
      assertEquals(leader.engine.storeId(), last.engine.storeId());
      assertEquals(leader.content(), last.content());
    }
  }

  @Test
  void aPlainLeadersFollowerCanBeFollowed() {
    try (TestNode middle = follower("middle", 1, Durability.OS)) {
      middle.putAll(0, 100, 1); // as a plain leader's events come in: under its own history
      middle.engine.submit(0, new TestFreeing(freedSlot(5)));
      middle.lead();
      try (TestNode last = follower("last", 1, Durability.OS)) {
        last.follow(middle.port());
        awaitUntil("live", last::live);
        middle.engine.submit(0, new TestFreeing(freedSlot(6)));
        middle.putAll(200, 300, 1);
        awaitUntil("same", () -> middle.content().equals(last.content()));
        assertEquals(198, last.content().size());
      }
      try (TestNode last = follower("last", 1, Durability.OS)) {
        last.follow(middle.port());
        awaitUntil("live", last::live);
        assertEquals(List.of("new", "no-history"), middle.meter.scans);
      }
    }
  }

  private static BatchEvents.Freed freedSlot(int slot) {
    BatchEvents.Freed freed = new BatchEvents.Freed(8);
    freed.add(slot);
    return freed;
  }

  /** Frees slots as a scan's end does. */
  private static final class TestFreeing extends ReplicatedBatch {
    TestFreeing(Events events) {
      super(events, Rule.AS_IT_STANDS);
    }

    @Override
    protected void committed() {}

    @Override
    protected void failed(EngineException why) {
      throw why;
    }
  }

  @Test
  void aLeaderThatLostItsEndIsFollowedAndItsLostRecordsAreKept() {
    try (TestNode follower = follower("follower", 1, Durability.OS)) {
      int port;
      Path earlier = temp.resolve("earlier");
      try (TestNode leader = node("leader", 1, Durability.OS).lead()) {
        port = leader.port();
        leader.putAll(0, 1_000, 1);
        follower.follow(port);
        awaitUntil("live", follower::live);
        TestFiles.copyTree(temp.resolve("leader"), earlier);
        leader.putAll(0, 300, 2);
        awaitEqual(leader, follower);
      }
      // As after a power cut: the last 300 records are gone, and the leader goes on from there.
      try (TestNode leader = node("earlier", 1, Durability.OS).lead(port)) {
        leader.putAll(500, 600, 3);
        awaitUntil("live again", follower::live);
        awaitUntil("same content", () -> leader.content().equals(follower.content()));
        assertEquals(300, follower.client().links().getFirst().keptAside());
        assertEquals(List.of("diverged"), leader.meter.scans);
      }
    }
  }

  @Test
  void aFollowerThatDoesNotFitIsRefusedForGood() {
    try (TestNode leader = node("leader", 2, Durability.OS).lead();
        TestNode follower = follower("follower", 1, Durability.OS)) {
      follower.follow(leader.port());
      awaitUntil(
          "refused",
          () -> follower.client().links().getFirst().state() == LinkStatus.State.REFUSED);
      String error = follower.client().links().getFirst().lastError().orElseThrow();
      assertTrue(error.contains("shard count: leader=2 follower=1"), error);
      assertFalse(follower.client().links().getFirst().caughtUpOnce());
    }
  }

  @Test
  void aFollowerThatFellBehindTheLogIsScannedOnceMore() {
    try (TestNode leader = node("leader", 1, Durability.OS).lead();
        TestNode follower = follower("follower", 1, Durability.OS)) {
      follower.follow(leader.port());
      awaitUntil("live", follower::live);
      assertEquals(1, leader.meter.scans.size());
      TestWrite.put(leader.engine, TestNode.key(1), TestNode.value(1, 1));
      awaitEqual(leader, follower);
    }
  }
}
