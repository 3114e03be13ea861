package dev.slotstream.crash;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.log.LogRetention;
import dev.slotstream.slot.SlotLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Stores so small that they grow, roll, checkpoint and purge all the time. */
final class CampaignStore {
  static final int SHARDS = 2;
  static final SlotLayout LAYOUT = new SlotLayout(Long.BYTES, 64);
  private static final int GROW_SLOTS = 8;
  private static final int SEGMENT = 16 << 10;
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private CampaignStore() {}

  static EngineOptions options(Path directory, Durability durability) {
    return new EngineOptions(
        directory,
        new Shape(SHARDS, 0, LAYOUT, Content.EXACT),
        durability,
        GROW_SLOTS,
        SEGMENT,
        new LogRetention(0, SEGMENT),
        true);
  }

  static byte[] key(long key) {
    return ByteBuffer.allocate(Long.BYTES).putLong(key).array();
  }

  /** The bytes of a value: half of them and half of another's are no value. */
  static byte[] bytes(long value) {
    ByteBuffer bytes = ByteBuffer.allocate(LAYOUT.valueLength());
    for (long at = 0; bytes.hasRemaining(); at++) {
      bytes.putLong(value * (1 + at * GOLDEN));
    }
    return bytes.array();
  }

  /** The value of these bytes; 0 when they are none. */
  static long value(byte[] bytes, int offset) {
    ByteBuffer found = ByteBuffer.wrap(bytes, offset, LAYOUT.valueLength());
    long value = found.getLong(offset);
    return found.slice(offset, LAYOUT.valueLength()).equals(ByteBuffer.wrap(bytes(value)))
        ? value
        : 0;
  }
}
