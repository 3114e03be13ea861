package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.Corrupt;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Held;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.file.Room;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.log.LogOptions;
import dev.slotstream.log.LogRecord;
import dev.slotstream.log.SegmentedLog;
import dev.slotstream.slot.MetaWord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a killed process leaves behind, and what opening makes of it. */
class RecoveryTest {
  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private int crashes;

  private TestStore store() {
    return TestStore.at(directory.resolve("data"));
  }

  /** The directory as it would be found if the process were killed now. */
  private TestStore crash(TestStore store) {
    Path copy = directory.resolve("crash" + crashes++);
    TestFiles.copyTree(store.directory(), copy);
    return store.in(copy);
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void whatWasAcknowledgedSurvivesTheDeathOfTheProcess(Durability durability) {
    TestStore store = store().durability(durability).shards(2);
    TestStore crashed;
    try (SlotEngine engine = store.open()) {
      for (int n = 0; n < 100; n++) {
        TestStore.put(engine, n, n);
      }
      for (int n = 0; n < 100; n += 3) {
        TestStore.delete(engine, n);
      }
      crashed = crash(store);
    }
    try (SlotEngine engine = crashed.open()) {
      assertFalse(engine.recovery().clean());
      assertFalse(engine.recovery().created());
      assertEquals(134, engine.recovery().replayed());
      assertEquals(0, engine.recovery().damagedSlots());
      assertEquals(2, engine.epoch());
      for (int n = 0; n < 100; n++) {
        assertEquals(n % 3 == 0 ? null : (Long) (long) n, TestStore.read(engine, n));
      }
    }
    try (SlotEngine engine = crashed.open()) {
      assertTrue(engine.recovery().clean());
      assertEquals(0, engine.recovery().replayed());
      assertEquals(2, engine.epoch());
    }
  }

  @Test
  void epochsGrowOnlyOnUncleanOpenings() {
    TestStore store = store();
    for (int round = 1; round <= 5; round++) {
      try (SlotEngine engine = store.open()) {
        assertEquals(round, engine.epoch());
        assertEquals(round, TestStore.put(engine, 1, round).epoch());
      }
      try (SlotEngine engine = store.open()) {
        assertEquals(round, engine.epoch());
        store = crash(store); // nothing was written, but it was in use
      }
    }
  }

  private static void awaitCheckpoint(SlotEngine engine, long sequence) {
    while (engine.shards().get(0).status().checkpointSequence() < sequence) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  @Timeout(30)
  void aCheckpointIsWhereReplayBegins() {
    TestStore store = store().retention(64 << 20);
    TestStore crashed;
    try (SlotEngine engine = store.open()) {
      for (int n = 0; n < 50; n++) {
        TestStore.put(engine, n, n);
      }
      assertTrue(engine.checkpoint());
      for (int n = 0; n < 7; n++) {
        TestStore.put(engine, n, n + 1000);
      }
      crashed = crash(store);
    }
    try (SlotEngine engine = crashed.open()) {
      assertEquals(7, engine.recovery().replayed());
      assertEquals(1, engine.shards().get(0).status().oldestSequence());
      for (int n = 0; n < 50; n++) {
        assertEquals(n < 7 ? n + 1000 : n, TestStore.read(engine, n));
      }
      awaitCheckpoint(engine, 57);
      crashed = crash(crashed);
    }
    try (SlotEngine engine = crashed.open()) {
      assertEquals(0, engine.recovery().replayed(), "after a recovery there is a checkpoint");
      assertFalse(engine.recovery().clean());
      assertEquals(58, TestStore.put(engine, 1, 1).sequence());
    }
  }

  @Test
  void recordsThatWereNotAcknowledgedMayBeThereAfterACrash() {
    FaultyStorage storage = new FaultyStorage();
    TestStore store = store();
    TestStore crashed;
    try (SlotEngine engine = store.open(storage)) {
      TestStore.put(engine, 1, 1);
      Held held = new Held(FaultyStorage.on(Operation.FORCE, "redo"));
      storage.fail(held);
      TestWrite waiting = TestStore.submitPut(engine, 1, 2);
      held.awaitArrival();
      crashed = crash(store);
      held.release();
      waiting.await();
    }
    try (SlotEngine engine = crashed.open()) {
      assertEquals(2, TestStore.read(engine, 1));
    }
  }

  @Test
  void aTornTailIsCutAndCounted() {
    FaultyStorage storage = new FaultyStorage();
    TestStore store = store();
    TestStore crashed;
    try (SlotEngine engine = store.open(storage)) {
      TestStore.put(engine, 1, 1);
      Held held = new Held(FaultyStorage.on(Operation.FORCE, "redo"));
      storage.fail(held);
      TestWrite waiting = TestStore.submitPut(engine, 1, 2);
      held.awaitArrival();
      crashed = crash(store);
      held.release();
      waiting.await();
    }
    Path log = TestFiles.startingWith(crashed.shardDirectory(0), "redo-0").getFirst();
    int record = 40 + 24;
    TestFiles.flip(log, 128 + record + 45, 0);
    try (SlotEngine engine = crashed.open()) {
      assertEquals(1, TestStore.read(engine, 1));
      assertTrue(engine.recovery().tornBytes() > 40);
      assertEquals(
          1, TestFiles.startingWith(crashed.shardDirectory(0), log.getFileName() + ".torn").size());
      assertEquals(2, TestStore.put(engine, 1, 3).sequence());
    }
  }

  @Test
  void damageOfWhatWasOnDiskStopsTheOpening() {
    TestStore store = store();
    TestStore crashed;
    try (SlotEngine engine = store.open()) {
      TestStore.put(engine, 1, 1);
      TestStore.put(engine, 1, 2);
      crashed = crash(store);
    }
    Path log = TestFiles.startingWith(crashed.shardDirectory(0), "redo-0").getFirst();
    TestFiles.flip(log, 128 + 45, 0);
    Corrupt e = assertThrows(Corrupt.class, crashed::open);
    assertTrue(e.getMessage().contains("file=" + log), e.getMessage());
    assertTrue(e.getMessage().contains("offset=128 sequence=1 "), e.getMessage());
    TestFiles.flip(log, 128 + 45, 0);
    crashed.open().close();
  }

  @Test
  void aMissingLogStopsTheOpeningUnlessTheStoreWasClosed() {
    TestStore store = store();
    TestStore crashed;
    try (SlotEngine engine = store.open()) {
      TestStore.put(engine, 1, 1);
      crashed = crash(store);
    }
    TestStore closed = crash(store);
    TestFiles.startingWith(closed.shardDirectory(0), "redo-").forEach(TestFiles::delete);
    try (SlotEngine engine = closed.open()) {
      assertEquals(1, TestStore.read(engine, 1));
      assertEquals(2, TestStore.put(engine, 1, 2).sequence());
    }
    TestFiles.startingWith(crashed.shardDirectory(0), "redo-").forEach(TestFiles::delete);
    Corrupt e = assertThrows(Corrupt.class, crashed::open);
    assertTrue(e.getMessage().contains("log is missing"), e.getMessage());
  }

  @Test
  void replayGrowsTheFileWhenItsGrowthWasLost() {
    TestStore store = store().growSlots(16);
    TestStore crashed;
    byte[] header;
    try (SlotEngine engine = store.open()) {
      header = Arrays.copyOf(TestFiles.read(store.slotFile(0)), 4096);
      for (int n = 0; n < 100; n++) {
        TestStore.put(engine, n, n);
      }
      crashed = crash(store);
    }
    TestFiles.write(crashed.slotFile(0), 0, header);
    TestFiles.resize(crashed.slotFile(0), 4096 + 16 * 32);
    try (SlotEngine engine = crashed.open()) {
      assertEquals(112, engine.shards().get(0).slotCount());
      for (int n = 0; n < 100; n++) {
        assertEquals(n, TestStore.read(engine, n));
      }
      assertEquals(100, TestStore.put(engine, 1000, 1).slot());
    }
  }

  @Test
  void replayMendsSlotsThatWereTorn() {
    TestStore store = store();
    TestStore crashed;
    try (SlotEngine engine = store.open()) {
      for (int n = 0; n < 10; n++) {
        TestStore.put(engine, n, n);
      }
      crashed = crash(store);
    }
    for (int slot = 0; slot < 10; slot++) {
      TestFiles.write(crashed.slotFile(0), 4096 + slot * 32L, new byte[] {7, 0, 0, 0, 1, 2, 3});
    }
    try (SlotEngine engine = crashed.open()) {
      assertEquals(0, engine.recovery().damagedSlots());
      for (int n = 0; n < 10; n++) {
        assertEquals(n, TestStore.read(engine, n));
      }
    }
  }

  @Test
  void refusesARecordOfASlotThatNoneCanBe() throws IOException {
    TestStore store = store();
    UUID id;
    try (SlotEngine engine = store.open()) {
      TestStore.put(engine, 1, 1);
      id = engine.storeId();
    }
    LogOptions options =
        new LogOptions(
            new DiskStorage(),
            store.shardDirectory(0),
            0,
            StoreIdentity.bytes(id),
            1 << 20,
            Room.WRITTEN,
            TestStore.KEY,
            TestStore.VALUE);
    try (SegmentedLog log = SegmentedLog.open(options, 1, true, record -> {})) {
      LogRecord record = log.newRecord();
      record
          .header(1, -5, MetaWord.of(MetaWord.OCCUPIED, 1))
          .key(TestStore.key(1), 0, TestStore.KEY)
          .noValue();
      assertTrue(log.append(record));
    }
    Corrupt e = assertThrows(Corrupt.class, store::open);
    assertTrue(e.getMessage().contains("sequence=2 slot=-5"), e.getMessage());
  }

  @Test
  void oneShardThatIsDamagedStopsTheOpeningOfAll() {
    TestStore store = store().shards(4);
    try (SlotEngine engine = store.open()) {
      for (int n = 0; n < 40; n++) {
        TestStore.put(engine, n, n);
      }
    }
    TestFiles.flip(store.slotFile(2), 0, 0);
    Corrupt e = assertThrows(Corrupt.class, store::open);
    assertTrue(e.getMessage().contains("shard_002"), e.getMessage());
    TestFiles.flip(store.slotFile(2), 0, 0);
    try (SlotEngine engine = store.open()) {
      assertEquals(39, TestStore.read(engine, 39));
      assertNull(TestStore.read(engine, 40));
    }
  }

  @Test
  void theLogIsPurgedBehindCheckpointsAndSequencesGoOn() {
    TestStore store = store().durability(Durability.OS).layout(TestStore.KEY, 1000);
    TestStore crashed;
    try (SlotEngine engine = store.open()) {
      for (int n = 0; n < 5000; n++) {
        TestStore.put(engine, n % 50, n);
      }
      assertTrue(engine.checkpoint());
      Shard shard = engine.shards().get(0);
      assertTrue(shard.status().oldestSequence() > 1);
      assertTrue(shard.status().logBytes() <= 2 << 20);
      for (int n = 5000; n < 5050; n++) {
        TestStore.put(engine, n % 50, n);
      }
      crashed = crash(store);
    }
    try (SlotEngine engine = crashed.open()) {
      for (int n = 5000; n < 5050; n++) {
        assertEquals(n, TestStore.read(engine, n % 50));
      }
      assertEquals(5051, TestStore.put(engine, 1, 1).sequence());
    }
  }

  @Test
  void olderLeadershipsAreForgottenInTheEnd() {
    TestStore store = store();
    Path meta = store.shardDirectory(0).resolve(HistoryFile.NAME);
    store.open().close();
    long one = TestFiles.size(meta);
    for (int epoch = 2; epoch <= 150; epoch++) {
      // Marked as if armdb had been here: the cheapest unclean opening.
      TestFiles.write(store.slotFile(0), 17, (byte) 1);
      try (SlotEngine engine = store.open()) {
        assertEquals(epoch, engine.epoch());
      }
    }
    assertEquals(one + 127 * 16, TestFiles.size(meta));
    try (SlotEngine engine = store.open()) {
      assertEquals(150, engine.epoch());
    }
  }
}
