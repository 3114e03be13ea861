package dev.slotstream.engine;

import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.NewerSlots;
import dev.slotstream.slot.SlotContent;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What the log already says of slots that are not written yet, because their records wait for the
 * disk: the writer's view, and in {@link Durability#INTERVAL} the readers'. Empty in {@link
 * Durability#OS}. Changed under the shard's lock; {@link #of} is anyone's.
 */
final class PendingSlots implements NewerSlots {
  private final int keyLength;
  private final ConcurrentMap<Integer, Pending> bySlot = new ConcurrentHashMap<>();

  PendingSlots(int keyLength) {
    this.keyLength = keyLength;
  }

  /**
   * The newest record of a slot.
   *
   * @param bytes the whole key, then the value
   * @param records of the slot that are not applied yet
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  private record Pending(int meta, byte[] bytes, int keyLength, int records)
      implements NewerSlots.Newer, CopiedContent {
    @Override
    public boolean keyIs(byte[] key) {
      return Arrays.equals(bytes, 0, keyLength, key, 0, keyLength);
    }

    private Pending withRecords(int count) {
      return new Pending(meta, bytes, keyLength, count);
    }
  }

  /** Notes that a record of this slot was appended; key and value are copied. */
  void add(int slot, int meta, SlotContent content) {
    byte[] bytes = new byte[keyLength + content.valueLength()];
    System.arraycopy(content.bytes(), content.keyOffset(), bytes, 0, content.keyLength());
    System.arraycopy(
        content.bytes(), content.valueOffset(), bytes, keyLength, content.valueLength());
    Pending before = bySlot.get(slot);
    int records = before == null ? 1 : before.records() + 1;
    bySlot.put(slot, new Pending(meta, bytes, keyLength, records));
  }

  /** Notes that one record of this slot was applied. */
  void settle(int slot) {
    bySlot.computeIfPresent(
        slot,
        (same, pending) ->
            pending.records() == 1 ? null : pending.withRecords(pending.records() - 1));
  }

  boolean isEmpty() {
    return bySlot.isEmpty();
  }

  /** Slots that wait. */
  int size() {
    return bySlot.size();
  }

  @Override
  public Newer of(int slot) {
    return bySlot.isEmpty() ? null : bySlot.get(slot); // an empty one costs no boxing
  }

  /** True when the newest record of the slot puts this key there. */
  boolean holds(int slot, byte[] key) {
    Newer pending = of(slot);
    return pending != null && MetaWord.occupied(pending.meta()) && pending.keyIs(key);
  }
}
