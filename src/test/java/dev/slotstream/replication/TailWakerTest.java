package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.TestWrite;
import dev.slotstream.wire.PackedBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When sessions are told that there is more for them. */
class TailWakerTest {
  @TempDir Path temp;
  private LeaderHarness leader;
  private final List<LeaderHarness.Peer> peers = new ArrayList<>();
  private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
  private final ArrayDeque<Runnable> later = new ArrayDeque<>();
  private final List<Long> pauses = new ArrayList<>();
  private long now = 1_000_000_000;
  private Duration step = Duration.ofNanos(1);
  private TailWaker waker;
  private long written;

  @BeforeEach
  void open() {
    leader = new LeaderHarness(TestNode.options(temp.resolve("leader"), 1, Durability.OS));
    waker =
        new TailWaker(
            new TailWaker.Loop() {
              @Override
              public void soon(Runnable step) {
                soon.add(step);
              }

              @Override
              public void after(long millis, Runnable step) {
                pauses.add(millis);
                later.add(step);
              }
            },
            this::timePasses);
    put(1);
    connect(2);
  }

  private void connect(int followers) {
    for (int p = 0; p < followers; p++) {
      LeaderHarness.Peer peer = leader.connect();
      peer.ask(new UUID(5, peers.size()), leader.shard.history().storeId(), 1, 2, false);
      peers.add(peer);
    }
  }

  @AfterEach
  void close() {
    leader.close();
  }

  /** Every look at the clock is so much later than the one before. */
  private long timePasses() {
    now += step.toNanos();
    return now;
  }

  private void put(int records) {
    for (int r = 0; r < records; r++) {
      TestWrite.put(leader.engine, TestNode.key(written), TestNode.value(written, 1));
      written++;
    }
  }

  private void addAll() {
    peers.forEach(peer -> waker.add(peer.session));
    runSoon();
  }

  private void runSoon() {
    while (!soon.isEmpty()) {
      soon.poll().run();
    }
  }

  /** How many records each batch had, to each follower. */
  private List<List<Integer>> batches() {
    return peers.stream().map(p -> p.batches().stream().map(PackedBatch::count).toList()).toList();
  }

  @Test
  void commitsThatComeBeforeTheLoopGetsToThemAreOneRound() {
    addAll();
    put(5);
    assertEquals(1, soon.size());
    runSoon();
    assertEquals(List.of(List.of(5), List.of(5)), batches());
    put(1);
    runSoon();
    assertEquals(List.of(List.of(5, 1), List.of(5, 1)), batches());
  }

  @Test
  void whatWasCommittedBeforeASessionCameIsLookedFor() {
    put(3);
    addAll();
    assertEquals(List.of(List.of(3), List.of(3)), batches());
  }

  @Test
  void aShortTurnIsFollowedByNoPause() {
    step = Duration.ofNanos(49_000);
    addAll();
    for (int n = 0; n < 3; n++) {
      put(1);
      runSoon();
    }
    assertEquals(List.of(List.of(1, 1, 1), List.of(1, 1, 1)), batches());
    assertEquals(List.of(), pauses);
  }

  @Test
  void aLongTurnEndsAndLeavesTheLoopToOthersForAWhile() {
    addAll();
    step = Duration.ofMillis(1);
    put(2);
    runSoon();
    assertEquals(List.of(List.of(2), List.of()), batches());
    put(3);
    runSoon();
    assertEquals(List.of(List.of(2), List.of()), batches(), "nobody is woken in the pause");
    later.poll().run();
    assertEquals(List.of(List.of(2), List.of(5)), batches(), "who has waited is first");
    later.poll().run();
    assertEquals(List.of(List.of(2, 3), List.of(5)), batches());
    assertTrue(later.isEmpty() && soon.isEmpty(), "nobody is due");
    assertEquals(List.of(1L, 1L), pauses);
    step = Duration.ofNanos(1);
    put(1);
    runSoon();
    assertEquals(List.of(List.of(2, 3, 1), List.of(5, 1)), batches());
  }

  @Test
  void whileRecordsStreamTheLoopIsSignalledOnceAMillisecond() {
    waker.add(peers.getFirst().session);
    runSoon();
    step = Duration.ofNanos(400_000);
    put(128);
    runSoon();
    put(128);
    assertTrue(soon.isEmpty(), "a turn is to come");
    later.poll().run();
    assertEquals(List.of(128, 128), batches().getFirst());
    while (!later.isEmpty()) {
      later.poll().run(); // nothing came
    }
    put(1);
    assertEquals(1, soon.size(), "a single record is worth a signal");
    runSoon();
    assertEquals(List.of(128, 128, 1), batches().getFirst());
  }

  @Test
  void aPauseIsTheLongerTheMoreAreStillDue() {
    connect(98);
    addAll();
    step = Duration.ofMillis(1);
    put(1);
    runSoon();
    while (!later.isEmpty()) {
      later.poll().run();
    }
    assertTrue(batches().stream().allMatch(List.of(1)::equals), "all were woken once");
    List<Long> expected = new ArrayList<>();
    for (int due = 99; due > 0; due--) {
      expected.add(due >= 64 ? 4L : due >= 48 ? 3L : due >= 32 ? 2L : 1L);
    }
    assertEquals(expected, pauses);
  }

  @Test
  void whoHasGoneIsNotWoken() {
    addAll();
    waker.remove(peers.getFirst().session);
    put(1);
    runSoon();
    assertEquals(List.of(List.of(), List.of(1)), batches());
    waker.remove(peers.getLast().session);
    waker.remove(peers.getLast().session);
    put(1);
    assertTrue(soon.isEmpty(), "nobody listens");
    waker.add(peers.getLast().session);
    runSoon();
    assertEquals(List.of(List.of(), List.of(1, 1)), batches());
  }

  @Test
  void whoGoesWhileItIsDueIsNotWoken() {
    addAll();
    step = Duration.ofMillis(1);
    put(1);
    runSoon();
    waker.remove(peers.getLast().session);
    later.poll().run();
    assertEquals(List.of(List.of(1), List.of()), batches());
  }

  @Test
  void aSessionMayEndWhenItIsWoken() {
    addAll();
    leader.beginFullSync(leader.shard.history(), 1);
    runSoon();
    assertTrue(peers.stream().allMatch(peer -> peer.connection.closed));
    leader.endFullSync();
  }
}
