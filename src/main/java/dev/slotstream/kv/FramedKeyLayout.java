package dev.slotstream.kv;

import java.util.Arrays;

/**
 * A key of any length in a key field of fixed length.
 *
 * <pre>
 * offset  bytes  field
 *      0      p  length of the key: u8 (p = 1) where keys have at most 255 bytes, else u16 (p = 2)
 *      p      n  key
 *    p+n      …  zeros
 * </pre>
 */
final class FramedKeyLayout {
  private static final int MAX_U8 = 0xFF;

  private final int prefix;
  private final int maxKeyBytes;

  FramedKeyLayout(int maxKeyBytes) {
    this.prefix = maxKeyBytes <= MAX_U8 ? Byte.BYTES : Short.BYTES;
    this.maxKeyBytes = maxKeyBytes;
  }

  /** Bytes of the key field. */
  int length() {
    return prefix + maxKeyBytes;
  }

  /** The longest key that a field of this length was made for. */
  static int maxKeyBytes(int fieldLength) {
    return fieldLength - (fieldLength <= Byte.BYTES + MAX_U8 ? Byte.BYTES : Short.BYTES);
  }

  int lengthAt(byte[] bytes, int field) {
    int low = Byte.toUnsignedInt(bytes[field]);
    return prefix == Byte.BYTES ? low : low | Byte.toUnsignedInt(bytes[field + 1]) << Byte.SIZE;
  }

  byte[] unframe(byte[] bytes, int field, int length) {
    return Arrays.copyOfRange(bytes, field + prefix, field + prefix + length);
  }

  byte[] frame(byte[] key) {
    byte[] field = new byte[length()];
    field[0] = (byte) key.length;
    if (prefix == Short.BYTES) {
      field[1] = (byte) (key.length >>> Byte.SIZE);
    }
    System.arraycopy(key, 0, field, prefix, key.length);
    return field;
  }
}
