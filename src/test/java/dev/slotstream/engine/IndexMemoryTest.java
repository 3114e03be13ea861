package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.MemoryDirectory;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a million keys cost beside their slots. */
class IndexMemoryTest {
  private static final int KEYS = 1_000_000;
  private static final int FIXED = 300_000;
  private static final long HEAP = 16L << 20;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  /** A write that is set up again and again. */
  private static final class SameWrite extends Write {
    private final AtomicInteger committed = new AtomicInteger();

    @Override
    protected void committed() {
      committed.incrementAndGet();
    }

    @Override
    protected void refused() {
      throw new AssertionError("refused");
    }

    @Override
    protected void failed(EngineException why) {
      throw new AssertionError(why);
    }

    private void await(int count) {
      while (committed.get() < count) {
        Thread.onSpinWait();
      }
    }
  }

  private static long heapUsed() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void aMillionKeysCostAtMostTwelveBytesEach() {
    TestStore store =
        TestStore.at(directory.resolve("data"))
            .durability(Durability.OS)
            .layout(16, 100)
            .growSlots(KEYS)
            .segmentSize(16 << 20);
    try (SlotEngine engine = store.open()) {
      long before = heapUsed();
      SameWrite write = new SameWrite();
      byte[] value = new byte[100];
      value[0] = 1;
      for (int n = 0; n < KEYS; n++) {
        byte[] key = ByteBuffer.allocate(16).putLong(n).putLong(~n).array();
        write.put(key, value, 1, Condition.NONE);
        engine.submit(write);
        write.await(n + 1);
      }
      ShardStatus status = engine.shards().get(0).status();
      assertEquals(KEYS, status.slotsUsed());
      long perKey = (status.memoryBytes() - FIXED) / KEYS;
      assertTrue(perKey < 12, "bytes per key: " + perKey + " of " + status.memoryBytes());
      long grown = heapUsed() - before;
      assertTrue(grown < HEAP, "heap grew by " + grown);
    }
  }
}
