package dev.slotstream.slot;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.file.DiskStorage;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.Seeded;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One writer overwrites, adds and removes as fast as it can, while readers ask. A key that is there
 * from a read's beginning to its end is never missed, and no value is a mixture of two.
 */
class ShardSlotsConcurrencyTest {
  private static final SlotLayout LAYOUT = new SlotLayout(8, 120);
  private static final int KEYS = 500;
  private static final int STEPS = 40_000;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  /** Even while the key is there. */
  private final AtomicIntegerArray absences = new AtomicIntegerArray(KEYS);

  private final AtomicReference<String> wrong = new AtomicReference<>();
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicLong reads = new AtomicLong();

  /** All keys in one run of one table: every removal moves entries that readers look for. */
  private static long hash(byte[] bytes, int offset, int length) {
    return ByteBuffer.wrap(bytes, offset, length).getLong() << 24;
  }

  private static byte[] key(long n) {
    return ByteBuffer.allocate(8).putLong(n).array();
  }

  private static void put(ShardSlots slots, int n, int fill) {
    byte[] value = new byte[120];
    Arrays.fill(value, (byte) fill);
    int meta = MetaWord.next(slots.meta(n), MetaWord.OCCUPIED);
    slots.occupy(n, meta, new TestContent(key(n), value));
    slots.addEntry(hash(key(n), 0, 8), n);
  }

  private static void remove(ShardSlots slots, int n) {
    slots.vacate(n, MetaWord.next(slots.meta(n), MetaWord.DELETED));
    slots.removeEntry(hash(key(n), 0, 8), n);
  }

  private void read(ShardSlots slots, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SlotBuffer buffer = new SlotBuffer(LAYOUT);
    while (!done.get() && wrong.get() == null) {
      int n = random.nextInt(KEYS);
      byte[] key = key(n);
      int before = absences.get(n);
      try {
        if (!slots.get(hash(key, 0, 8), key, NewerSlots.NONE, buffer)) {
          if ((before & 1) == 0 && absences.get(n) == before) {
            wrong.compareAndSet(null, "key was missed, n=" + n);
          }
          continue;
        }
      } catch (SlotDamagedException e) {
        wrong.compareAndSet(null, e.getMessage());
      }
      int at = buffer.valueOffset();
      for (int i = 1; i < 120; i++) {
        if (buffer.bytes()[at + i] != buffer.bytes()[at]) {
          wrong.compareAndSet(null, "value is a mixture, n=" + n + " at=" + i);
        }
      }
      reads.incrementAndGet();
    }
  }

  private void write(ShardSlots slots, SplittableRandom random) {
    for (int step = 0; step < STEPS && wrong.get() == null; step++) {
      int n = random.nextInt(KEYS);
      if ((absences.get(n) & 1) == 1) {
        put(slots, n, random.nextInt());
        absences.incrementAndGet(n);
      } else if (random.nextBoolean()) {
        put(slots, n, random.nextInt());
      } else {
        absences.incrementAndGet(n);
        remove(slots, n);
      }
    }
  }

  @Test
  void readersMissNoLastingKeyAndSeeNoMixedValue() throws Exception {
    try (SlotFile file = SlotFile.open(new DiskStorage(), directory, LAYOUT, 0, KEYS)) {
      ShardSlots slots = new ShardSlots(file, ShardSlotsConcurrencyTest::hash);
      for (int n = 0; n < KEYS; n++) {
        put(slots, n, n);
      }
      List<Thread> readers = new ArrayList<>();
      for (int r = 0; r < 3; r++) {
        long seed = r;
        readers.add(Thread.ofPlatform().start(() -> read(slots, seed)));
      }
      Seeded.run(
          6,
          random -> {
            try {
              write(slots, random);
            } finally {
              done.set(true);
            }
            for (Thread reader : readers) {
              reader.join();
            }
            assertNull(wrong.get());
          });
      assertTrue(reads.get() > 0);
    }
  }
}
