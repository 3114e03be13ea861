package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.Closed;
import dev.slotstream.engine.EngineException.Overloaded;
import dev.slotstream.engine.TestWrite.End;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Held;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.Seeded;
import dev.slotstream.slot.MetaWord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The order of a write, looked at while the disk is made to wait. */
class CommitTest {
  private static final Condition ABSENT = current -> !current.present();
  private static final Condition PRESENT = Condition.CurrentValue::present;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private final FaultyStorage storage = new FaultyStorage();

  private TestStore store() {
    return TestStore.at(directory.resolve("data"));
  }

  /** From now on the log's forces wait. */
  private Held holdForces() {
    Held held = new Held(FaultyStorage.on(Operation.FORCE, "redo"));
    storage.fail(held);
    return held;
  }

  @Test
  void inFsyncNothingIsSeenOrAcknowledgedBeforeItIsOnDisk() {
    try (SlotEngine engine = store().open(storage)) {
      TestStore.put(engine, 1, 1);
      Held held = holdForces();
      TestWrite put = TestStore.submitPut(engine, 1, 2);
      TestWrite fresh = TestStore.submitPut(engine, 2, 2);
      held.awaitArrival();
      assertEquals(1, TestStore.read(engine, 1));
      assertNull(TestStore.read(engine, 2));
      assertFalse(put.ended());
      assertFalse(fresh.ended());
      assertEquals(1, engine.shards().get(0).committedSequence());
      held.release();
      put.await();
      fresh.await();
      assertEquals(2, TestStore.read(engine, 1));
      assertEquals(2, TestStore.read(engine, 2));
    }
  }

  @Test
  void inOsAWriteIsDoneWhenItWasSubmitted() {
    try (SlotEngine engine = store().durability(Durability.OS).open(storage)) {
      holdForces();
      TestWrite write = TestStore.submitPut(engine, 1, 1);
      assertTrue(write.ended());
      assertEquals(1, TestStore.read(engine, 1));
      assertTrue(TestStore.submitDelete(engine, 1).ended());
      assertNull(TestStore.read(engine, 1));
      storage.heal();
    }
  }

  @Test
  void conditionsSeeRecordsThatWaitForTheDisk() {
    try (SlotEngine engine = store().open(storage)) {
      Held held = holdForces();
      TestWrite first = TestStore.submitPut(engine, 1, 0x0102030405060708L, ABSENT);
      AtomicReference<String> seen = new AtomicReference<>();
      TestWrite second =
          TestStore.submitPut(
              engine,
              1,
              2,
              current -> {
                seen.set(
                    "%s %d %d %x %x"
                        .formatted(
                            current.present(),
                            current.slot(),
                            MetaWord.version(current.meta()),
                            current.valueInt(0),
                            current.valueInt(14)));
                return true;
              });
      TestWrite third = TestStore.submitPut(engine, 1, 3, ABSENT);
      TestWrite delete = TestStore.submitDelete(engine, 1);
      TestWrite fourth = TestStore.submitPut(engine, 1, 4, PRESENT);
      TestWrite gone = TestStore.submitDelete(engine, 1);
      held.release();
      assertEquals(End.COMMITTED, first.await());
      assertEquals(End.COMMITTED, second.await());
      assertEquals(End.REFUSED, third.await());
      assertEquals(2, third.version(), "a refusal tells the present version");
      assertEquals(0, third.slot());
      assertEquals(End.COMMITTED, delete.await());
      assertEquals(End.REFUSED, fourth.await());
      assertEquals(-1, fourth.slot());
      assertEquals(End.REFUSED, gone.await());
      byte[] value = TestStore.value(0x0102030405060708L);
      assertEquals(
          "true 0 1 4030201 %x".formatted((value[14] & 0xFF) | (value[15] & 0xFF) << 8),
          seen.get());
      assertNull(TestStore.read(engine, 1));
    }
  }

  @Test
  void conditionsSeeWhatStillWaitsWhenSomeOfItIsApplied() {
    try (SlotEngine engine = store().open(storage)) {
      TestStore.put(engine, 1, 1);
      Held held = holdForces();
      TestWrite first = TestStore.submitPut(engine, 3, 3);
      held.awaitArrival();
      TestWrite overwritten = TestStore.submitPut(engine, 2, 10L << 32);
      TestWrite deleted = TestStore.submitDelete(engine, 1);
      held.releaseOne();
      first.await();
      held.awaitArrival();
      TestWrite newest = TestStore.submitPut(engine, 2, 20L << 32);
      TestWrite back = TestStore.submitPut(engine, 1, 2, ABSENT);
      held.releaseOne();
      overwritten.await();
      assertEquals(End.COMMITTED, deleted.await());
      held.awaitArrival();
      // The first records of both keys are applied, the newest ones still wait.
      TestWrite sawNewest =
          TestStore.submitPut(engine, 2, 3, current -> current.valueInt(0) == 20 << 24);
      TestWrite sawBack = TestStore.submitPut(engine, 1, 3, ABSENT);
      held.release();
      assertEquals(End.COMMITTED, newest.await());
      assertEquals(End.COMMITTED, back.await());
      assertEquals(0, back.slot(), "the slot of the delete that waited");
      assertEquals(End.COMMITTED, sawNewest.await());
      assertEquals(End.REFUSED, sawBack.await());
      assertEquals(0, sawBack.slot());
      assertEquals(3, TestStore.read(engine, 2));
      assertEquals(2, TestStore.read(engine, 1));
      assertEquals(3, engine.shards().get(0).slotsUsed());
    }
  }

  @Test
  void conditionsSeeWhatIsInTheSlots() {
    try (SlotEngine engine = store().open()) {
      AtomicReference<Integer> seen = new AtomicReference<>();
      Condition look =
          current -> {
            seen.set(current.present() ? current.valueInt(4) : current.meta());
            return true;
          };
      TestWrite.put(engine, TestStore.key(1), TestStore.value(0x7L << 24), look);
      assertEquals(0, seen.get());
      TestWrite.put(engine, TestStore.key(1), TestStore.value(1), look);
      assertEquals(0x7, seen.get());
      TestWrite refused = TestWrite.put(engine, TestStore.key(1), TestStore.value(1), ABSENT);
      assertEquals(2, refused.version());
      assertEquals(End.REFUSED, TestStore.delete(engine, 9).await());
    }
  }

  @Test
  void aRefusalWaitsForWhatItSaw() {
    try (SlotEngine engine = store().open(storage)) {
      assertTrue(TestStore.submitDelete(engine, 1).ended(), "nothing waits");
      Held held = holdForces();
      TestWrite put = TestStore.submitPut(engine, 1, 1);
      TestWrite refused = TestStore.submitPut(engine, 1, 2, ABSENT);
      held.awaitArrival();
      assertFalse(refused.ended());
      held.release();
      put.await();
      assertEquals(End.REFUSED, refused.await());
    }
  }

  @Test
  void oneForceServesAllThatCameMeanwhile() {
    try (SlotEngine engine = store().growSlots(2000).open(storage)) {
      Held held = holdForces();
      List<TestWrite> writes = new ArrayList<>();
      writes.add(TestStore.submitPut(engine, 0, 0));
      held.awaitArrival();
      for (int n = 1; n <= 1000; n++) {
        writes.add(TestStore.submitPut(engine, n, n));
      }
      held.release();
      writes.forEach(TestWrite::await);
      SyncCounters syncs = engine.shards().get(0).syncs();
      assertEquals(1001, syncs.records());
      assertTrue(syncs.syncs() <= 3, "forces: " + syncs.syncs());
      for (int n = 0; n <= 1000; n++) {
        assertEquals(n, TestStore.read(engine, n));
      }
    }
  }

  @Test
  void versionsCountTheWritesOfASlot() {
    try (SlotEngine engine = store().open()) {
      assertEquals(1, TestStore.put(engine, 1, 1).version());
      assertEquals(2, TestStore.put(engine, 1, 1).version());
      assertEquals(3, TestStore.delete(engine, 1).version());
      TestWrite reused = TestStore.put(engine, 2, 1);
      assertEquals(4, reused.version());
      assertEquals(0, reused.slot());
    }
  }

  @Test
  void slotsAreReusedWhileTheirDeletesWaitForTheDisk() {
    Seeded.run(
        8,
        random -> {
          try (SlotEngine engine = store().open(storage)) {
            Map<Long, Long> model = new HashMap<>();
            for (int round = 0; round < 200; round++) {
              Held held = holdForces();
              List<TestWrite> writes = new ArrayList<>();
              List<End> ends = new ArrayList<>();
              for (int op = 0; op < random.nextInt(1, 12); op++) {
                long key = random.nextInt(4);
                long n = random.nextInt(1000);
                if (random.nextBoolean()) {
                  writes.add(TestStore.submitPut(engine, key, n));
                  ends.add(End.COMMITTED);
                  model.put(key, n);
                } else {
                  writes.add(TestStore.submitDelete(engine, key));
                  ends.add(model.remove(key) == null ? End.REFUSED : End.COMMITTED);
                }
              }
              held.release();
              for (int w = 0; w < writes.size(); w++) {
                assertEquals(ends.get(w), writes.get(w).await());
              }
              for (long key = 0; key < 4; key++) {
                assertEquals(model.get(key), TestStore.read(engine, key), "round " + round);
              }
              assertEquals(model.size(), engine.shards().get(0).slotsUsed());
            }
          }
        });
  }

  @Test
  void refusesMoreWritesThanItCanKeepWaiting() {
    try (SlotEngine engine = store().growSlots(1000).open(storage)) {
      Held held = holdForces();
      TestWrite first = TestStore.submitPut(engine, 0, 0);
      held.awaitArrival();
      int limit = 1 << 16;
      TestWrite last = null;
      for (int n = 1; n < limit; n++) {
        last = TestStore.submitPut(engine, n % 500, n);
      }
      TestWrite tooMany = TestStore.submitPut(engine, 1, 1);
      Overloaded e = assertThrows(Overloaded.class, tooMany::await);
      assertTrue(e.getMessage().contains("limit=" + limit), e.getMessage());
      held.release();
      first.await();
      last.await();
      TestStore.put(engine, 1, 2);
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aCloseBringsWaitingWritesToTheDisk(Durability durability) throws InterruptedException {
    TestStore store = store().durability(durability);
    SlotEngine engine = store.open(storage);
    Held held = holdForces();
    List<TestWrite> writes = new ArrayList<>();
    for (int n = 0; n < 50; n++) {
      writes.add(TestStore.submitPut(engine, n, n));
    }
    Thread closing = Thread.ofPlatform().start(engine::close);
    held.awaitArrival();
    while (engine.shards().get(0).whyNotWritable() == null) {
      Thread.onSpinWait();
    }
    assertThrows(Closed.class, () -> TestStore.put(engine, 1, 1));
    held.release();
    closing.join();
    for (TestWrite write : writes) {
      assertEquals(End.COMMITTED, write.await());
    }
    try (SlotEngine again = store.open()) {
      assertTrue(again.recovery().clean());
      assertEquals(0, again.recovery().replayed());
      for (int n = 0; n < 50; n++) {
        assertEquals(n, TestStore.read(again, n));
      }
    }
  }

  @Test
  void aCloseTellsThoseThatWaitForRoom() throws InterruptedException {
    SlotEngine engine = store().growSlots(16).open(storage);
    Held held = new Held(FaultyStorage.on(Operation.EXTEND, "fixed"));
    storage.fail(held);
    List<TestWrite> writes = new ArrayList<>();
    for (int n = 0; n < 17; n++) {
      writes.add(TestStore.submitPut(engine, n, n));
    }
    held.awaitArrival();
    Thread closing = Thread.ofPlatform().start(engine::close);
    assertThrows(Closed.class, writes.getLast()::await);
    held.release();
    closing.join();
    for (TestWrite write : writes.subList(0, 16)) {
      assertEquals(End.COMMITTED, write.await());
    }
  }

  @Test
  void writesKeepTheirOrderWhenSomeWaitForRoom() {
    try (SlotEngine engine = store().growSlots(16).open(storage)) {
      Held held = new Held(FaultyStorage.on(Operation.EXTEND, "fixed"));
      storage.fail(held);
      List<TestWrite> writes = new ArrayList<>();
      for (int n = 0; n < 200; n++) {
        writes.add(TestStore.submitPut(engine, n % 40, n));
      }
      held.awaitArrival();
      held.release();
      long sequence = 0;
      for (TestWrite write : writes) {
        assertEquals(End.COMMITTED, write.await());
        assertEquals(++sequence, write.sequence());
      }
      for (int n = 160; n < 200; n++) {
        assertEquals(n, TestStore.read(engine, n % 40));
      }
    }
  }
}
