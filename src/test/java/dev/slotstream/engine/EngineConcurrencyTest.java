package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Writers, readers and checkpoints at once, on small segments that roll all the time. Every write
 * succeeds, a reader never sees a key go back, and all of it is there after a crash.
 */
class EngineConcurrencyTest {
  private static final int WRITERS = 3;
  private static final int KEYS_EACH = 50;
  private static final int WRITES_EACH = 6_000;
  private static final int WINDOW = 40;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private final AtomicReference<Throwable> wrong = new AtomicReference<>();
  private final AtomicBoolean done = new AtomicBoolean();

  /** A thread whose failure is the test's. */
  private Thread start(Runnable body) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                body.run();
              } catch (RuntimeException | Error e) {
                wrong.compareAndSet(null, e);
              }
            });
  }

  /** Writes rising numbers to keys of its own. */
  private static void write(SlotEngine engine, int writer) {
    List<TestWrite> window = new ArrayList<>();
    for (int n = 0; n < WRITES_EACH; n++) {
      long key = (long) writer * KEYS_EACH + n % KEYS_EACH;
      window.add(TestStore.submitPut(engine, key, n));
      if (window.size() == WINDOW) {
        window.forEach(TestWrite::await);
        window.clear();
      }
    }
    window.forEach(TestWrite::await);
  }

  private void read(SlotEngine engine) {
    long[] last = new long[WRITERS * KEYS_EACH];
    while (!done.get()) {
      for (int key = 0; key < last.length; key++) {
        Long n = TestStore.read(engine, key);
        assertTrue(n == null ? last[key] == 0 : n >= last[key], "key=" + key + " went back");
        last[key] = n == null ? 0 : n;
      }
    }
  }

  private void checkpoint(SlotEngine engine) {
    while (!done.get()) {
      assertTrue(engine.checkpoint());
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void everyWriteSucceedsAndNothingGoesBack(Durability durability) throws InterruptedException {
    TestStore store =
        TestStore.at(directory.resolve("data"))
            .durability(durability)
            .layout(TestStore.KEY, 200)
            .growSlots(16)
            .segmentSize(32 << 10);
    TestStore crashed = store.at("crashed");
    try (SlotEngine engine = store.open()) {
      List<Thread> writers = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        int writer = w;
        writers.add(start(() -> write(engine, writer)));
      }
      List<Thread> others =
          List.of(
              start(() -> read(engine)),
              start(() -> checkpoint(engine)),
              start(() -> checkpoint(engine)));
      for (Thread writer : writers) {
        writer.join();
      }
      done.set(true);
      for (Thread other : others) {
        other.join();
      }
      assertNull(wrong.get());
      compare(engine);
      assertEquals(WRITERS * WRITES_EACH, engine.shards().get(0).status().appendedSequence());
      TestFiles.copyTree(store.directory(), crashed.directory());
    }
    try (SlotEngine engine = crashed.open()) {
      compare(engine);
    }
  }

  private static void compare(SlotEngine engine) {
    for (int key = 0; key < WRITERS * KEYS_EACH; key++) {
      long last = (long) WRITES_EACH - KEYS_EACH + key % KEYS_EACH;
      assertEquals(last, TestStore.read(engine, key), "key=" + key);
    }
  }
}
