package dev.slotstream.replication;

import dev.slotstream.slot.MetaWord;
import java.nio.ByteBuffer;

/**
 * What a slot holds, as far as two stores must agree on it: of a slot that was emptied only its
 * meta word counts. A value is a number that no other write has.
 */
record SimSlot(int meta, long key, long number) {
  static final SimSlot FREE = new SimSlot(0, 0, 0);
  private static final long MIXED = 0x9E37_79B9_7F4A_7C15L;

  boolean occupied() {
    return MetaWord.occupied(meta);
  }

  static byte[] key(long key) {
    return ByteBuffer.allocate(8).putLong(key).array();
  }

  /** Bytes that no part of another number's value can be taken for. */
  static byte[] value(long number) {
    return ByteBuffer.allocate(16).putLong(number).putLong(number * MIXED).array();
  }

  /** Out of bytes that may lack the zeros at their ends. */
  static SimSlot of(int meta, byte[] bytes, int key, int keyLength, int value, int valueLength) {
    if (!MetaWord.occupied(meta)) {
      return new SimSlot(meta, 0, 0);
    }
    long number = number(bytes, value, Math.min(8, valueLength));
    long check = number(bytes, value + 8, valueLength - 8);
    if (check != number * MIXED) {
      throw new SimFailure("a value is no client's: meta=%d number=%d".formatted(meta, number));
    }
    return new SimSlot(meta, number(bytes, key, keyLength), number);
  }

  private static long number(byte[] bytes, int offset, int length) {
    long number = 0;
    for (int b = 0; b < 8; b++) {
      number = number << 8 | (b < length ? bytes[offset + b] & 0xFF : 0);
    }
    return number;
  }
}
