package dev.slotstream.backup;

import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.ShardPosition;
import java.util.List;
import java.util.UUID;

/**
 * What a backup held, and what became of it.
 *
 * @param shape of the store
 * @param madeAtSeconds when it was made, in seconds since 1970, by the node's clock
 * @param positions of the shards, in order
 * @param counts as the backup has them
 * @param missing slots that were damaged when they were copied and were not written again
 */
public record Restored(
    Shape shape,
    UUID storeId,
    long madeAtSeconds,
    List<ShardPosition> positions,
    Counts counts,
    List<MissingSlot> missing) {

  /** Bytes of a slot's key. */
  public int keyFieldBytes() {
    return shape.layout().keyLength();
  }

  /** Bytes of a slot's value. */
  public int valueFieldBytes() {
    return shape.layout().valueLength();
  }

  /** A slot whose key the store does not have. */
  public record MissingSlot(int shard, int slot) {}
}
