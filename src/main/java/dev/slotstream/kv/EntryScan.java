package dev.slotstream.kv;

import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotDamagedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * All entries of an open store, slot by slot, each as it stands at the moment when its slot is
 * read. An entry that is there all the time is handed out once; of those that come or go meanwhile
 * some are, and one that is deleted and stored again can be twice.
 *
 * <p>One thread at a time; not an event loop: slots may have to come from the disk, and writes that
 * were answered before the scan began are waited for.
 */
public final class EntryScan {
  private static final int SLOTS_PER_STEP = 8_192;
  private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final SlotEngine engine;
  private final FieldCodec codec;
  private final Expiry expiry;
  private final SlotBuffer buffer;
  private final long[] answered;
  private int shard;
  private int slot;
  private long entries;
  private long damaged;

  EntryScan(SlotEngine engine, FieldCodec codec, Expiry expiry) {
    this.engine = engine;
    this.codec = codec;
    this.expiry = expiry;
    this.buffer = engine.newBuffer();
    this.answered = engine.shards().stream().mapToLong(Shard::appendedSequence).toArray();
  }

  /**
   * Goes on, for a bounded number of slots.
   *
   * @param enough asked after each entry: true ends the step early
   * @return false at the end
   * @throws KvException when a full sync has begun: the slots become a mixture
   */
  public boolean step(Consumer<EntryLine> visitor, BooleanSupplier enough) {
    for (int looked = 0; looked < SLOTS_PER_STEP && shard < engine.shards().size(); looked++) {
      Shard now = engine.shards().get(shard);
      if (now.syncing()) {
        throw new KvException(KvError.NotCaughtUp.syncing(shard));
      }
      if (slot == 0) {
        awaitAnswered(now);
      }
      if (slot >= now.slotCount()) {
        shard++;
        slot = 0;
      } else if (look(now, slot++, visitor) && enough.getAsBoolean()) {
        break;
      }
    }
    return shard < engine.shards().size();
  }

  /** In {@code interval} a write is answered before it is in its slot. */
  private void awaitAnswered(Shard now) {
    long giveUp = System.nanoTime() + MAX_WAIT_NANOS;
    while (now.committedSequence() < answered[shard] && System.nanoTime() - giveUp < 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private boolean look(Shard now, int at, Consumer<EntryLine> visitor) {
    if (!MetaWord.occupied(now.meta(at))) {
      return false;
    }
    try {
      if (!MetaWord.occupied(now.copySlot(at, buffer))) {
        return false;
      }
      if (!ShardSlots.intact(buffer)) {
        damaged++;
        return false;
      }
      if (expiry.passed(codec.expiresAt(buffer.bytes(), buffer.valueOffset()))) {
        return false;
      }
      visitor.accept(EntryLine.of(codec, buffer.bytes(), buffer.keyOffset(), buffer.valueOffset()));
      entries++;
      return true;
    } catch (SlotDamagedException | KvException e) {
      damaged++;
      return false;
    }
  }

  /** Entries that were handed out. */
  public long entries() {
    return entries;
  }

  /** Slots that hold something that cannot be read. */
  public long damaged() {
    return damaged;
  }
}
