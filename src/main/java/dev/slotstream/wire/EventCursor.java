package dev.slotstream.wire;

/**
 * Walks a batch's events without making an object for each. One thread; the fields of an event may
 * be asked for only while {@link #next()} last said true.
 */
public sealed interface EventCursor permits SlotBatch.Cursor, PackedBatch.Cursor {
  /** Moves to the next event; false after the last. */
  boolean next();

  /** The slot's number, unsigned. */
  int slot();

  /** Version and status. */
  int meta();

  /** Where key and value lie. Shared with the batch: read only. */
  byte[] array();

  int keyOffset();

  /** At most the store's key length; what is missing are zeros. */
  int keyLength();

  /** Of an event with a value only. */
  int valueOffset();

  /** At most the store's value length; what is missing are zeros. */
  int valueLength();
}
