package dev.slotstream.replication;

import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.ReplicatedBatch;
import dev.slotstream.engine.ReplicatedBatch.Events;
import dev.slotstream.engine.ReplicatedBatch.Rule;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotLayout;
import dev.slotstream.wire.EventCursor;
import dev.slotstream.wire.PackedBatch;
import dev.slotstream.wire.SlotBatch;
import java.util.BitSet;

/**
 * Brings a leader's events into the follower's engine, in order, and says when they are as durable
 * as the engine promises. It remembers which slots a scan named: those that it did not name belong
 * to another past, and are freed at its end.
 *
 * <p>All calls come from one event loop; the endings are brought back to it.
 */
final class Applier {
  /** Bytes of a scan's slots that the disk is given at a time, beside the scan. */
  private static final int FORCED_BYTES = 16 << 20;

  private final SlotEngine engine;
  private final Shard shard;
  private final SlotLayout layout;
  private final Connection connection;
  private final BitSet named = new BitSet();
  private long unforcedBytes;

  /** Told on the event loop when a batch has ended. */
  @FunctionalInterface
  interface Ending {
    /**
     * A batch has ended.
     *
     * @param batch with its figures
     * @param failure null when it was committed
     */
    void ended(ReplicatedBatch batch, EngineException failure);
  }

  Applier(SlotEngine engine, Shard shard, Connection connection) {
    this.engine = engine;
    this.shard = shard;
    this.layout = engine.options().shape().layout();
    this.connection = connection;
  }

  /** Submits slots of a plain leader's scan: they are taken as the leader has them. */
  void applyScanned(SlotBatch batch, Ending end) {
    name(batch.cursor());
    submit(new BatchEvents.Of(batch.cursor()), Rule.AS_IT_STANDS, end);
  }

  /**
   * Submits what a plain leader streams. Only newer versions count, since it may send once more
   * what the scan had already seen.
   */
  void applyStreamed(SlotBatch batch, Ending end) {
    submit(new BatchEvents.Of(batch.cursor()), Rule.ONLY_NEWER, end);
  }

  /** Submits slots of a scan, past the log; the shard is syncing. */
  void applyScanned(PackedBatch batch, Ending end) {
    name(batch.cursor());
    submit(new BatchEvents.Of(batch.cursor()), Rule.DIRECT, end);
    unforcedBytes += (long) batch.count() * layout.slotSize();
    if (unforcedBytes >= FORCED_BYTES) {
      unforcedBytes = 0;
      shard.forceSlotsSoon();
    }
  }

  private void name(EventCursor events) {
    while (events.next()) {
      named.set(events.slot());
    }
  }

  /** Submits the next records of the leader's history. */
  void applyStreamed(PackedBatch batch, Ending end) {
    PackedBatch.Header header = batch.header();
    submit(
        new BatchEvents.Of(batch.cursor()),
        new Rule.InSequence(header.epoch(), header.firstSequence()),
        end);
  }

  /**
   * Submits the freeing of all slots that the scan did not name.
   *
   * @param rule by which it is done
   * @return how many batches that takes
   */
  int freeUnnamed(Rule rule, Ending end) {
    int batches = 0;
    BatchEvents.Freed freed = new BatchEvents.Freed(layout.keyLength());
    int slots = shard.slotCount();
    for (int slot = named.nextClearBit(0); slot < slots; slot = named.nextClearBit(slot + 1)) {
      if (shard.meta(slot) != MetaWord.FREE && freed.add(slot)) {
        submit(freed, rule, end);
        batches++;
        freed = new BatchEvents.Freed(layout.keyLength());
      }
    }
    if (!freed.isEmpty()) {
      submit(freed, rule, end);
      batches++;
    }
    named.clear();
    return batches;
  }

  private void submit(Events events, Rule rule, Ending end) {
    engine.submit(
        shard.number(),
        new ReplicatedBatch(events, rule) {
          @Override
          protected void committed() {
            connection.later(() -> end.ended(this, null));
          }

          @Override
          protected void failed(EngineException why) {
            connection.later(() -> end.ended(this, why));
          }
        });
  }
}
