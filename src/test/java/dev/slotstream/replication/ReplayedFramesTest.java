package dev.slotstream.replication;

import static dev.slotstream.replication.TestNode.awaitUntil;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.Shard;
import dev.slotstream.kit.Conversations;
import dev.slotstream.kit.Conversations.Parrot;
import dev.slotstream.kit.Conversations.Recorder;
import dev.slotstream.kit.StoreDigest;
import dev.slotstream.kit.TestFiles;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a real session said is said once more, to where it does not belong: later, out of order, in
 * part, by who leads no more. Nothing of it is applied, it is counted, and afterwards all is well.
 */
class ReplayedFramesTest {
  private static final byte PACKED_BATCH = 7;
  private static final int FIRST = 100;
  private static final int LAST = 1_500;

  @TempDir Path temp;
  private Vertx vertx;
  private TestNode leader;

  /** Frames of the leader's that took the follower from record 100 to record 1,500. */
  private List<byte[]> resumed;

  /** Frames of the follower's in that session. */
  private List<byte[]> acks;

  /** Frames of the leader's in the session before that, which was a full sync. */
  private List<byte[]> full;

  @BeforeEach
  void record() {
    vertx = Vertx.vertx();
    leader = TestNode.open(vertx, temp.resolve("leader"), 1, Durability.OS).lead();
    leader.putAll(0, FIRST, 1);
    full = recordSession(leader, "follower").toClient();
    TestFiles.copyTree(temp.resolve("follower"), temp.resolve("behind"));
    leader.putAll(50, 50 + LAST - FIRST, 2);
    Recorder second = recordSession(leader, "follower");
    resumed = second.toClient();
    acks = second.toServer();
    assertTrue(batches(resumed).size() >= 4, "batches=" + batches(resumed).size());
  }

  /** A follower comes, catches up with a leader, and goes; what both said. */
  private Recorder recordSession(TestNode with, String name) {
    try (Recorder recorder = Recorder.before(with.port());
        TestNode follower = follower(name)) {
      follower.follow(recorder.port());
      awaitEqual(with, follower);
      follower.stopFollowing();
      awaitUntil(
          "gone", () -> with.server().followers().stream().noneMatch(FollowerStatus::connected));
      return recorder;
    }
  }

  @AfterEach
  void stop() {
    leader.close();
    TestNode.await(vertx.close());
  }

  private TestNode follower(String name) {
    return TestNode.openFollower(vertx, temp.resolve(name), 1, Durability.OS);
  }

  private static Shard shard(TestNode node) {
    return node.engine.shards().getFirst();
  }

  private static void awaitEqual(TestNode leader, TestNode follower) {
    awaitUntil("live", follower::live);
    long last = shard(leader).committedSequence();
    awaitUntil("all acknowledged", () -> leader.server().positions().durableOn(0, 1) == last);
    assertEquals(StoreDigest.of(leader.engine), StoreDigest.of(follower.engine));
  }

  /** What was wrong did no harm: the real leader is followed, from where it was. */
  private void assertGoesOn(TestNode follower) {
    assertGoesOn(follower, leader);
  }

  private static void assertGoesOn(TestNode follower, TestNode leader) {
    int scans = leader.meter.scans.size();
    follower.stopFollowing();
    follower.follow(leader.port());
    awaitEqual(leader, follower);
    assertEquals(scans, leader.meter.scans.size());
  }

  private static List<byte[]> batches(List<byte[]> frames) {
    return frames.stream().filter(frame -> frame[0] == PACKED_BATCH).toList();
  }

  /** A session that begins as the recorded one did, and goes on with these of its batches. */
  private List<byte[]> session(int... numbers) {
    List<byte[]> batches = batches(resumed);
    List<byte[]> session = new ArrayList<>(List.of(resumed.getFirst()));
    for (int number : numbers) {
      session.add(batches.get(number));
    }
    return session;
  }

  @Test
  void aSessionThatWasResumedIsNotAppliedTwice() {
    try (TestNode follower = follower("follower");
        Parrot parrot = new Parrot(resumed)) {
      List<String> before = StoreDigest.of(follower.engine);
      follower.follow(parrot.port());
      awaitUntil("rejected twice", () -> follower.meter.rejected.size() >= 2);
      assertEquals("wrong-resume", follower.meter.rejected.getFirst());
      assertEquals(before, StoreDigest.of(follower.engine));
      assertEquals(0, follower.client().links().getFirst().receivedEvents());
      assertGoesOn(follower);
    }
  }

  /** It says that a full sync is needed, as any leader may; but then it does not wait for it. */
  @Test
  void aFullSyncIsNotAppliedTwice() {
    try (TestNode follower = follower("follower");
        Parrot parrot = new Parrot(full)) {
      var before = follower.content();
      follower.follow(parrot.port());
      awaitUntil("rejected", () -> !follower.meter.rejected.isEmpty());
      follower.stopFollowing();
      assertEquals("unexpected-frame", follower.meter.rejected.getFirst());
      assertEquals(0, follower.client().links().getFirst().receivedEvents());
      assertEquals(before, follower.content());
      follower.follow(leader.port());
      awaitEqual(leader, follower);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0,2,1,3", "0,1,1,2,3", "0,1,3", "1,2,3", "3,2,1,0"})
  void batchesOutOfOrderAreNotApplied(String order) {
    int[] numbers = List.of(order.split(",")).stream().mapToInt(Integer::parseInt).toArray();
    int good = 0;
    while (good < numbers.length && numbers[good] == good) {
      good++;
    }
    long applied = FIRST + 256L * good;
    try (TestNode follower = follower("behind");
        Parrot parrot = new Parrot(session(numbers))) {
      follower.follow(parrot.port());
      awaitUntil("rejected", () -> !follower.meter.rejected.isEmpty());
      awaitUntil("what was good is applied", () -> shard(follower).committedSequence() == applied);
      assertEquals("out-of-sequence", follower.meter.rejected.getFirst());
      assertGoesOn(follower);
      assertEquals(LAST, shard(follower).committedSequence());
    }
  }

  @Test
  void aBatchThatWasChangedIsNotApplied() {
    List<byte[]> session = session(0, 1);
    byte[] changed = session.getLast().clone();
    changed[changed.length / 2] ^= 1;
    session.set(session.size() - 1, changed);
    try (TestNode follower = follower("behind");
        Parrot parrot = new Parrot(session)) {
      follower.follow(parrot.port());
      awaitUntil("rejected", () -> !follower.meter.rejected.isEmpty());
      awaitUntil("the first", () -> shard(follower).committedSequence() == FIRST + 256);
      assertEquals("bad-checksum", follower.meter.rejected.getFirst());
      assertGoesOn(follower);
    }
  }

  /** The leader was thought dead, and a copy of it leads; but it goes on too. */
  @Test
  void whatALeaderOfThePastSaysIsNotApplied() {
    TestFiles.copyTree(temp.resolve("leader"), temp.resolve("promoted"));
    TestFiles.copyTree(temp.resolve("follower"), temp.resolve("deceived"));
    TestFiles.copyTree(temp.resolve("follower"), temp.resolve("other"));
    leader.putAll(0, 10, 8);
    final List<byte[]> past = recordSession(leader, "deceived").toClient();
    try (TestNode promoted = TestNode.open(vertx, temp.resolve("promoted"), 1, Durability.OS)) {
      promoted.lead().putAll(0, 20, 9);
      final List<byte[]> present = recordSession(promoted, "follower").toClient();
      assertEquals(2, promoted.engine.epoch());
      try (TestNode follower = follower("follower");
          Parrot parrot = new Parrot(past)) {
        List<String> before = StoreDigest.of(follower.engine);
        follower.follow(parrot.port());
        awaitUntil("refused twice", () -> follower.meter.lost.size() >= 2);
        assertEquals("stale-leader", follower.meter.lost.getFirst());
        assertEquals(before, StoreDigest.of(follower.engine));
        assertGoesOn(follower, promoted);
      }
      // The present leader's session is taken over by the past one: the sequences would fit.
      try (TestNode follower = follower("other");
          Parrot parrot = new Parrot(List.of(present.getFirst(), batches(past).getFirst()))) {
        List<String> before = StoreDigest.of(follower.engine);
        follower.follow(parrot.port());
        awaitUntil("rejected", () -> !follower.meter.rejected.isEmpty());
        assertEquals("stale-epoch", follower.meter.rejected.getFirst());
        assertEquals(before, StoreDigest.of(follower.engine));
        assertGoesOn(follower, promoted);
      }
    }
  }

  /** Nobody may be told that a write is replicated because of what was said about others. */
  @Test
  void acksThatAreSaidAgainDoNotCount() {
    leader.putAll(0, 100, 3);
    FollowerPositions positions = leader.server().positions();
    assertEquals(LAST, positions.durableOn(0, 1));
    List<String> before = StoreDigest.of(leader.engine);
    Conversations.say(leader.port(), acks);
    assertEquals(List.of("unexpected-frame"), leader.meter.rejected); // too early
    Conversations.sayOnceAnswered(leader.port(), acks);
    assertTrue(positions.durableOn(0, 1) <= LAST);
    assertEquals(before, StoreDigest.of(leader.engine));
    try (TestNode follower = follower("follower")) {
      follower.follow(leader.port());
      assertGoesOn(follower);
    }
  }

  @Test
  void acksInAnotherOrderDoNotCount() {
    List<byte[]> reversed = acks.reversed();
    List<byte[]> twice = List.of(acks.getFirst(), acks.getFirst());
    List<byte[]> late = List.of(acks.getFirst(), acks.getLast(), acks.get(1));
    for (List<byte[]> wrong : List.of(reversed, twice, late)) {
      leader.meter.rejected.clear();
      List<byte[]> heard = Conversations.say(leader.port(), wrong);
      assertEquals(1, leader.meter.rejected.size());
      assertTrue(heard.isEmpty() || heard.getLast()[0] == -1, "not told why");
    }
    assertTrue(leader.server().positions().durableOn(0, 1) <= LAST);
  }

  /** Whoever knows a follower's id can end its session, and gains nothing by it. */
  @Test
  void aFollowerComesBackThatWasPushedOut() {
    try (TestNode follower = follower("follower")) {
      follower.follow(leader.port());
      awaitEqual(leader, follower);
      Conversations.say(leader.port(), acks);
      leader.putAll(0, 100, 3);
      awaitEqual(leader, follower);
      assertTrue(leader.meter.gone.contains("replaced"), leader.meter.gone::toString);
      assertEquals(List.of("new"), leader.meter.scans);
    }
  }
}
