package dev.slotstream.engine;

import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.NewerSlots.Newer;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotMatch;

/**
 * What a condition sees: the newest record of the key's slot, applied or not. Used under the
 * shard's lock.
 */
final class NewestView implements Condition.CurrentValue, SlotMatch {
  private final ShardSlots slots;
  private final PendingSlots pending;
  private byte[] key;
  private int slot;

  NewestView(ShardSlots slots, PendingSlots pending) {
    this.slots = slots;
    this.pending = pending;
  }

  /** Goes to a write's key. */
  void look(Write write) {
    key = write.key();
    slot = slots.find(write.hash(), this);
  }

  @Override
  public boolean matches(int candidate) {
    Newer waiting = pending.of(candidate);
    return waiting != null
        ? MetaWord.occupied(waiting.meta()) && waiting.keyIs(key)
        : MetaWord.occupied(slots.meta(candidate)) && slots.keyIs(candidate, key);
  }

  @Override
  public boolean present() {
    return slot >= 0;
  }

  @Override
  public int slot() {
    return slot;
  }

  @Override
  public int meta() {
    return slot < 0 ? 0 : metaOf(slot);
  }

  /** The newest meta word of any slot. */
  int metaOf(int anySlot) {
    Newer waiting = pending.of(anySlot);
    return waiting != null ? waiting.meta() : slots.meta(anySlot);
  }

  @Override
  public int valueInt(int offset) {
    Newer waiting = pending.of(slot);
    return waiting != null ? valueInt(waiting, offset) : slots.valueInt(slot, offset);
  }

  /** Little-endian; bytes behind the value's end are zeros. */
  private static int valueInt(Newer waiting, int offset) {
    int number = 0;
    for (int i = Integer.BYTES - 1; i >= 0; i--) {
      int at = offset + i;
      int b = at < waiting.valueLength() ? waiting.bytes()[waiting.valueOffset() + at] & 0xFF : 0;
      number = number << Byte.SIZE | b;
    }
    return number;
  }
}
