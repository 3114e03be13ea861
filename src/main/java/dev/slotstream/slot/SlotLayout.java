package dev.slotstream.slot;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where a slot keeps what, for keys of K and values of V bytes. Little-endian.
 *
 * <pre>
 * offset  bytes  field
 *      0      4  meta: version and status, see {@link MetaWord}
 *      4      4  CRC-32 (zlib's) of meta, key and value; stale in a DELETED slot
 *      8      K  key
 *    8+K      V  value
 *  8+K+V      …  zeros to a multiple of 8
 * </pre>
 *
 * <p>Source: armdb 0.1.14, {@code fixed/slot.rs}.
 *
 * @param keyLength K, bytes
 * @param valueLength V, bytes
 */
public record SlotLayout(int keyLength, int valueLength) {
  static final int META = 0;
  static final int CRC = META + Integer.BYTES;
  static final int KEY = CRC + Integer.BYTES;

  /** The file's header stores the slot size in 16 bits. */
  public static final int MAX_SLOT_SIZE = 0xFFF8;

  private static final int ALIGNMENT = 8;

  /** Aligned, because only aligned handles order one access after another. */
  static final VarHandle META_WORD =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  /** Checks both lengths. */
  public SlotLayout {
    if (keyLength < 1 || valueLength < 0 || sizeOf(keyLength, valueLength) > MAX_SLOT_SIZE) {
      throw new IllegalArgumentException(
          "slot does not fit, keyLength=%d valueLength=%d maxSlotSize=%d"
              .formatted(keyLength, valueLength, MAX_SLOT_SIZE));
    }
  }

  private static long sizeOf(long keyLength, long valueLength) {
    return (KEY + keyLength + valueLength + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Offset of the key in a slot. */
  public int keyOffset() {
    return KEY;
  }

  /** Offset of the value in a slot. */
  public int valueOffset() {
    return KEY + keyLength;
  }

  /** Bytes from the slot's start to the value's end. */
  int usedSize() {
    return KEY + keyLength + valueLength;
  }

  /** Bytes of a whole slot. */
  public int slotSize() {
    return (int) sizeOf(keyLength, valueLength);
  }
}
