package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.Closed;
import dev.slotstream.engine.TestWrite.End;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Held;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.Seeded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several writes that are submitted at once end as if they came one by one. */
class WritesAtOnceTest {
  private static final int KEYS = 3_000;
  private static final Condition ABSENT = current -> !current.present();

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private TestStore store() {
    return TestStore.at(directory.resolve("data"));
  }

  private static TestWrite put(long key, long n, Condition when) {
    TestWrite write = new TestWrite();
    byte[] value = TestStore.value(n);
    write.put(TestStore.key(key), value, value.length, when);
    return write;
  }

  private static TestWrite delete(long key) {
    TestWrite write = new TestWrite();
    write.delete(TestStore.key(key), Condition.NONE);
    return write;
  }

  /** With so few slots most batches find no room for their last writes, and wait for it. */
  @ParameterizedTest
  @EnumSource(Durability.class)
  void theyEndAsInTheirOrderInEachDurability(Durability durability) {
    try (SlotEngine engine = store().shards(3).growSlots(8).durability(durability).open()) {
      Map<Long, Long> model = new HashMap<>();
      Seeded.run(
          11,
          random -> {
            for (int batch = 0; batch < 40; batch++) {
              runOne(engine, model, random);
            }
          });
    }
  }

  private static void runOne(SlotEngine engine, Map<Long, Long> model, SplittableRandom random) {
    List<TestWrite> writes = new ArrayList<>();
    List<End> expected = new ArrayList<>();
    int count = 1 + random.nextInt(200);
    for (int i = 0; i < count; i++) {
      long key = random.nextInt(KEYS);
      long n = random.nextLong();
      switch (random.nextInt(4)) {
        case 0 -> {
          writes.add(delete(key));
          expected.add(model.remove(key) == null ? End.REFUSED : End.COMMITTED);
        }
        case 1 -> {
          writes.add(put(key, n, ABSENT));
          expected.add(model.putIfAbsent(key, n) == null ? End.COMMITTED : End.REFUSED);
        }
        default -> {
          writes.add(put(key, n, Condition.NONE));
          expected.add(End.COMMITTED);
          model.put(key, n);
        }
      }
    }
    engine.submitAll(writes);
    assertEquals(expected, writes.stream().map(TestWrite::await).toList());
    for (long key = 0; key < KEYS; key++) {
      assertEquals(model.get(key), TestStore.read(engine, key));
    }
  }

  @Test
  void thoseOfOneShardAreForcedTogether() {
    FaultyStorage storage = new FaultyStorage();
    try (SlotEngine engine = store().open(storage)) {
      Held held = new Held(FaultyStorage.on(Operation.FORCE, "redo"));
      storage.fail(held);
      List<TestWrite> writes =
          List.of(put(1, 1, Condition.NONE), put(2, 2, Condition.NONE), put(1, 3, ABSENT));
      engine.submitAll(writes);
      held.awaitArrival();
      assertTrue(writes.stream().noneMatch(TestWrite::ended), "ended before the disk had it");
      assertNull(TestStore.read(engine, 1));
      held.release();
      assertEquals(
          List.of(End.COMMITTED, End.COMMITTED, End.REFUSED),
          writes.stream().map(TestWrite::await).toList());
      assertEquals(1, TestStore.read(engine, 1));
      assertEquals(1, engine.shards().getFirst().syncs().syncs());
      assertEquals(2, engine.shards().getFirst().syncs().records());
    }
  }

  @Test
  void whereOneDoesNotFitNoneIsSubmitted() {
    try (SlotEngine engine = store().open()) {
      TestWrite wrong = new TestWrite();
      wrong.put(new byte[TestStore.KEY + 1], new byte[1], 1, Condition.NONE);
      TestWrite right = put(1, 1, Condition.NONE);
      assertThrows(IllegalArgumentException.class, () -> engine.submitAll(List.of(right, wrong)));
      assertFalse(right.ended());
      assertEquals(0, engine.shards().getFirst().appendedSequence());
      List<TestWrite> many = Collections.nCopies(SlotEngine.MOST_WRITES_AT_ONCE + 1, right);
      String message =
          assertThrows(IllegalArgumentException.class, () -> engine.submitAll(many)).getMessage();
      assertEquals("too many writes at once, writes=1025 limit=1024", message);
      engine.submitAll(List.of());
    }
  }

  @Test
  void allFailOnAClosedStore() {
    SlotEngine engine = store().open();
    engine.close();
    List<TestWrite> writes = List.of(put(1, 1, Condition.NONE), put(2, 2, Condition.NONE));
    engine.submitAll(writes);
    writes.forEach(write -> assertThrows(Closed.class, write::await));
  }
}
