package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.TestFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kept index on a real disk, with the engine's own threads. */
class KeptIndexFilesTest {
  private static final int KEYS = 5_000;

  @TempDir Path temp;
  private TestStore store;
  private Path index;

  @BeforeEach
  void fill() {
    store = TestStore.at(temp.resolve("data")).growSlots(1_024);
    index = store.shardDirectory(0).resolve("index.kept");
    try (SlotEngine engine = store.open()) {
      List<TestWrite> writes = new ArrayList<>();
      for (long key = 0; key < KEYS; key++) {
        writes.add(TestStore.submitPut(engine, key, key));
      }
      writes.forEach(TestWrite::await);
    }
    assertTrue(Files.exists(index));
  }

  private static void assertContent(SlotEngine engine) {
    for (long key = 0; key < KEYS; key++) {
      assertEquals(key, TestStore.read(engine, key));
    }
    assertEquals(null, TestStore.read(engine, KEYS));
  }

  private static void assertKept(int expected, SlotEngine engine, String refusal) {
    assertEquals(expected, engine.recovery().keptIndexes());
    assertEquals(refusal.isEmpty() ? 0 : 1, engine.recovery().refusedIndexes().size());
    assertTrue(engine.recovery().refusedIndexes().toString().contains(refusal));
    assertContent(engine);
  }

  @Test
  void isUsedUpByTheOpeningAndMadeAnewByTheClosing() {
    for (int time = 0; time < 3; time++) {
      try (SlotEngine engine = store.open()) {
        assertFalse(Files.exists(index));
        assertKept(1, engine, "");
        long until = System.nanoTime() + 30_000_000_000L;
        Shard shard = engine.shards().getFirst();
        while (shard.slotsToBeReviewed() > 0 && System.nanoTime() < until) {
          LockSupport.parkNanos(1_000_000);
        }
        assertEquals(0, shard.slotsToBeReviewed());
        TestStore.put(engine, time, time);
        assertContent(engine);
        assertEquals(KEYS, shard.slotsUsed());
      }
    }
  }

  /** A program that writes to the slots and dies leaves nothing in their header that tells so. */
  @Test
  void isNotUsedOnceSomebodyElseHasWrittenToTheSlots() {
    TestFiles.write(store.slotFile(0), 4096, TestFiles.read(store.slotFile(0))[4096]);
    try (SlotEngine engine = store.open()) {
      assertKept(0, engine, "time of the slot file");
    }
    try (SlotEngine engine = store.open()) {
      assertKept(1, engine, "");
    }
  }

  @Test
  void aShortenedOneIsNotUsed() {
    TestFiles.resize(index, TestFiles.size(index) - 8);
    try (SlotEngine engine = store.open()) {
      assertKept(0, engine, "its length is wrong");
    }
    TestFiles.resize(index, 0);
    try (SlotEngine engine = store.open()) {
      assertKept(0, engine, "shorter than a header");
    }
  }
}
