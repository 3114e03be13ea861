package dev.slotstream.wire;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.UUID;

/**
 * Where each field of a frame is, and how long a payload may be. All integers are little-endian and
 * unsigned; an id is the 16 bytes of a UUID, big-endian as its text is.
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
 *    7 PackedBatch  | shard u8 | count u32 | epoch u32 | first sequence u64 | last sequence u64 |
 *                   | leader's last sequence u64 | end offset u64 | leader's end offset u64 |
 *                   | crc32c of all of the payload but this field u32 | count packed events |
 *  255 Error        | UTF-8 text |
 *
 *  extensions, after the fields above
 *    1 SyncRequest  | extension version u8 | follower id 16 | store id 16 | epoch u32 |
 *                   | next sequence u64 | window u16 | name length u8 | name |
 *    2 ShardInfo    | extension version u8 | store id 16 | epoch u32 | mode u8 |
 *                   | first sequence u64 | last sequence u64 | heartbeat ms u32 |
 *                   | reason length u8 | reason | history count u16 | count history entries |
 *    4 CaughtUp     | sequence u64 |
 *    5 Ack          | applied sequence u64 | durable sequence u64 | batches u16 |
 *    6 Heartbeat    | last sequence u64 | end offset u64 | wall clock ms u64 |
 *
 *  event of a SlotBatch
 *    occupied       | slot u32 | meta u32 | key | value |
 *    deleted        | slot u32 | meta u32 | key |
 *
 *  packed event     | slot u32 | meta u32 | key length u16 | value length u16 | key | value |
 *
 *  history entry    | epoch u32 | first sequence u64 |
 * </pre>
 *
 * A frame whose bytes end before its extension does is a plain one. So is a SyncRequest without its
 * flag, and a SyncRequest or ShardInfo of another extension version.
 *
 * <p>Every type but the batches and Error may carry up to {@link #MAX_TRAILING} bytes more than its
 * table says. They belong to versions of the protocol that this one does not know and are ignored.
 */
public final class FrameLayout {

  /** The version that a SyncRequest must name. */
  public static final int PROTOCOL_VERSION = 1;

  /** Flag of a SyncRequest: the follower's shard holds nothing, so deletes need not be sent. */
  public static final int FLAG_EMPTY_STATE = 1;

  /** Flag of a SyncRequest: the follower needs everything, since its log was damaged. */
  public static final int FLAG_DAMAGED_LOG = 2;

  /** Flag of a SyncRequest: its extension follows. */
  public static final int FLAG_EXTENDED = 0x80;

  /** The version of the extensions of SyncRequest and ShardInfo that this is. */
  public static final int EXTENSION_VERSION = 1;

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

  /** A follower's name has no more bytes. */
  public static final int MAX_NAME = 63;

  /** The reason in a ShardInfo is cut to this many bytes. */
  public static final int MAX_REASON = 255;

  /** A ShardInfo names no more epochs. */
  public static final int MAX_HISTORY = 128;

  public static final int SYNC_REQUEST = 1;
  public static final int SHARD_INFO = 2;
  public static final int SLOT_BATCH = 3;
  public static final int CAUGHT_UP = 4;
  public static final int ACK = 5;
  public static final int HEARTBEAT = 6;
  public static final int PACKED_BATCH = 7;
  public static final int ERROR = 255;

  public static final int ID_BYTES = 2 * Long.BYTES;

  public static final int FRAME_TYPE = 0;
  public static final int FRAME_LENGTH = FRAME_TYPE + Byte.BYTES;
  public static final int HEADER_SIZE = FRAME_LENGTH + Integer.BYTES;

  public static final int SYNC_SHARD = 0;
  public static final int SYNC_VERSION = SYNC_SHARD + Byte.BYTES;
  public static final int SYNC_FLAGS = SYNC_VERSION + Byte.BYTES;
  public static final int SYNC_REQUEST_MIN = SYNC_FLAGS + Byte.BYTES;
  public static final int SYNC_EXTENSION_VERSION = SYNC_REQUEST_MIN;
  public static final int SYNC_FOLLOWER_ID = SYNC_EXTENSION_VERSION + Byte.BYTES;
  public static final int SYNC_STORE_ID = SYNC_FOLLOWER_ID + ID_BYTES;
  public static final int SYNC_EPOCH = SYNC_STORE_ID + ID_BYTES;
  public static final int SYNC_NEXT_SEQUENCE = SYNC_EPOCH + Integer.BYTES;
  public static final int SYNC_WINDOW = SYNC_NEXT_SEQUENCE + Long.BYTES;
  public static final int SYNC_NAME_LENGTH = SYNC_WINDOW + Short.BYTES;
  public static final int SYNC_NAME = SYNC_NAME_LENGTH + Byte.BYTES;
  public static final int SYNC_REQUEST_MAX = SYNC_NAME + MAX_NAME + MAX_TRAILING;

  public static final int INFO_SHARD_COUNT = 0;
  public static final int INFO_KEY_LENGTH = INFO_SHARD_COUNT + Byte.BYTES;
  public static final int INFO_VALUE_LENGTH = INFO_KEY_LENGTH + Short.BYTES;
  public static final int INFO_SLOT_SIZE = INFO_VALUE_LENGTH + Short.BYTES;
  public static final int INFO_SLOT_COUNT = INFO_SLOT_SIZE + Short.BYTES;
  public static final int INFO_PREFIX_BITS = INFO_SLOT_COUNT + Integer.BYTES;
  public static final int SHARD_INFO_MIN = INFO_PREFIX_BITS + Byte.BYTES;
  public static final int INFO_EXTENSION_VERSION = SHARD_INFO_MIN;
  public static final int INFO_STORE_ID = INFO_EXTENSION_VERSION + Byte.BYTES;
  public static final int INFO_EPOCH = INFO_STORE_ID + ID_BYTES;
  public static final int INFO_MODE = INFO_EPOCH + Integer.BYTES;
  public static final int INFO_FIRST_SEQUENCE = INFO_MODE + Byte.BYTES;
  public static final int INFO_LAST_SEQUENCE = INFO_FIRST_SEQUENCE + Long.BYTES;
  public static final int INFO_HEARTBEAT_MS = INFO_LAST_SEQUENCE + Long.BYTES;
  public static final int INFO_REASON_LENGTH = INFO_HEARTBEAT_MS + Integer.BYTES;
  public static final int INFO_REASON = INFO_REASON_LENGTH + Byte.BYTES;

  /** The history's count comes after the reason; its entries come after the count. */
  public static final int HISTORY_COUNT_BYTES = Short.BYTES;

  public static final int HISTORY_EPOCH = 0;
  public static final int HISTORY_FIRST_SEQUENCE = HISTORY_EPOCH + Integer.BYTES;
  public static final int HISTORY_ENTRY_BYTES = HISTORY_FIRST_SEQUENCE + Long.BYTES;
  public static final int SHARD_INFO_MAX =
      INFO_REASON
          + MAX_REASON
          + HISTORY_COUNT_BYTES
          + MAX_HISTORY * HISTORY_ENTRY_BYTES
          + MAX_TRAILING;

  public static final int MODE_FULL = 0;
  public static final int MODE_RESUME = 1;

  public static final int BATCH_SHARD = 0;
  public static final int BATCH_COUNT = BATCH_SHARD + Byte.BYTES;
  public static final int BATCH_EVENTS = BATCH_COUNT + Integer.BYTES;
  public static final int SLOT_BATCH_MIN = BATCH_EVENTS;
  public static final int SLOT_BATCH_MAX = MAX_PAYLOAD;

  public static final int EVENT_SLOT = 0;
  public static final int EVENT_META = EVENT_SLOT + Integer.BYTES;
  public static final int EVENT_KEY = EVENT_META + Integer.BYTES;

  /** A PackedBatch begins with shard and count where a SlotBatch has them. */
  public static final int PACKED_EPOCH = BATCH_COUNT + Integer.BYTES;

  public static final int PACKED_FIRST_SEQUENCE = PACKED_EPOCH + Integer.BYTES;
  public static final int PACKED_LAST_SEQUENCE = PACKED_FIRST_SEQUENCE + Long.BYTES;
  public static final int PACKED_LEADER_LAST = PACKED_LAST_SEQUENCE + Long.BYTES;
  public static final int PACKED_END_OFFSET = PACKED_LEADER_LAST + Long.BYTES;
  public static final int PACKED_LEADER_END_OFFSET = PACKED_END_OFFSET + Long.BYTES;
  public static final int PACKED_CRC = PACKED_LEADER_END_OFFSET + Long.BYTES;
  public static final int PACKED_EVENTS = PACKED_CRC + Integer.BYTES;
  public static final int PACKED_BATCH_MIN = PACKED_EVENTS;
  public static final int PACKED_BATCH_MAX = MAX_PAYLOAD;

  /** A packed event begins with slot and meta where any event has them. */
  public static final int PACKED_KEY_LENGTH = EVENT_META + Integer.BYTES;

  public static final int PACKED_VALUE_LENGTH = PACKED_KEY_LENGTH + Short.BYTES;
  public static final int PACKED_KEY = PACKED_VALUE_LENGTH + Short.BYTES;

  public static final int CAUGHT_UP_SHARD = 0;
  public static final int CAUGHT_UP_SCANNED = CAUGHT_UP_SHARD + Byte.BYTES;
  public static final int CAUGHT_UP_MIN = CAUGHT_UP_SCANNED + Long.BYTES;
  public static final int CAUGHT_UP_SEQUENCE = CAUGHT_UP_MIN;
  public static final int CAUGHT_UP_EXTENDED = CAUGHT_UP_SEQUENCE + Long.BYTES;
  public static final int CAUGHT_UP_MAX = CAUGHT_UP_EXTENDED + MAX_TRAILING;

  public static final int ACK_SHARD = 0;
  public static final int ACK_APPLIED = ACK_SHARD + Byte.BYTES;
  public static final int ACK_MAX_VERSION = ACK_APPLIED + Long.BYTES;
  public static final int ACK_MIN = ACK_MAX_VERSION + Integer.BYTES;
  public static final int ACK_APPLIED_SEQUENCE = ACK_MIN;
  public static final int ACK_DURABLE_SEQUENCE = ACK_APPLIED_SEQUENCE + Long.BYTES;
  public static final int ACK_BATCHES = ACK_DURABLE_SEQUENCE + Long.BYTES;
  public static final int ACK_EXTENDED = ACK_BATCHES + Short.BYTES;
  public static final int ACK_MAX = ACK_EXTENDED + MAX_TRAILING;

  public static final int HEARTBEAT_MIN = 0;
  public static final int HEARTBEAT_LAST_SEQUENCE = HEARTBEAT_MIN;
  public static final int HEARTBEAT_END_OFFSET = HEARTBEAT_LAST_SEQUENCE + Long.BYTES;
  public static final int HEARTBEAT_WALL_CLOCK_MS = HEARTBEAT_END_OFFSET + Long.BYTES;
  public static final int HEARTBEAT_EXTENDED = HEARTBEAT_WALL_CLOCK_MS + Long.BYTES;
  public static final int HEARTBEAT_MAX = HEARTBEAT_EXTENDED + MAX_TRAILING;

  public static final int ERROR_MIN = 0;

  /** More than is ever sent: another implementation may have more to say. */
  public static final int ERROR_MAX = 4 * MAX_ERROR_SENT;

  /** The low bits of an event's meta word are its status, the others its version. */
  public static final int STATUS_MASK = 0b11;

  public static final int STATUS_OCCUPIED = 1;
  public static final int STATUS_DELETED = 2;

  /** The meta word of a slot that is as if it had never been written; only in packed batches. */
  public static final int META_FREE = 0;

  static final int U8_MAX = 0xff;
  static final int U16_MAX = 0xffff;

  static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, LITTLE_ENDIAN);
  static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, LITTLE_ENDIAN);
  static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, LITTLE_ENDIAN);

  private static final VarHandle ID_HALF =
      MethodHandles.byteArrayViewVarHandle(long[].class, BIG_ENDIAN);

  // Constants only, so the compiler drops what holds: a full batch and the event that filled it
  // must stay within the payload bound.
  static {
    if (MAX_BATCH_BYTES + Math.max(EVENT_KEY, PACKED_KEY) + MAX_ENTRY_BYTES > MAX_PAYLOAD) {
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

  static int u16(byte[] bytes, int offset) {
    return Short.toUnsignedInt((short) U16.get(bytes, offset));
  }

  static UUID id(byte[] bytes, int offset) {
    return new UUID(
        (long) ID_HALF.get(bytes, offset), (long) ID_HALF.get(bytes, offset + Long.BYTES));
  }

  static void putId(byte[] bytes, int offset, UUID id) {
    ID_HALF.set(bytes, offset, id.getMostSignificantBits());
    ID_HALF.set(bytes, offset + Long.BYTES, id.getLeastSignificantBits());
  }
}
