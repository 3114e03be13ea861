package dev.slotstream.log;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where a segment and a record keep what. Little-endian.
 *
 * <pre>
 * segment header
 * offset  bytes  field
 *      0      4  "SLOG"
 *      4      2  format version: 1
 *      6      1  shard
 *      7      1  zero
 *      8      8  first sequence
 *     16     16  store id
 *     32      4  CRC-32C of bytes 0 to 31
 *     64      8  durable mark: every record up to this sequence was forced; 0 for none.
 *                Written after the force, never forced itself
 *    128      …  records
 *
 * record
 *      0      4  length of the whole record, a multiple of 8; 0 where the log ends
 *      4      4  CRC-32C of everything behind it
 *      8      8  sequence
 *     16      8  durable: every record up to this sequence was forced when this one was appended
 *     24      4  epoch
 *     28      4  slot
 *     32      4  meta
 *     36      2  key length k, without trailing zeros
 *     38      2  value length v, without trailing zeros
 *     40      k  key
 *   40+k      v  value
 * 40+k+v      …  zeros to a multiple of 8
 * </pre>
 *
 * <p>The two marks of durability are how recovery tells a torn tail from damage: an invalid record
 * that had been forced is damage; one that had not may be cut.
 */
final class LogLayout {
  static final int MAGIC_VALUE = 0x474F4C53;
  static final int FORMAT_VERSION = 1;

  static final int MAGIC = 0;
  static final int VERSION = MAGIC + 4;
  static final int SHARD = VERSION + 2;
  static final int FIRST_SEQUENCE = SHARD + 2;
  static final int STORE_ID = FIRST_SEQUENCE + 8;
  static final int STORE_ID_BYTES = 16;
  static final int HEADER_CRC = STORE_ID + STORE_ID_BYTES;
  static final int DURABLE_MARK = 64;
  static final int HEADER_SIZE = 128;

  static final int LENGTH = 0;
  static final int CRC = LENGTH + 4;
  static final int SEQUENCE = CRC + 4;
  static final int DURABLE = SEQUENCE + 8;
  static final int EPOCH = DURABLE + 8;
  static final int SLOT = EPOCH + 4;
  static final int META = SLOT + 4;
  static final int KEY_LENGTH = META + 4;
  static final int VALUE_LENGTH = KEY_LENGTH + 2;
  static final int BODY = VALUE_LENGTH + 2;

  static final int ALIGNMENT = 8;

  static final VarHandle SHORT = view(short[].class);
  static final VarHandle INT = view(int[].class);
  static final VarHandle LONG = view(long[].class);

  /** A word of a mapped segment; aligned, so that a reader sees it whole. */
  static final ValueLayout.OfInt MAPPED_INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final ValueLayout.OfLong MAPPED_LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private LogLayout() {}

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }

  /** Bytes of a record with a key and a value of these lengths. */
  static int recordLength(int keyLength, int valueLength) {
    return (BODY + keyLength + valueLength + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** True for a length that a record of this log can have. */
  static boolean plausible(int length, int maxRecord) {
    return length >= BODY && length <= maxRecord && length % ALIGNMENT == 0;
  }
}
