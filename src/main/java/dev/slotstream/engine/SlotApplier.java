package dev.slotstream.engine;

import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotContent;
import java.util.Arrays;

/**
 * Writes a record to its slot, and keeps the index true: a key stands in it under every slot that
 * holds the key, and under no other. The same for a leader's write, a follower's event and a
 * replayed record. Used under the shard's lock.
 *
 * <p>In a follower two slots may hold a key for a while, when it moved during the leader's scan.
 * Which of the two is the older one only a later event tells, by emptying its slot. Until then
 * readers find the one that was written last.
 */
final class SlotApplier {
  private final ShardSlots slots;
  private final PendingSlots pending;
  private final byte[] key;
  private final byte[] formerKey;
  private final RecordContent content = new RecordContent();

  SlotApplier(ShardSlots slots, PendingSlots pending) {
    this.slots = slots;
    this.pending = pending;
    this.key = new byte[slots.file().layout().keyLength()];
    this.formerKey = new byte[key.length];
  }

  /** Writes slots only; index and free list are made from them afterwards. */
  void replay(LogRecord record) {
    if (MetaWord.occupied(record.meta())) {
      slots.occupy(record.slot(), record.meta(), content.of(record));
    } else {
      slots.vacate(record.slot(), record.meta());
    }
  }

  /** Writes slot and index. */
  void apply(LogRecord record) {
    apply(record.slot(), record.meta(), content.of(record));
  }

  /** Writes slot and index. */
  void apply(int slot, int meta, SlotContent what) {
    if (MetaWord.occupied(meta)) {
      System.arraycopy(what.bytes(), what.keyOffset(), key, 0, what.keyLength());
      Arrays.fill(key, what.keyLength(), key.length, (byte) 0);
      occupy(slot, meta, what);
    } else {
      vacate(slot, meta);
    }
  }

  private void occupy(int slot, int meta, SlotContent what) {
    boolean takenOver = MetaWord.occupied(slots.meta(slot)) && !slots.keyIs(slot, key);
    if (takenOver) {
      slots.keyInto(slot, formerKey);
    }
    slots.occupy(slot, meta, what);
    // Also when the slot held the key before: a damaged slot is not in the index.
    slots.addEntry(KeyRouting.hash(key, 0, key.length), slot);
    if (takenOver) {
      dropEntry(slot);
    }
  }

  private void vacate(int slot, int meta) {
    boolean occupied = MetaWord.occupied(slots.meta(slot));
    if (occupied) {
      slots.keyInto(slot, formerKey);
    }
    slots.vacate(slot, meta);
    if (occupied) {
      dropEntry(slot);
    }
  }

  /** The former key leaves the slot, unless a record that waits puts the same key there again. */
  private void dropEntry(int slot) {
    if (!pending.holds(slot, formerKey)) {
      slots.removeEntry(KeyRouting.hash(formerKey, 0, formerKey.length), slot);
    }
  }
}
