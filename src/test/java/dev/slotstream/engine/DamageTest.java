package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.Damaged;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import dev.slotstream.slot.MetaWord;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Slots that went bad while nobody looked. */
class DamageTest {
  private static final int SLOT_SIZE = 32;
  private static final int VALUE = 8 + TestStore.KEY;

  @TempDir Path temp;

  private static long valueOf(int slot) {
    return 4096 + (long) slot * SLOT_SIZE + VALUE;
  }

  private TestStore store() {
    return TestStore.at(temp.resolve("data"));
  }

  @Test
  void aDamagedSlotIsToldAlsoAfterARestartAndAWriteRepairsIt() {
    TestStore store = store();
    int slot;
    try (SlotEngine engine = store.open()) {
      TestStore.put(engine, 1, 1);
      slot = TestStore.put(engine, 2, 2).slot();
    }
    TestFiles.flip(store.slotFile(0), valueOf(slot), 3);
    try (SlotEngine engine = store.open()) {
      assertEquals(1, engine.recovery().damagedSlots());
      assertThrows(Damaged.class, () -> TestStore.read(engine, 2));
      assertEquals(1, TestStore.read(engine, 1));
      assertEquals(slot, TestStore.put(engine, 2, 3).slot());
      assertEquals(3, TestStore.read(engine, 2));
      assertEquals(0, engine.shards().getFirst().slotsDamaged());
    }
  }

  @Test
  void theScrubberFindsItBeforeAnybodyAsks() {
    TestStore store = store();
    EngineOptions often = store.options();
    EngineOptions scrubbing =
        new EngineOptions(
            often.directory(),
            often.shape(),
            often.durability(),
            often.growSlots(),
            often.segmentSize(),
            often.retention(),
            often.syncIntervalMillis(),
            1 << 20,
            true);
    try (SlotEngine engine = SlotEngine.open(scrubbing)) {
      int slot = TestStore.put(engine, 1, 1).slot();
      engine.checkpoint();
      TestFiles.flip(store.slotFile(0), valueOf(slot), 3);
      Shard shard = engine.shards().getFirst();
      long until = System.nanoTime() + 30_000_000_000L;
      while (shard.slotsDamaged() == 0 && System.nanoTime() < until) {
        LockSupport.parkNanos(1_000_000);
      }
      assertEquals(1, shard.slotsDamaged());
      assertTrue(shard.scrubs() >= 0);
    }
  }

  @Test
  void aLeaderEmptiesTheSecondSlotOfAKeyThroughItsLog() throws LogException {
    TestStore store = store();
    int one;
    int two;
    try (SlotEngine engine = store.open()) {
      one = TestStore.put(engine, 1, 1).slot();
      two = TestStore.put(engine, 2, 2).slot();
    }
    // The bytes of one slot at the place of another: every checksum fits.
    TestFiles.write(store.slotFile(0), startOf(two), slotOf(store, one));
    try (SlotEngine engine = store.open()) {
      assertEquals(1, engine.recovery().duplicateSlots());
      Shard shard = engine.shards().getFirst();
      TestStore.put(engine, 3, 3); // whatever was submitted at the opening is done before it
      assertEquals(1, TestStore.read(engine, 1));
      assertEquals(null, TestStore.read(engine, 2));
      try (LogReader records = shard.readLog(3)) {
        assertTrue(records.next(3));
        assertEquals(two, records.record().slot());
        assertEquals(MetaWord.DELETED, MetaWord.status(records.record().meta()));
      }
    }
    try (SlotEngine engine = store.open()) {
      assertEquals(0, engine.recovery().duplicateSlots());
      assertEquals(1, TestStore.read(engine, 1));
    }
  }

  private static long startOf(int slot) {
    return 4096 + (long) slot * SLOT_SIZE;
  }

  private static byte[] slotOf(TestStore store, int slot) {
    int from = (int) startOf(slot);
    return Arrays.copyOfRange(TestFiles.read(store.slotFile(0)), from, from + SLOT_SIZE);
  }

  @Test
  void twoSlotsThatChangePlacesHoldTheSameKeys() {
    TestStore store = store();
    int one;
    int two;
    try (SlotEngine engine = store.open()) {
      one = TestStore.put(engine, 1, 1).slot();
      two = TestStore.put(engine, 2, 2).slot();
    }
    byte[] first = slotOf(store, one);
    TestFiles.write(store.slotFile(0), startOf(one), slotOf(store, two));
    TestFiles.write(store.slotFile(0), startOf(two), first);
    try (SlotEngine engine = store.open()) {
      assertEquals(0, engine.recovery().damagedSlots());
      assertEquals(1, TestStore.read(engine, 1));
      assertEquals(2, TestStore.read(engine, 2));
      assertEquals(two, TestStore.put(engine, 1, 3).slot());
      assertEquals(3, TestStore.read(engine, 1));
    }
  }

  /** An old version is put back into a store that was killed, or closed; what its key reads as. */
  private Long afterAnOldVersionWasPutBack(boolean closed) {
    TestStore store = store();
    TestStore left = store.at("left");
    int slot;
    byte[] old;
    try (SlotEngine engine = store.open()) {
      slot = TestStore.put(engine, 1, 1).slot();
      old = slotOf(store, slot);
      TestStore.put(engine, 1, 2);
      if (!closed) {
        TestFiles.copyTree(store.directory(), left.directory());
      }
    }
    if (closed) {
      TestFiles.copyTree(store.directory(), left.directory());
    }
    TestFiles.write(left.slotFile(0), startOf(slot), old);
    try (SlotEngine engine = left.open()) {
      return TestStore.read(engine, 1);
    }
  }

  @Test
  void anOldVersionOfASlotIsWrittenAgainFromTheRecordsAboveTheCheckpoint() {
    assertEquals(2, afterAnOldVersionWasPutBack(false));
  }

  /** armdb's slot says nothing about when it was current: the limit that storage.md tells. */
  @Test
  void anOldVersionOfASlotBelowTheCheckpointCannotBeTold() {
    assertEquals(1, afterAnOldVersionWasPutBack(true));
  }
}
