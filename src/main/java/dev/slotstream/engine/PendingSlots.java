package dev.slotstream.engine;

import dev.slotstream.slot.MetaWord;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What the log already says of slots that are not written yet, because their records wait for the
 * disk: the writer's view. Empty in {@link Durability#OS}. Used under the shard's lock.
 */
final class PendingSlots {
  private final Map<Integer, Pending> bySlot = new HashMap<>();

  /** The newest record of a slot, and how many of its records are not applied yet. */
  private static final class Pending {
    private int meta;
    private byte[] key;
    private byte[] value;
    private int valueLength;
    private int records;
  }

  /** Notes that a record of this slot was appended. The arrays are kept, not copied. */
  void add(int slot, int meta, byte[] key, byte[] value, int valueLength) {
    Pending pending = bySlot.computeIfAbsent(slot, s -> new Pending());
    pending.meta = meta;
    pending.key = key;
    pending.value = value;
    pending.valueLength = valueLength;
    pending.records++;
  }

  /** Notes that one record of this slot was applied. */
  void settle(int slot) {
    Pending pending = bySlot.get(slot);
    if (pending != null && --pending.records == 0) {
      bySlot.remove(slot);
    }
  }

  boolean isEmpty() {
    return bySlot.isEmpty();
  }

  boolean has(int slot) {
    return !bySlot.isEmpty() && bySlot.containsKey(slot); // an empty one costs no boxing
  }

  /** The meta word of a slot's newest record; only for a slot that has one. */
  int meta(int slot) {
    return bySlot.get(slot).meta;
  }

  /** True when the newest record of the slot puts this key there. */
  boolean holds(int slot, byte[] key) {
    Pending pending = bySlot.get(slot);
    return pending != null && MetaWord.occupied(pending.meta) && Arrays.equals(pending.key, key);
  }

  /** Four bytes of the value that waits, little-endian; bytes behind its end are zeros. */
  int valueInt(int slot, int offset) {
    Pending pending = bySlot.get(slot);
    int number = 0;
    for (int i = Integer.BYTES - 1; i >= 0; i--) {
      int b = offset + i < pending.valueLength ? pending.value[offset + i] & 0xFF : 0;
      number = number << Byte.SIZE | b;
    }
    return number;
  }
}
