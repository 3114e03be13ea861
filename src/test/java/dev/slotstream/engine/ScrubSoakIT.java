package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What it costs to read all slots of a store in the background, at the default rate: 1 GiB of slots
 * in at most a minute, for at most a fifth of a processor. How long it takes is judged in the long
 * form only, whose store is that large.
 */
class ScrubSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final long BYTES = FULL ? 1L << 30 : 64L << 20;
  private static final long RATE = 20L << 20;
  private static final double MOST_SECONDS = 60;
  private static final double MOST_OF_A_PROCESSOR = 0.2;

  @TempDir Path directory;

  private static EngineOptions scrubbing(EngineOptions options) {
    return new EngineOptions(
        options.directory(),
        options.shape(),
        options.durability(),
        options.growSlots(),
        options.segmentSize(),
        options.retention(),
        options.syncIntervalMillis(),
        RATE,
        true);
  }

  private static void fill(TestStore store, int slots) {
    try (SlotEngine engine = store.open()) {
      for (int slot = 0; slot < slots; slot++) {
        TestStore.submitPut(engine, slot, slot).await();
      }
      assertEquals(slots, engine.shards().getFirst().slotsUsed());
    }
  }

  private static long scrubberId(ThreadMXBean threads) {
    for (long id : threads.getAllThreadIds()) {
      if (threads.getThreadInfo(id) != null
          && threads.getThreadInfo(id).getThreadName().equals("slotstream-scrub")) {
        return id;
      }
    }
    throw new AssertionError("no scrubber");
  }

  private static void awaitScrubs(Shard shard, int count) throws InterruptedException {
    while (shard.scrubs() < count) {
      Thread.sleep(10);
    }
  }

  /** With slots as they are by default, and with small ones. */
  @ParameterizedTest
  @ValueSource(ints = {1096, 24})
  void readsAGibibyteInAMinute(int value) throws IOException, InterruptedException {
    assumeTrue(Files.getFileStore(directory).getUsableSpace() > 4 * BYTES);
    TestStore shape = TestStore.at(directory.resolve("data")).layout(TestStore.KEY, value);
    int slots = (int) (BYTES / shape.layout().slotSize());
    TestStore store = shape.durability(Durability.OS).growSlots(slots / 16).segmentSize(64 << 20);
    fill(store, slots);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try (SlotEngine engine = SlotEngine.open(scrubbing(store.options()))) {
      long scrubber = scrubberId(threads);
      Shard shard = engine.shards().getFirst();
      awaitScrubs(shard, 1); // by code that never ran before, and the kept index is reviewed, too
      long cpu = threads.getThreadCpuTime(scrubber);
      long start = System.nanoTime();
      awaitScrubs(shard, 2);
      double seconds = (System.nanoTime() - start) / 1e9;
      // The store keeps room ahead of its writers: it has more slots than were filled.
      long bytes = (long) shard.slotCount() * store.layout().slotSize();
      double cpuSeconds = (threads.getThreadCpuTime(scrubber) - cpu) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "%,d slots of %d bytes, %d MiB at %d MiB/s: %.1f s, processor %.2f s, %.1f %% of one%n",
          shard.slotCount(),
          store.layout().slotSize(),
          bytes >> 20,
          RATE >> 20,
          seconds,
          cpuSeconds,
          100 * cpuSeconds / seconds);
      assertEquals(0, shard.slotsDamaged());
      assertTrue(cpuSeconds > 0 && cpuSeconds <= MOST_OF_A_PROCESSOR * seconds, "" + cpuSeconds);
      assertTrue(seconds >= bytes / (double) RATE * 0.9, "all slots cannot have been read");
      double secondsEach = seconds * (1L << 30) / bytes;
      assertTrue(!FULL || secondsEach <= MOST_SECONDS, "seconds for a GiB=" + secondsEach);
    }
  }
}
