package dev.slotstream.wire;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where each field of a frame is, and how long a payload may be. All integers are little-endian and
 * unsigned.
 *
 * <pre>
 *  frame        | type u8 | length of the payload u32 | payload |
 *
 *  payloads
 *    1 SyncRequest  | shard u8 | protocol version u8 | flags u8 |
 *    2 ShardInfo    | shard count u8 | key length u16 | value length u16 | slot size u16 |
 *                   | slot count u32 | prefix bits u8 |
 *    3 SlotBatch    | shard u8 | count u32 | count events |
 *    4 CaughtUp     | shard u8 | slots scanned u64 |
 *    5 Ack          | shard u8 | events applied u64 | highest slot version u32 |
 *    6 Heartbeat    | |
 *  255 Error        | UTF-8 text |
 *
 *  event of a SlotBatch
 *    occupied       | slot u32 | meta u32 | key | value |
 *    deleted        | slot u32 | meta u32 | key |
 * </pre>
 *
 * Every type but SlotBatch and Error may carry up to {@link #MAX_TRAILING} bytes more than its
 * table says. They belong to versions of the protocol that this one does not know and are ignored.
 */
public final class FrameLayout {

  /** The version that a SyncRequest must name. */
  public static final int PROTOCOL_VERSION = 1;

  /** Flag of a SyncRequest: the follower's shard holds nothing, so deletes need not be sent. */
  public static final int FLAG_EMPTY_STATE = 1;

  /** No payload of any type is longer. */
  public static final int MAX_PAYLOAD = 1 << 20;

  /** A batch that holds this many events is full. */
  public static final int MAX_BATCH_EVENTS = 256;

  /** A batch whose payload has reached this many bytes is full. */
  public static final int MAX_BATCH_BYTES = 64 * 1024;

  /** Key and value together: more does not fit in a slot, whose size is a u16. */
  public static final int MAX_ENTRY_BYTES = 65_520;

  /** Unknown bytes that are accepted after the known fields of a frame. */
  public static final int MAX_TRAILING = 256;

  /** An error text that is sent is cut to this many bytes. */
  public static final int MAX_ERROR_SENT = 1024;

  public static final int SYNC_REQUEST = 1;
  public static final int SHARD_INFO = 2;
  public static final int SLOT_BATCH = 3;
  public static final int CAUGHT_UP = 4;
  public static final int ACK = 5;
  public static final int HEARTBEAT = 6;
  public static final int ERROR = 255;

  public static final int FRAME_TYPE = 0;
  public static final int FRAME_LENGTH = FRAME_TYPE + Byte.BYTES;
  public static final int HEADER_SIZE = FRAME_LENGTH + Integer.BYTES;

  public static final int SYNC_SHARD = 0;
  public static final int SYNC_VERSION = SYNC_SHARD + Byte.BYTES;
  public static final int SYNC_FLAGS = SYNC_VERSION + Byte.BYTES;
  public static final int SYNC_REQUEST_MIN = SYNC_FLAGS + Byte.BYTES;
  public static final int SYNC_REQUEST_MAX = SYNC_REQUEST_MIN + MAX_TRAILING;

  public static final int INFO_SHARD_COUNT = 0;
  public static final int INFO_KEY_LENGTH = INFO_SHARD_COUNT + Byte.BYTES;
  public static final int INFO_VALUE_LENGTH = INFO_KEY_LENGTH + Short.BYTES;
  public static final int INFO_SLOT_SIZE = INFO_VALUE_LENGTH + Short.BYTES;
  public static final int INFO_SLOT_COUNT = INFO_SLOT_SIZE + Short.BYTES;
  public static final int INFO_PREFIX_BITS = INFO_SLOT_COUNT + Integer.BYTES;
  public static final int SHARD_INFO_MIN = INFO_PREFIX_BITS + Byte.BYTES;
  public static final int SHARD_INFO_MAX = SHARD_INFO_MIN + MAX_TRAILING;

  public static final int BATCH_SHARD = 0;
  public static final int BATCH_COUNT = BATCH_SHARD + Byte.BYTES;
  public static final int BATCH_EVENTS = BATCH_COUNT + Integer.BYTES;
  public static final int SLOT_BATCH_MIN = BATCH_EVENTS;
  public static final int SLOT_BATCH_MAX = MAX_PAYLOAD;

  public static final int EVENT_SLOT = 0;
  public static final int EVENT_META = EVENT_SLOT + Integer.BYTES;
  public static final int EVENT_KEY = EVENT_META + Integer.BYTES;

  public static final int CAUGHT_UP_SHARD = 0;
  public static final int CAUGHT_UP_SCANNED = CAUGHT_UP_SHARD + Byte.BYTES;
  public static final int CAUGHT_UP_MIN = CAUGHT_UP_SCANNED + Long.BYTES;
  public static final int CAUGHT_UP_MAX = CAUGHT_UP_MIN + MAX_TRAILING;

  public static final int ACK_SHARD = 0;
  public static final int ACK_APPLIED = ACK_SHARD + Byte.BYTES;
  public static final int ACK_MAX_VERSION = ACK_APPLIED + Long.BYTES;
  public static final int ACK_MIN = ACK_MAX_VERSION + Integer.BYTES;
  public static final int ACK_MAX = ACK_MIN + MAX_TRAILING;

  public static final int HEARTBEAT_MIN = 0;
  public static final int HEARTBEAT_MAX = HEARTBEAT_MIN + MAX_TRAILING;

  public static final int ERROR_MIN = 0;

  /** More than is ever sent: another implementation may have more to say. */
  public static final int ERROR_MAX = 4 * MAX_ERROR_SENT;

  /** The low bits of an event's meta word are its status, the others its version. */
  public static final int STATUS_MASK = 0b11;

  public static final int STATUS_OCCUPIED = 1;
  public static final int STATUS_DELETED = 2;

  static final int U8_MAX = 0xff;
  static final int U16_MAX = 0xffff;

  static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, LITTLE_ENDIAN);
  static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, LITTLE_ENDIAN);
  static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, LITTLE_ENDIAN);

  // Constants only, so the compiler drops what holds: a full batch and the event that filled it
  // must stay within the payload bound.
  static {
    if (MAX_BATCH_BYTES + EVENT_KEY + MAX_ENTRY_BYTES > MAX_PAYLOAD) {
      throw new AssertionError("a batch can exceed the largest payload");
    }
  }

  private FrameLayout() {}

  /** Refuses a value that its unsigned field cannot hold. */
  static void requireFits(String name, int value, int maximum) {
    if (value < 0 || value > maximum) {
      throw new IllegalArgumentException(
          "value does not fit its field: " + name + " expected=0.." + maximum + " actual=" + value);
    }
  }

  /** Writes the header of a frame at the start of an array. */
  static void putHeader(byte[] frame, int type, int payloadLength) {
    frame[FRAME_TYPE] = (byte) type;
    U32.set(frame, FRAME_LENGTH, payloadLength);
  }
}
