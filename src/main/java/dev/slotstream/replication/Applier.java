package dev.slotstream.replication;

import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.ReplicatedBatch;
import dev.slotstream.engine.ReplicatedBatch.Events;
import dev.slotstream.engine.ReplicatedBatch.Rule;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotLayout;
import dev.slotstream.wire.SlotBatch;
import java.util.BitSet;

/**
 * Brings a leader's events into the follower's engine: through its own log, in order, and says when
 * they are as durable as the engine promises.
 *
 * <p>During a full sync slots are taken as the leader has them, and those that it did not name are
 * freed at the end: what was there before belongs to another past. Afterwards only newer versions
 * count, since the leader may send once more what the scan had already seen.
 *
 * <p>All calls come from one event loop; the endings are brought back to it.
 */
final class Applier {
  private static final int FREED_PER_BATCH = 1024;

  private final SlotEngine engine;
  private final int shard;
  private final Connection connection;
  private final Ending onEnd;
  private final BitSet named = new BitSet();
  private boolean syncing = true;

  /** Told on the event loop when a batch has ended. */
  @FunctionalInterface
  interface Ending {
    /**
     * A batch has ended.
     *
     * @param batch with its figures
     * @param fromLeader false for a batch that freed slots the leader did not name
     * @param failure null when it was committed
     */
    void ended(ReplicatedBatch batch, boolean fromLeader, EngineException failure);
  }

  Applier(SlotEngine engine, int shard, Connection connection, Ending onEnd) {
    this.engine = engine;
    this.shard = shard;
    this.connection = connection;
    this.onEnd = onEnd;
  }

  /** Submits a batch of the leader's. */
  void apply(SlotBatch batch) {
    if (syncing) {
      SlotBatch.Cursor events = batch.cursor();
      while (events.next()) {
        named.set(events.slot());
      }
    }
    Rule rule = syncing ? Rule.AS_IT_STANDS : Rule.ONLY_NEWER;
    submit(new BatchEvents(batch.cursor(), engine.options().shape().layout()), rule, true);
  }

  /**
   * Submits the freeing of all slots that the leader did not name; answers how many batches that
   * takes.
   */
  int freeUnnamed() {
    syncing = false;
    int batches = 0;
    FreedSlots freed = new FreedSlots(engine.options().shape().layout().keyLength());
    int slots = engine.shards().get(shard).slotCount();
    for (int slot = named.nextClearBit(0); slot < slots; slot = named.nextClearBit(slot + 1)) {
      if (engine.shards().get(shard).meta(slot) != MetaWord.FREE && freed.add(slot)) {
        submit(freed, Rule.AS_IT_STANDS, false);
        batches++;
        freed = new FreedSlots(freed.bytes().length);
      }
    }
    if (!freed.isEmpty()) {
      submit(freed, Rule.AS_IT_STANDS, false);
      batches++;
    }
    named.clear();
    return batches;
  }

  private void submit(Events events, Rule rule, boolean fromLeader) {
    engine.submit(
        shard,
        new ReplicatedBatch(events, rule) {
          @Override
          protected void committed() {
            connection.later(() -> onEnd.ended(this, fromLeader, null));
          }

          @Override
          protected void failed(EngineException why) {
            connection.later(() -> onEnd.ended(this, fromLeader, why));
          }
        });
  }

  /** A frame's events as the engine takes them. */
  private record BatchEvents(SlotBatch.Cursor cursor, SlotLayout layout) implements Events {
    @Override
    public boolean next() {
      return cursor.next();
    }

    @Override
    public int slot() {
      return cursor.slot();
    }

    @Override
    public int meta() {
      return cursor.meta();
    }

    @Override
    public byte[] bytes() {
      return cursor.array();
    }

    @Override
    public int keyOffset() {
      return cursor.keyOffset();
    }

    @Override
    public int keyLength() {
      return layout.keyLength();
    }

    @Override
    public int valueOffset() {
      return cursor.valueOffset();
    }

    @Override
    public int valueLength() {
      return layout.valueLength();
    }
  }

  /** Slots that become as if they had never been written. */
  private static final class FreedSlots implements Events {
    private final int[] slots = new int[FREED_PER_BATCH];
    private final byte[] noKey;
    private int count;
    private int at = -1;

    private FreedSlots(int keyLength) {
      this.noKey = new byte[keyLength];
    }

    /** True when the batch is full with this one. */
    private boolean add(int slot) {
      slots[count++] = slot;
      return count == slots.length;
    }

    private boolean isEmpty() {
      return count == 0;
    }

    @Override
    public boolean next() {
      return ++at < count;
    }

    @Override
    public int slot() {
      return slots[at];
    }

    @Override
    public int meta() {
      return MetaWord.FREE;
    }

    @Override
    public byte[] bytes() {
      return noKey;
    }

    @Override
    public int keyOffset() {
      return 0;
    }

    @Override
    public int keyLength() {
      return noKey.length;
    }

    @Override
    public int valueOffset() {
      return 0;
    }

    @Override
    public int valueLength() {
      return 0;
    }
  }
}
