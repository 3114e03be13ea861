package dev.slotstream.kit;

import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What a store holds, in one line for each shard: two stores with the same lines have the same
 * records behind them and the same key, value and version in every slot.
 */
public final class StoreDigest {
  private StoreDigest() {}

  /** Of a store that is open; nobody must be writing. */
  public static List<String> of(SlotEngine engine) {
    return engine.shards().stream().map(shard -> line(engine, shard)).toList();
  }

  /** Of a store that is closed, or was killed: it is opened for this, and begins no leadership. */
  public static List<String> of(EngineOptions options) {
    try (SlotEngine engine = SlotEngine.open(options.following())) {
      return of(engine);
    }
  }

  private static String line(SlotEngine engine, Shard shard) {
    SlotLayout layout = engine.options().shape().layout();
    SlotBuffer buffer = engine.newBuffer();
    CRC32C crc = new CRC32C();
    ByteBuffer head = ByteBuffer.allocate(2 * Integer.BYTES);
    int occupied = 0;
    for (int slot = 0; slot < shard.slotCount(); slot++) {
      int meta = shard.copySlot(slot, buffer);
      if (meta != MetaWord.FREE) {
        crc.update(head.clear().putInt(slot).putInt(meta).flip());
      }
      if (MetaWord.occupied(meta)) {
        occupied++;
        crc.update(buffer.bytes(), buffer.keyOffset(), layout.keyLength());
        crc.update(buffer.bytes(), buffer.valueOffset(), layout.valueLength());
      }
    }
    return "shard=%d store=%s sequence=%d keys=%d crc=%08x%s"
        .formatted(
            shard.number(),
            shard.history().storeId(),
            shard.committedSequence(),
            occupied,
            crc.getValue(),
            shard.syncing() ? " syncing" : "");
  }
}
