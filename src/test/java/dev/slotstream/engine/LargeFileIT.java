package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.slotstream.kit.TestFiles;
import dev.slotstream.slot.MetaWord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slot file of 2.7 GB: slots on both sides of 2 GiB, and one that lies across it. */
class LargeFileIT {
  private static final int VALUE = 60_000;
  private static final int SLOTS = 45_000;
  private static final int SLOT_SIZE = 8 + 8 + VALUE;

  /** The slot that the 2^31st byte of the file is in. */
  private static final int ACROSS = (int) (((1L << 31) - 4096) / SLOT_SIZE);

  @TempDir Path directory;

  private static byte[] value(long n) {
    byte[] value = new byte[VALUE];
    Arrays.fill(value, (byte) n);
    return ByteBuffer.wrap(value).putLong(n).array();
  }

  /** A leader's event, which may name any slot. */
  private static void put(SlotEngine engine, int slot, long n) {
    byte[] bytes = ByteBuffer.allocate(8 + VALUE).put(TestStore.key(n)).put(value(n)).array();
    TestBatch batch = TestBatch.of(slot, MetaWord.of(MetaWord.OCCUPIED, 1), bytes);
    engine.submit(0, batch);
    batch.await();
  }

  private static void check(SlotEngine engine, int slot, long n) {
    var buffer = engine.newBuffer();
    assertTrue(engine.get(TestStore.key(n), buffer), "slot=" + slot);
    assertEquals(slot, buffer.slot());
    int at = buffer.valueOffset();
    assertTrue(Arrays.equals(value(n), Arrays.copyOfRange(buffer.bytes(), at, at + VALUE)));
  }

  @Test
  void slotsBehindTwoGibibytesAreAsGoodAsOthers() throws IOException {
    assumeTrue(Files.getFileStore(directory).getUsableSpace() > 4L << 30);
    TestStore store =
        TestStore.at(directory.resolve("data"))
            .durability(Durability.OS)
            .layout(TestStore.KEY, VALUE)
            .growSlots(SLOTS)
            .segmentSize(4 << 20);
    int[] slots = {0, ACROSS - 1, ACROSS, ACROSS + 1, SLOTS - 1};
    try (SlotEngine engine = store.open()) {
      assertEquals(4096L + (long) SLOTS * SLOT_SIZE, TestFiles.size(store.slotFile(0)));
      for (int slot : slots) {
        put(engine, slot, slot + 1L);
      }
      for (int slot : slots) {
        check(engine, slot, slot + 1L);
      }
      assertTrue(engine.checkpoint());
    }
    try (SlotEngine engine = store.open()) {
      assertTrue(engine.recovery().clean());
      assertEquals(0, engine.recovery().damagedSlots());
      for (int slot : slots) {
        check(engine, slot, slot + 1L);
      }
      assertNull(engine.shards().get(0).whyNotWritable());
      TestWrite delete = TestStore.delete(engine, SLOTS);
      assertEquals(SLOTS - 1, delete.slot());
      TestWrite.put(engine, TestStore.key(ACROSS + 1L), value(7));
    }
    try (SlotEngine engine = store.open()) {
      var buffer = engine.newBuffer();
      assertTrue(engine.get(TestStore.key(ACROSS + 1L), buffer));
      assertEquals(ACROSS, buffer.slot());
      assertEquals(7, buffer.bytes()[buffer.valueOffset() + 7]);
      assertEquals(4, engine.shards().get(0).slotsUsed());
    }
  }
}
