package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.OutOfSequence;
import dev.slotstream.engine.ReplicatedBatch.Rule;
import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.ForcingStorage;
import dev.slotstream.file.Storage;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A shard that becomes a leader's image, and goes on with the leader's history. */
class FullSyncTest {
  private static final UUID LEADERS = new UUID(7, 8);

  @TempDir Path temp;
  private TestStore store;

  @BeforeEach
  void create() {
    store = TestStore.at(temp.resolve("data"));
  }

  private SlotEngine follow() {
    return SlotEngine.open(store.options().following());
  }

  private static ShardHistory leaders(EpochStart... epochs) {
    return new ShardHistory(LEADERS, true, List.of(epochs));
  }

  /** Waits for a step of the engine's. */
  static KeptAside await(Consumer<SyncEnding> step) {
    CompletableFuture<KeptAside> end = new CompletableFuture<>();
    step.accept(
        (aside, failure) -> {
          if (failure == null) {
            end.complete(aside);
          } else {
            end.completeExceptionally(failure);
          }
        });
    return end.orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static Shard shard(SlotEngine engine) {
    return engine.shards().getFirst();
  }

  private static KeptAside begin(SlotEngine engine, ShardHistory leaders, long sequence) {
    return await(end -> shard(engine).beginFullSync(leaders, sequence, end));
  }

  private static void end(SlotEngine engine) {
    await(end -> shard(engine).endFullSync(end));
  }

  private static TestBatch.Builder batch() {
    return new TestBatch.Builder();
  }

  @ParameterizedTest
  @EnumSource
  void takesTheLeadersSlotsThenItsRecords(Durability durability) throws LogException {
    store = store.durability(durability);
    try (SlotEngine engine = follow()) {
      KeptAside aside = begin(engine, leaders(new EpochStart(3, 1), new EpochStart(5, 90)), 100);
      assertEquals(KeptAside.NONE, aside);
      assertTrue(shard(engine).syncing());
      batch().put(0, 4, 1, 10).put(70, 9, 2, 20).apply(engine, Rule.DIRECT);
      assertEquals(100, shard(engine).committedSequence(), "slots of a scan are no records");
      batch().put(1, 1, 3, 30).delete(70, 10, 2).apply(engine, new Rule.InSequence(5, 101));
      batch().put(1, 2, 3, 31).apply(engine, new Rule.InSequence(6, 103));
      end(engine);
      assertFalse(shard(engine).syncing());
      assertFollowed(engine);
    }
    try (SlotEngine engine = follow()) {
      assertTrue(engine.recovery().clean());
      assertFalse(shard(engine).syncing());
      assertFollowed(engine);
    }
  }

  /** Its slots are made in one go, not whenever one is missing. */
  @Test
  void roomThatIsExpectedIsStillMadeOnceItHasBegun() throws IOException {
    ManualEngine manual = ManualEngine.open(store.options().following(), new DiskStorage());
    try (SlotEngine engine = manual.engine()) {
      int expected = 5 * shard(engine).slotCount() + 1;
      shard(engine).expectSlots(expected);
      shard(engine).beginFullSync(leaders(new EpochStart(3, 1)), 100, (aside, failure) -> {});
      manual.checkpoint(); // the first step of the sync is done there
      assertTrue(shard(engine).syncing());
      manual.makeRoom();
      assertTrue(shard(engine).slotCount() >= expected, "slots=" + shard(engine).slotCount());
    }
  }

  @Test
  void ofManySlotsTheFirstCanBeWrittenBeforeTheLastAreMade() throws IOException {
    ManualEngine manual = ManualEngine.open(store.options().following(), new DiskStorage());
    try (SlotEngine engine = manual.engine()) {
      int before = shard(engine).slotCount();
      int atATime = (16 << 20) / store.options().shape().layout().slotSize();
      shard(engine).expectSlots(before + atATime + 1);
      manual.makeRoom();
      assertEquals(before + atATime, shard(engine).slotCount());
      manual.makeRoom();
      assertTrue(shard(engine).slotCount() > before + atATime);
    }
  }

  @Test
  void theDiskIsGivenSlotsBeforeTheEnd() throws IOException {
    store = store.durability(Durability.OS);
    List<String> forced = new ArrayList<>();
    AtomicBoolean opened = new AtomicBoolean();
    Storage disk =
        new ForcingStorage(
            new DiskStorage(),
            (path, file, at, length) -> {
              forced.add(path.getFileName().toString());
              if (opened.get() && forced.size() > 1) {
                throw new IOException("disk is broken");
              }
              file.force(at, length);
            });
    ManualEngine manual = ManualEngine.open(store.options().following(), disk);
    SlotEngine engine = manual.engine();
    opened.set(true);
    manual.checkpoint();
    forced.clear();
    shard(engine).forceSlotsSoon();
    assertEquals(List.of(), forced, "not on the thread that asks");
    manual.checkpoint();
    manual.checkpoint();
    assertEquals(List.of("fixed.data"), forced, "once for each time that it was asked for");
    shard(engine).forceSlotsSoon();
    manual.checkpoint();
    assertInstanceOf(EngineException.WriteGateShut.class, shard(engine).whyNotWritable());
    shard(engine).forceSlotsSoon();
    manual.checkpoint();
    assertEquals(2, forced.size(), "a force that failed is not tried again");
  }

  private static void assertFollowed(SlotEngine engine) throws LogException {
    assertEquals(10, TestStore.read(engine, 1));
    assertEquals(null, TestStore.read(engine, 2));
    assertEquals(31, TestStore.read(engine, 3));
    Shard shard = shard(engine);
    assertEquals(103, shard.committedSequence());
    assertEquals(101, shard.oldestSequence());
    assertEquals(LEADERS, engine.storeId());
    assertEquals(
        new ShardHistory(
            LEADERS,
            false,
            List.of(new EpochStart(3, 1), new EpochStart(5, 90), new EpochStart(6, 103))),
        shard.history());
    assertEquals(List.of(3, 5, 6), List.of(at(shard, 89), at(shard, 102), at(shard, 103)));
    try (LogReader records = shard.readLog(101)) {
      assertTrue(records.next(103));
      assertEquals(5, records.record().epoch());
      assertTrue(records.next(103));
      assertTrue(records.next(103));
      assertEquals(6, records.record().epoch());
      assertFalse(records.next(103));
    }
  }

  private static int at(Shard shard, long sequence) {
    return shard.epochAt(sequence);
  }

  @Test
  void writesIntoSlotsThatTheFileHasJustGrownBy() throws IOException {
    try (SlotEngine engine = follow()) {
      begin(engine, leaders(new EpochStart(3, 1)), 100);
      // The room keeper makes slots without the shard's lock, and tells the free list afterwards.
      shard(engine).committer().slots().file().grow(640);
      batch().put(600, 4, 1, 10).apply(engine, Rule.DIRECT);
      batch().put(601, 4, 2, 20).apply(engine, new Rule.InSequence(3, 101));
      assertEquals(10, TestStore.read(engine, 1));
      assertEquals(20, TestStore.read(engine, 2));
    }
  }

  @Test
  void refusesWhatDoesNotFollow() {
    try (SlotEngine engine = follow()) {
      assertRefused(engine, new Rule.Direct(), "full sync");
      begin(engine, leaders(new EpochStart(3, 1)), 100);
      batch().put(0, 1, 1, 1).apply(engine, new Rule.InSequence(3, 101));
      assertRefused(engine, new Rule.InSequence(3, 101), "expected=3:102");
      assertRefused(engine, new Rule.InSequence(3, 103), "expected=3:102");
      assertRefused(engine, new Rule.InSequence(2, 102), "expected=3:102");
      assertEquals(101, shard(engine).committedSequence());
      assertEquals(1, TestStore.read(engine, 1));
    }
  }

  private static void assertRefused(SlotEngine engine, Rule rule, String why) {
    OutOfSequence refused =
        assertThrows(OutOfSequence.class, () -> batch().put(0, 9, 1, 9).apply(engine, rule));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void aSyncThatWasBrokenOffStartsOver(Durability durability) {
    store = store.durability(durability);
    TestStore crashed = store.at("crashed");
    try (SlotEngine engine = follow()) {
      begin(engine, leaders(new EpochStart(1, 1)), 50);
      batch().put(0, 1, 1, 1).apply(engine, Rule.DIRECT);
      batch().put(1, 1, 2, 2).apply(engine, new Rule.InSequence(1, 51));
      TestFiles.copyTree(store.directory(), crashed.directory());
    }
    store = crashed;
    try (SlotEngine engine = follow()) {
      assertTrue(shard(engine).syncing(), "a mixture stays one");
      begin(engine, leaders(new EpochStart(1, 1)), 60);
      batch().put(0, 2, 1, 5).free(1).apply(engine, Rule.DIRECT);
      end(engine);
    }
    try (SlotEngine engine = follow()) {
      assertFalse(shard(engine).syncing());
      assertEquals(5, TestStore.read(engine, 1));
      assertEquals(null, TestStore.read(engine, 2));
      assertEquals(60, shard(engine).committedSequence());
    }
  }

  @Test
  void aSyncThatWasStoppedStartsOverToo() {
    try (SlotEngine engine = follow()) {
      begin(engine, leaders(new EpochStart(1, 1)), 50);
    }
    EngineException.Mismatch refused =
        assertThrows(EngineException.Mismatch.class, () -> store.open().close());
    assertTrue(refused.getMessage().contains("cannot lead"), refused.getMessage());
    try (SlotEngine engine = follow()) {
      assertTrue(shard(engine).syncing());
    }
  }

  @Test
  void putsAsideWhatTheLeaderNeverHad() throws IOException {
    try (SlotEngine engine = follow()) {
      begin(engine, leaders(new EpochStart(1, 1)), 0);
      TestBatch.Builder records = batch();
      for (int n = 1; n <= 10; n++) {
        records.put(n, 1, n, n).apply(engine, new Rule.InSequence(1, n));
      }
      end(engine);
      // The leader lost records 8 to 10 and began its second leadership there.
      KeptAside aside = begin(engine, leaders(new EpochStart(1, 1), new EpochStart(2, 8)), 20);
      assertEquals(8, aside.fromSequence());
      assertEquals(10, aside.toSequence());
      assertEquals(3, aside.records());
      assertEquals(1, aside.files().size());
      assertTrue(new DiskStorage().read(aside.files().getFirst()).length > 0);
      end(engine);
      assertEquals(20, shard(engine).committedSequence());
    }
    try (SlotEngine engine = follow()) {
      assertEquals(20, shard(engine).committedSequence(), "no log looks at what was put aside");
    }
  }

  @Test
  void aFollowerBeginsNoLeadershipAndAPromotedOneDoes() {
    TestStore crashed = store.at("crashed");
    try (SlotEngine engine = follow()) {
      begin(engine, leaders(new EpochStart(4, 1)), 10);
      end(engine);
      batch().put(0, 1, 1, 1).apply(engine, new Rule.InSequence(4, 11));
      TestFiles.copyTree(store.directory(), crashed.directory());
    }
    store = crashed;
    try (SlotEngine engine = follow()) {
      assertEquals(4, engine.epoch());
      assertEquals(11, shard(engine).committedSequence());
    }
    try (SlotEngine engine = store.open()) {
      assertEquals(5, engine.epoch(), "a leadership of its own");
      assertEquals(LEADERS, engine.storeId());
      assertEquals(12, TestStore.put(engine, 2, 2).sequence());
      assertEquals(List.of(4, 5), List.of(at(shard(engine), 11), at(shard(engine), 12)));
      assertTrue(shard(engine).history().own());
    }
    try (SlotEngine engine = store.open()) {
      assertEquals(5, engine.epoch(), "a clean stop ends none");
    }
  }

  @Test
  void aFollowersStoreThatArmdbChangedIsAMixture() {
    try (SlotEngine engine = follow()) {
      begin(engine, leaders(new EpochStart(4, 1)), 10);
      end(engine);
    }
    TestFiles.write(store.slotFile(0), 17, (byte) 1);
    TestStore crashed = store.at("crashed");
    try (SlotEngine engine = follow()) {
      assertTrue(shard(engine).syncing());
      TestFiles.copyTree(store.directory(), crashed.directory());
    }
    store = crashed;
    try (SlotEngine engine = follow()) {
      assertTrue(shard(engine).syncing(), "it stays one");
    }
  }

  @Test
  void aLeadersStoreThatArmdbChangedLeavesASequenceOut() {
    try (SlotEngine engine = store.open()) {
      TestStore.put(engine, 1, 1);
    }
    TestFiles.write(store.slotFile(0), 17, (byte) 1);
    try (SlotEngine engine = store.open()) {
      // A follower of record 1 asks for record 2: it must not be told that nothing happened.
      assertEquals(3, shard(engine).oldestSequence());
      assertEquals(3, TestStore.put(engine, 2, 2).sequence());
    }
    try (SlotEngine engine = store.open()) {
      assertEquals(3, shard(engine).committedSequence());
      assertEquals(2, TestStore.read(engine, 2));
    }
  }

  @Test
  void learnsLeadershipsThatBeganRightBehindIt() {
    try (SlotEngine engine = follow()) {
      begin(engine, leaders(new EpochStart(4, 1)), 10);
      end(engine);
      shard(engine)
          .learnEpochs(
              leaders(
                  new EpochStart(4, 1),
                  new EpochStart(5, 11),
                  new EpochStart(6, 11),
                  new EpochStart(7, 20)));
      assertEquals(6, engine.epoch());
    }
    try (SlotEngine engine = follow()) {
      assertEquals(6, engine.epoch());
    }
  }

  @Test
  void theLogIsKeptForWhoeverStillReadsIt() throws Exception {
    store = store.durability(Durability.OS).segmentSize(1 << 12);
    try (SlotEngine engine = store.open()) {
      AutoCloseable hold = shard(engine).holdLog(() -> 1);
      for (int n = 0; n < 1000; n++) {
        TestStore.put(engine, n % 8, n);
      }
      engine.checkpoint();
      assertEquals(1, shard(engine).oldestSequence());
      hold.close();
      engine.checkpoint();
      assertTrue(shard(engine).oldestSequence() > 900);
    }
  }

  @Test
  void stepsThatComeTooLateAreRefused() {
    SlotEngine engine = follow();
    Shard shard = shard(engine);
    engine.close();
    assertInstanceOf(
        EngineException.Closed.class,
        assertThrows(
                java.util.concurrent.CompletionException.class,
                () -> {
                  CompletableFuture<KeptAside> end = new CompletableFuture<>();
                  shard.beginFullSync(leaders(), 1, (aside, why) -> end.completeExceptionally(why));
                  shard.fullSync().close();
                  end.join();
                })
            .getCause());
  }
}
