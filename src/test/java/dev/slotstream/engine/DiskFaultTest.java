package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.Closed;
import dev.slotstream.engine.EngineException.DiskFull;
import dev.slotstream.engine.EngineException.IoFailed;
import dev.slotstream.engine.EngineException.WriteGateShut;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Fault;
import dev.slotstream.file.FaultyStorage.Held;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.log.LogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Disks that fail and disks that are full, under a running engine and under an opening one. */
class DiskFaultTest {
  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private final FaultyStorage storage = new FaultyStorage();

  private TestStore store() {
    return TestStore.at(directory.resolve("data"));
  }

  private static Fault broken(Operation operation, String name) {
    return FaultyStorage.always(FaultyStorage.on(operation, name), FaultyStorage.BROKEN);
  }

  private static Fault full(Operation operation, String name) {
    return FaultyStorage.always(FaultyStorage.on(operation, name), FaultyStorage.FULL);
  }

  @Test
  void aFailedForceFailsAllThatWaitAndShutsTheGateForGood() {
    TestStore store = store();
    try (SlotEngine engine = store.open(storage)) {
      TestStore.put(engine, 1, 1);
      Held held = new Held(FaultyStorage.on(Operation.FORCE, "redo"));
      storage.fail(
          (operation, path) -> {
            held.strike(operation, path);
            broken(Operation.FORCE, "redo").strike(operation, path);
          });
      List<TestWrite> writes = new ArrayList<>();
      for (int n = 0; n < 20; n++) {
        writes.add(TestStore.submitPut(engine, n, n + 100));
      }
      held.awaitArrival();
      held.release();
      for (TestWrite write : writes) {
        WriteGateShut e = assertThrows(WriteGateShut.class, write::await);
        assertTrue(e.getMessage().contains("made to fail: FORCE"), e.getMessage());
      }
      storage.heal();
      assertThrows(WriteGateShut.class, () -> TestStore.put(engine, 1, 2));
      assertThrows(WriteGateShut.class, () -> TestStore.delete(engine, 1));
      assertFalse(engine.checkpoint());
      assertFalse(engine.shards().get(0).status().writable());
      assertInstanceOf(WriteGateShut.class, engine.shards().get(0).whyNotWritable());
      assertEquals(1, TestStore.read(engine, 1), "reads go on, and see what was on disk");
      assertNull(TestStore.read(engine, 2));
    }
    try (SlotEngine engine = store.open()) {
      assertFalse(engine.recovery().clean());
      Long first = TestStore.read(engine, 1);
      assertTrue(first == 1 || first == 101, "value=" + first);
      TestStore.put(engine, 1, 2);
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void otherShardsGoOn(Durability durability) {
    try (SlotEngine engine = store().shards(2).durability(durability).open(storage)) {
      byte[] ours = TestStore.key(1);
      int broken = engine.shardOf(ours);
      engine.shards().get(broken).committer().shut(new WriteGateShut("test", null));
      long other = 2;
      while (engine.shardOf(TestStore.key(other)) == broken) {
        other++;
      }
      TestStore.put(engine, other, 5);
      assertEquals(5, TestStore.read(engine, other));
      assertThrows(WriteGateShut.class, () -> TestStore.put(engine, 1, 1));
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aFailedCheckpointShutsTheGateAndIsNeverTriedAgain(Durability durability) {
    TestStore store = store().durability(durability);
    AtomicInteger forces = new AtomicInteger();
    try (SlotEngine engine = store.open(storage)) {
      TestStore.put(engine, 1, 1);
      storage.fail(broken(Operation.FORCE, "fixed"));
      assertFalse(engine.checkpoint());
      assertThrows(WriteGateShut.class, () -> TestStore.put(engine, 1, 2));
      assertEquals(1, TestStore.read(engine, 1));
      // The second force of the same file would succeed, whatever the first one lost.
      storage.fail(
          (operation, path) -> {
            if (operation == Operation.FORCE) {
              forces.incrementAndGet();
            }
          });
      assertFalse(engine.checkpoint());
    }
    assertEquals(0, forces.get());
    storage.heal();
    try (SlotEngine engine = store.open(storage)) {
      assertFalse(engine.recovery().clean());
      assertEquals(1, engine.recovery().replayed());
      assertEquals(1, TestStore.read(engine, 1));
    }
  }

  @Test
  void inOsAFailedForceShowsAtTheCheckpoint() {
    try (SlotEngine engine = store().durability(Durability.OS).open(storage)) {
      storage.fail(broken(Operation.FORCE, "redo"));
      TestStore.put(engine, 1, 1);
      assertFalse(engine.checkpoint());
      assertThrows(WriteGateShut.class, () -> TestStore.put(engine, 1, 2));
    }
  }

  @ParameterizedTest
  @CsvSource({"RENAME, redo-used", "DELETE, redo-0"})
  void aLogThatCannotBePurgedShutsTheGate(Operation operation, String file) throws IOException {
    TestStore store = store().durability(Durability.OS).layout(TestStore.KEY, 1000);
    try (SlotEngine engine = store.open(storage);
        // A segment that is read is not used again, but deleted.
        LogReader _ = operation == Operation.DELETE ? engine.shards().get(0).readLog(1) : null) {
      storage.fail(broken(operation, file));
      try {
        putMany(engine, 1500);
      } catch (WriteGateShut e) {
        assertTrue(e.getMessage().contains("checkpoint failed"), e.getMessage());
      }
      assertFalse(engine.checkpoint());
      assertInstanceOf(WriteGateShut.class, engine.shards().get(0).whyNotWritable());
    }
  }

  @ParameterizedTest
  @CsvSource({"EXTEND, redo", "CREATE, redo", "RENAME, redo", "EXTEND, fixed"})
  void roomThatCannotBeMadeShutsTheGate(Operation operation, String file) {
    TestStore store = store().growSlots(64).layout(TestStore.KEY, 1000);
    try (SlotEngine engine = store.open(storage)) {
      storage.fail(broken(operation, file));
      EngineException e = assertThrows(EngineException.class, () -> putMany(engine, 3000));
      assertInstanceOf(WriteGateShut.class, e);
      assertTrue(e.getMessage().contains("made to fail"), e.getMessage());
    }
    store.open().close();
  }

  private static void putMany(SlotEngine engine, int count) {
    for (int n = 0; n < count; n++) {
      TestStore.put(engine, n % 300, n);
    }
  }

  /** Puts until it succeeds: a full disk is tried again only after a pause. */
  private static void putOnceThereIsRoom(SlotEngine engine, long key, long n) {
    while (true) {
      try {
        TestStore.put(engine, key, n);
        return;
      } catch (DiskFull e) {
        Thread.onSpinWait();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FSYNC, EXTEND, redo", "FSYNC, CREATE, redo", "FSYNC, EXTEND, fixed",
    "OS, EXTEND, redo", "OS, CREATE, redo", "OS, EXTEND, fixed"
  })
  void aFullDiskFailsTheWriteThatNeededRoomAndHeals(
      Durability durability, Operation operation, String file) {
    TestStore store = store().durability(durability).growSlots(64).layout(TestStore.KEY, 1000);
    try (SlotEngine engine = store.open(storage)) {
      TestStore.put(engine, 7, 7);
      storage.fail(full(operation, file));
      DiskFull e = assertThrows(DiskFull.class, () -> putMany(engine, 3000));
      assertTrue(e.getMessage().contains("made to fail"), e.getMessage());
      assertThrows(DiskFull.class, () -> putMany(engine, 3000));
      assertTrue(engine.shards().get(0).status().writable());
      assertEquals(true, TestStore.read(engine, 7) != null);
      storage.heal();
      putOnceThereIsRoom(engine, 5, 5);
      for (int n = 0; n < 300; n++) {
        putOnceThereIsRoom(engine, n, n);
      }
      for (int n = 0; n < 300; n++) {
        assertEquals(n, TestStore.read(engine, n));
      }
    }
    try (SlotEngine engine = store.open()) {
      assertTrue(engine.recovery().clean());
      for (int n = 0; n < 300; n++) {
        assertEquals(n, TestStore.read(engine, n));
      }
    }
  }

  @Test
  void whatStillFitsIsDoneOnAFullDisk() {
    try (SlotEngine engine = store().growSlots(16).open(storage)) {
      storage.fail(full(Operation.EXTEND, "fixed"));
      for (int n = 0; n < 16; n++) {
        TestStore.put(engine, n, n);
      }
      assertThrows(DiskFull.class, () -> TestStore.put(engine, 16, 16));
      TestStore.put(engine, 3, 33);
      TestStore.delete(engine, 4);
      putOnceThereIsRoom(engine, 16, 16);
      assertEquals(33, TestStore.read(engine, 3));
      assertEquals(16, TestStore.read(engine, 16));
    }
  }

  @Test
  void aFullDiskWhileOpeningIsSaid() {
    storage.fail(full(Operation.CREATE, "fixed"));
    DiskFull e = assertThrows(DiskFull.class, () -> store().open(storage));
    assertTrue(e.getMessage().contains("made to fail"), e.getMessage());
    storage.heal();
    store().open(storage).close();
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "false, true"})
  void opensAgainAfterAnyOperationOfOpeningFailed(boolean created, boolean crashed) {
    TestStore template = store().shards(2).at("template");
    if (!created) {
      try (SlotEngine engine = template.open()) {
        for (int n = 0; n < 50; n++) {
          TestStore.put(engine, n, n);
        }
        if (crashed) {
          TestFiles.copyTree(template.directory(), directory.resolve("image"));
        }
      }
      if (!crashed) {
        TestFiles.copyTree(template.directory(), directory.resolve("image"));
      }
    }
    int failures = 0;
    for (int n = 1; failAt(n, created); n++) {
      failures++;
    }
    assertTrue(failures > 10, "failures: " + failures);
  }

  /** Opens with the n-th operation failing, then once more; false when there were fewer. */
  private boolean failAt(int n, boolean created) {
    TestStore store = store().shards(2);
    TestFiles.deleteTree(store.directory());
    if (!created) {
      TestFiles.copyTree(directory.resolve("image"), store.directory());
    }
    FaultyStorage.Nth fault =
        new FaultyStorage.Nth(n, n % 2 == 0 ? FaultyStorage.BROKEN : FaultyStorage.FULL);
    storage.fail(fault);
    boolean opened = false;
    try (SlotEngine engine = store.open(storage)) {
      opened = true; // what failed, if anything did, failed behind the opening
      assertEquals(2, engine.shards().size());
    } catch (IoFailed | DiskFull e) {
      assertTrue(fault.struck());
      assertTrue(e.getMessage().contains("made to fail: operation " + n), e.getMessage());
    }
    storage.heal();
    try (SlotEngine engine = store.open(storage)) {
      for (int key = 0; key < 50; key++) {
        assertEquals(created ? null : (Long) (long) key, TestStore.read(engine, key));
      }
      TestStore.put(engine, 99, n);
    }
    return !opened;
  }

  @Test
  void anUnexpectedErrorOfAnEngineThreadShutsTheGate() {
    for (String file : new String[] {"redo", "fixed"}) {
      TestStore store = store().at("broken-" + file);
      try (SlotEngine engine = store.open(storage)) {
        TestStore.put(engine, 1, 1);
        storage.fail(
            (operation, path) -> {
              if (operation == Operation.FORCE && path.toString().contains(file)) {
                throw new IllegalStateException("a bug");
              }
            });
        if (file.equals("redo")) {
          WriteGateShut e = assertThrows(WriteGateShut.class, () -> TestStore.put(engine, 1, 2));
          assertTrue(e.getMessage().contains("a bug"), e.getMessage());
        } else {
          assertFalse(engine.checkpoint());
          assertThrows(WriteGateShut.class, () -> TestStore.put(engine, 1, 2));
        }
        storage.heal();
      }
      store.open().close();
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aFaultInsideAWriteShutsTheGate(Durability durability) {
    try (SlotEngine engine = store().durability(durability).open(storage)) {
      TestStore.put(engine, 1, 1);
      Condition faulty =
          current -> {
            throw new InternalError("a fault on a mapped page");
          };
      assertThrows(InternalError.class, () -> TestStore.submitPut(engine, 1, 2, faulty));
      WriteGateShut e = assertThrows(WriteGateShut.class, () -> TestStore.put(engine, 1, 3));
      assertTrue(e.getMessage().contains("a fault on a mapped page"), e.getMessage());
      assertEquals(1, TestStore.read(engine, 1));
    }
  }

  @Test
  void aFaultOfOursInsideAWriteEndsTheWriteAndShutsTheGate() {
    try (SlotEngine engine = store().open(storage)) {
      TestStore.put(engine, 1, 1);
      TestWrite write =
          TestStore.submitPut(
              engine,
              1,
              2,
              current -> {
                throw new IllegalStateException("on purpose");
              });
      WriteGateShut e = assertThrows(WriteGateShut.class, write::await);
      assertTrue(e.getMessage().contains("on purpose"), e.getMessage());
      assertThrows(WriteGateShut.class, () -> TestStore.put(engine, 1, 3));
      assertEquals(1, TestStore.read(engine, 1));
    }
  }

  @Test
  void aDemandThatCouldNotBeMetIsForgotten() {
    try (SlotEngine engine = store().growSlots(16).open(storage)) {
      storage.fail(full(Operation.EXTEND, "fixed"));
      TestBatch.Builder events = new TestBatch.Builder();
      assertThrows(DiskFull.class, () -> events.put(1 << 20, 1, 1, 1).apply(engine));
      storage.heal();
      for (int n = 0; n < 17; n++) {
        putOnceThereIsRoom(engine, n, n);
      }
      assertEquals(32, engine.shards().get(0).slotCount());
    }
  }

  @Test
  void anUnexpectedErrorWhileMakingRoomShutsTheGate() {
    try (SlotEngine engine = store().growSlots(16).open(storage)) {
      storage.fail(
          (operation, path) -> {
            if (operation == Operation.EXTEND) {
              throw new IllegalStateException("a bug");
            }
          });
      assertThrows(WriteGateShut.class, () -> putMany(engine, 300));
    }
  }

  @Test
  void aFailedDiskIsTheReasonEvenWhileClosing() {
    WriteGate gate = new WriteGate();
    assertNull(gate.reason());
    gate.shut(new Closed());
    assertFalse(gate.failed());
    gate.shut(new WriteGateShut("first", null));
    gate.shut(new WriteGateShut("second", null));
    gate.shut(new Closed());
    assertTrue(gate.failed());
    assertEquals("first", gate.reason().getMessage());
  }
}
