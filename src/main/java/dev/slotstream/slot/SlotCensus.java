package dev.slotstream.slot;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Makes index and free list from what the slots themselves say: from all of them when a shard is
 * opened, or, where its index was kept, from one after the other beside the shard's writer. Both
 * ways end in the same index, free list and findings.
 *
 * <p>Owned by {@link ShardSlots}; threads are told at each method.
 */
final class SlotCensus {
  private static final int SLOTS_PER_STEP = 4096;

  private final ShardSlots slots;
  private final KeyHash keyHash;
  private final KeyIndex index;
  private final SlotAllocator allocator;
  private final SlotLayout layout;
  private final SlotBuffer scratch;
  private final byte[] key;

  SlotCensus(ShardSlots slots, KeyHash keyHash, KeyIndex index, SlotAllocator allocator) {
    this.slots = slots;
    this.keyHash = keyHash;
    this.index = index;
    this.allocator = allocator;
    this.layout = slots.file().layout();
    this.scratch = new SlotBuffer(layout);
    this.key = new byte[layout.keyLength()];
  }

  /**
   * Reads all slots, before anybody else uses them. A damaged slot stands under the key that it
   * seems to hold, unless a whole one does: whoever asks for it is told, and a write of it repairs
   * the slot.
   *
   * @param progress hears how many slots more were read
   */
  void rebuild(IntConsumer progress) {
    int count = slots.file().slotCount();
    for (int slot = 0; slot < count; slot++) {
      settleStatus(slot);
      if (MetaWord.occupied(slots.meta(slot))) {
        allocator.mark(slot);
        slots.copy(slot, scratch);
        if (!scratch.intact()) {
          slots.foundDamaged(slot);
        } else {
          long hash = hash(slot, key);
          if (index.find(hash, other -> slots.keyIs(other, key)) != IndexTable.NONE) {
            slots.foundDuplicate(slot);
          }
          index.add(hash, slot);
        }
      }
      slots.unloadFreeBehind(slot);
      if ((slot + 1) % SLOTS_PER_STEP == 0) {
        progress.accept(SLOTS_PER_STEP);
      }
    }
    progress.accept(count % SLOTS_PER_STEP);
    for (int slot : slots.damagedSlots()) {
      addDamaged(index, slot, key);
    }
  }

  /**
   * No writer will finish a slot that says WRITING, and the log knew nothing of it: an occupied
   * slot, damaged; or a whole one, when its status was all that went bad.
   */
  private void settleStatus(int slot) {
    int meta = slots.meta(slot);
    if (meta != slots.storedMeta(slot)) {
      slots.vacate(slot, meta);
    }
  }

  private long hash(int slot, byte[] into) {
    slots.keyInto(slot, into);
    return keyHash.hash(into, 0, into.length);
  }

  private void addDamaged(KeyIndex to, int slot, byte[] keyInto) {
    long hash = hash(slot, keyInto);
    if (to.find(hash, other -> slots.keyIs(other, keyInto)) == IndexTable.NONE) {
      to.addLast(hash, slot);
    }
  }

  /**
   * Makes another index from all slots, beside readers and the writer: of keys that nobody has
   * written since the opening.
   */
  Supplier<KeyIndex> remaking() {
    return () -> {
      KeyIndex made = new KeyIndex();
      SlotBuffer buffer = new SlotBuffer(layout);
      byte[] keyOfSlot = new byte[layout.keyLength()];
      List<Integer> notWhole = new ArrayList<>();
      for (int slot = 0; slot < slots.file().slotCount(); slot++) {
        if (!slots.isWholeOrEmpty(slot, buffer)) {
          notWhole.add(slot);
        } else if (MetaWord.occupied(buffer.meta())) {
          made.addLast(keyHash.hash(buffer.bytes(), SlotLayout.KEY, layout.keyLength()), slot);
        }
      }
      notWhole.forEach(slot -> addDamaged(made, slot, keyOfSlot));
      return made;
    };
  }

  /**
   * True when a slot is what index and free list say that it is. Any thread: one that comes between
   * two steps of the writer may be told that it is not, and asks again by {@link #review}.
   *
   * @param keyOfSlot room for a key
   */
  boolean isAsKept(int slot, SlotBuffer into, byte[] keyOfSlot) {
    int meta = slots.storedMeta(slot);
    if (meta != slots.meta(slot)) {
      return false;
    }
    if (!MetaWord.occupied(meta)) {
      return !allocator.isTaken(slot);
    }
    if (!allocator.isTaken(slot)
        || !slots.isWholeOrEmpty(slot, into)
        || !MetaWord.occupied(into.meta())) {
      return false;
    }
    System.arraycopy(into.bytes(), SlotLayout.KEY, keyOfSlot, 0, keyOfSlot.length);
    long hash = keyHash.hash(keyOfSlot, 0, keyOfSlot.length);
    return index.contains(hash, slot) && !isHeldTwice(slot, hash, keyOfSlot);
  }

  /** Of two slots only one is to go: one that was found to be a second does not count. */
  private boolean isHeldTwice(int slot, long hash, byte[] keyOfSlot) {
    return index.find(
            hash,
            other ->
                other >= 0 // a writer may just have emptied the entry
                    && other != slot
                    && !slots.isDuplicate(other)
                    && MetaWord.occupied(slots.meta(other))
                    && slots.keyIs(other, keyOfSlot))
        != IndexTable.NONE;
  }

  /**
   * Makes index and free list what a slot says, and notes what is wrong with it. For the writer,
   * while nothing waits for the slot.
   */
  void review(int slot) {
    settleStatus(slot);
    long hash = hash(slot, key);
    if (!MetaWord.occupied(slots.meta(slot))) {
      allocator.free(slot);
      index.remove(hash, slot);
      return;
    }
    allocator.mark(slot);
    slots.copy(slot, scratch);
    if (!scratch.intact()) {
      slots.foundDamaged(slot);
      addDamaged(index, slot, key);
    } else {
      if (isHeldTwice(slot, hash, key)) {
        slots.foundDuplicate(slot);
      }
      index.addLast(hash, slot);
    }
  }

  /**
   * True when a slot was found to be the second of its key, and nobody has written to it or emptied
   * the other one since. For the writer.
   */
  boolean isSecond(int slot) {
    return slots.isDuplicate(slot)
        && MetaWord.occupied(slots.meta(slot))
        && isHeldTwice(slot, hash(slot, key), key);
  }
}
