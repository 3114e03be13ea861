package dev.slotstream.slot;

/** The hash of a whole key field, by which the index finds it. The same in every run. */
@FunctionalInterface
public interface KeyHash {

  /** Hashes {@code length} bytes from {@code offset}. */
  long hash(byte[] bytes, int offset, int length);
}
