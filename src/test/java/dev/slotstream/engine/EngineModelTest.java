package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.TestWrite.End;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.Seeded;
import dev.slotstream.kit.TestFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random writes, many at a time, against a map: with growing, rolling and checkpoints under way,
 * clean and unclean openings in between.
 */
class EngineModelTest {
  private static final int KEYS = 2_000;
  private static final int ROUNDS = 300;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private final Map<Long, Long> model = new HashMap<>();
  private final List<TestWrite> writes = new ArrayList<>();
  private final List<End> ends = new ArrayList<>();
  private SlotEngine engine;
  private TestStore store;
  private int crashes;

  private void submitOne(SplittableRandom random) {
    long key = random.nextInt(KEYS);
    long n = random.nextInt(1 << 20);
    Long now = model.get(key);
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        writes.add(TestStore.submitDelete(engine, key));
        ends.add(now == null ? End.REFUSED : End.COMMITTED);
        model.remove(key);
      }
      case 2 -> {
        writes.add(TestStore.submitPut(engine, key, n, current -> !current.present()));
        ends.add(now == null ? End.COMMITTED : End.REFUSED);
        model.putIfAbsent(key, n);
      }
      case 3 -> {
        int low = (int) n & 1;
        writes.add(TestStore.submitPut(engine, key, n, current -> hasLow(current, low)));
        boolean holds = now != null && (now & 1) == low;
        ends.add(holds ? End.COMMITTED : End.REFUSED);
        model.computeIfPresent(key, (k, old) -> holds ? n : old);
      }
      default -> {
        writes.add(TestStore.submitPut(engine, key, n));
        ends.add(End.COMMITTED);
        model.put(key, n);
      }
    }
  }

  /** The lowest bit of a value's n is the lowest bit of its eighth byte. */
  private static boolean hasLow(Condition.CurrentValue current, int low) {
    return current.present() && (current.valueInt(4) >>> 24 & 1) == low;
  }

  private void settle() {
    for (int w = 0; w < writes.size(); w++) {
      assertEquals(ends.get(w), writes.get(w).await());
    }
    writes.clear();
    ends.clear();
  }

  private void compare() {
    for (long key = 0; key < KEYS; key++) {
      assertEquals(model.get(key), TestStore.read(engine, key), "key=" + key);
    }
    int used = engine.shards().stream().mapToInt(Shard::slotsUsed).sum();
    assertEquals(model.size(), used);
  }

  private void crash() {
    int epoch = engine.epoch();
    Path copy = directory.resolve("crash" + crashes++);
    TestFiles.copyTree(store.directory(), copy);
    engine.close();
    TestFiles.deleteTree(store.directory());
    store = store.in(copy);
    engine = store.open();
    assertEquals(epoch + 1, engine.epoch());
    assertEquals(0, engine.recovery().tornBytes());
    assertEquals(0, engine.recovery().damagedSlots());
  }

  private void reopen() {
    int epoch = engine.epoch();
    engine.close();
    engine = store.open();
    assertEquals(epoch, engine.epoch());
    assertEquals(0, engine.recovery().replayed());
  }

  @ParameterizedTest
  @CsvSource({"FSYNC, 1, 11", "FSYNC, 3, 12", "OS, 1, 13", "OS, 3, 14"})
  void behavesAsAMap(Durability durability, int shards, long seed) {
    store =
        TestStore.at(directory.resolve("data"))
            .durability(durability)
            .shards(shards)
            .layout(TestStore.KEY, 400)
            .growSlots(16);
    engine = store.open();
    Seeded.run(
        seed,
        random -> {
          for (int round = 0; round < ROUNDS; round++) {
            int burst = random.nextInt(1, 100);
            for (int w = 0; w < burst; w++) {
              submitOne(random);
            }
            if (random.nextInt(50) == 0) {
              assertTrue(engine.checkpoint());
            }
            settle();
            if (random.nextInt(40) == 0) {
              reopen();
              compare();
            } else if (random.nextInt(40) == 0) {
              crash();
              compare();
            }
          }
          compare();
          long appended =
              engine.shards().stream().mapToLong(s -> s.status().appendedSequence()).sum();
          assertTrue(appended > 5_000, "appended: " + appended);
        });
    engine.close();
  }
}
