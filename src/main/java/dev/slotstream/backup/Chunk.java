package dev.slotstream.backup;

import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.engine.ShardPosition;
import java.util.List;
import java.util.UUID;

/** A piece of a backup; the bytes are told by {@link BackupLayout}. */
sealed interface Chunk {
  /** The first: what the store is. */
  record Store(Shape shape, UUID storeId, long madeAtSeconds) implements Chunk {}

  /**
   * A shard begins.
   *
   * @param slots that are going to be scanned
   * @param start up to which all records are in the slots, whenever they are copied
   * @param epochs the leaderships that had begun by then, oldest first
   */
  record ShardBegin(int shard, int slots, ShardPosition start, List<EpochStart> epochs)
      implements Chunk {}

  /**
   * Slots as they stood when it was their turn; those that were never written are left out.
   *
   * @param from the first that was looked at
   * @param to the one behind the last
   * @param damaged how many of the entries are of damaged slots
   * @param seen no record behind this position can be in these slots
   */
  record Slots(int shard, int from, int to, int damaged, ShardPosition seen, Entries entries)
      implements Chunk {}

  /** All slots were copied: the records up to this position follow. */
  record Scanned(int shard, ShardPosition end) implements Chunk {}

  /** Records of one leadership, one behind the other. */
  record Records(int shard, int epoch, long first, Entries entries) implements Chunk {
    /** The sequence behind the last. */
    long next() {
      return first + entries.count();
    }
  }

  /** A shard is complete, at this position. */
  record ShardEnd(int shard, Counts counts, ShardPosition end) implements Chunk {}

  /** The last: all shards are complete, each at its position. */
  record End(Counts counts, List<ShardPosition> positions) implements Chunk {}

  /** The last of a backup that the node ended early. */
  record Broken(String reason, String text) implements Chunk {}
}
