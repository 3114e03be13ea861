package dev.slotstream.kv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A value of any length in a value field of fixed length. Little-endian.
 *
 * <pre>
 * offset  bytes  field
 *      0      2  length of the value
 *      2      1  media type, see {@link MediaTypes}
 *      3      1  flags: 0
 *      4      4  expires at, seconds since 1970, unsigned; 0 never
 *      8      n  value
 *    8+n      …  zeros
 * </pre>
 */
final class FramedValueLayout {
  private static final int LENGTH = 0;
  private static final int MEDIA_TYPE = LENGTH + Short.BYTES;
  private static final int FLAGS = MEDIA_TYPE + Byte.BYTES;
  static final int EXPIRES_AT = FLAGS + Byte.BYTES;
  static final int VALUE = EXPIRES_AT + Integer.BYTES;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private FramedValueLayout() {}

  /** The field up to the value's end; what follows are zeros. */
  static byte[] frame(byte[] value, int mediaType, long expiresAt) {
    byte[] field = new byte[VALUE + value.length];
    SHORT.set(field, LENGTH, (short) value.length);
    field[MEDIA_TYPE] = (byte) mediaType;
    INT.set(field, EXPIRES_AT, (int) expiresAt);
    System.arraycopy(value, 0, field, VALUE, value.length);
    return field;
  }

  static int length(byte[] bytes, int field) {
    return Short.toUnsignedInt((short) SHORT.get(bytes, field + LENGTH));
  }

  static int mediaType(byte[] bytes, int field) {
    return Byte.toUnsignedInt(bytes[field + MEDIA_TYPE]);
  }

  static int flags(byte[] bytes, int field) {
    return Byte.toUnsignedInt(bytes[field + FLAGS]);
  }

  static long expiresAt(byte[] bytes, int field) {
    return Integer.toUnsignedLong((int) INT.get(bytes, field + EXPIRES_AT));
  }
}
