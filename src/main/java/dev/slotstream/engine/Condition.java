package dev.slotstream.engine;

/** What must be true of a key for a write of it to be done. Asked under the shard's lock. */
@FunctionalInterface
public interface Condition {
  /** No condition. */
  Condition NONE = current -> true;

  /** True when the write may be done. Must not block, and must not keep the view. */
  boolean allows(CurrentValue current);

  /** What stands under the key now, writes that wait for the disk included. */
  interface CurrentValue {
    /** True when the key has a value. */
    boolean present();

    /** The key's slot; -1 when it has none. */
    int slot();

    /** The slot's meta word; 0 when the key has none. */
    int meta();

    /** Four bytes of the value field as a little-endian number; only when present. */
    int valueInt(int offset);
  }
}
