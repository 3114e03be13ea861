package dev.slotstream.slot;

/**
 * What is to stand in a slot: a key and a value inside one array. Both may be shorter than their
 * fields; the rest of a field is zeros.
 */
public interface SlotContent {

  /** The array that holds both. */
  byte[] bytes();

  /** Offset of the key. */
  int keyOffset();

  /** Bytes of the key, at most K. */
  int keyLength();

  /** Offset of the value. */
  int valueOffset();

  /** Bytes of the value, at most V. */
  int valueLength();
}
