package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.BATCH_COUNT;
import static dev.slotstream.wire.FrameLayout.BATCH_SHARD;
import static dev.slotstream.wire.FrameLayout.EVENT_META;
import static dev.slotstream.wire.FrameLayout.EVENT_SLOT;
import static dev.slotstream.wire.FrameLayout.META_FREE;
import static dev.slotstream.wire.FrameLayout.PACKED_CRC;
import static dev.slotstream.wire.FrameLayout.PACKED_EVENTS;
import static dev.slotstream.wire.FrameLayout.PACKED_KEY;
import static dev.slotstream.wire.FrameLayout.PACKED_KEY_LENGTH;
import static dev.slotstream.wire.FrameLayout.PACKED_VALUE_LENGTH;
import static dev.slotstream.wire.FrameLayout.STATUS_DELETED;
import static dev.slotstream.wire.FrameLayout.STATUS_MASK;
import static dev.slotstream.wire.FrameLayout.STATUS_OCCUPIED;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.FrameLayout.U64;
import static dev.slotstream.wire.FrameLayout.u16;
import static dev.slotstream.wire.WireException.Reason.BAD_CHECKSUM;
import static dev.slotstream.wire.WireException.Reason.BAD_CONTENT;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Extended leader to follower, in place of a SlotBatch: some slots of a scan, or some records of
 * the log in their order. Owns its bytes, which were checked as a whole before it was made, so a
 * cursor never runs into the end of them. Keys and values may end with zeros or be without them.
 */
public final class PackedBatch implements Frame {

  /**
   * Where the events come from.
   *
   * @param epoch of every record of a stream
   * @param firstSequence of the first record; 0 in a scan
   * @param lastSequence of the last record; 0 in a scan
   * @param leaderLast the leader's last committed sequence
   * @param endOffset where the last record ends in the leader's log; 0 in a scan
   * @param leaderEndOffset where the leader's log ends
   */
  public record Header(
      int epoch,
      long firstSequence,
      long lastSequence,
      long leaderLast,
      long endOffset,
      long leaderEndOffset) {

    /** Of a batch whose events are slots, not records. */
    public static Header ofScan(int epoch, long leaderLast, long leaderEndOffset) {
      return new Header(epoch, 0, 0, leaderLast, 0, leaderEndOffset);
    }

    public boolean scan() {
      return firstSequence == 0 && lastSequence == 0;
    }

    /** Whether there are as many sequences as events. */
    boolean fits(long count) {
      return scan()
          || (firstSequence != 0
              && Long.compareUnsigned(firstSequence, lastSequence) <= 0
              && lastSequence - firstSequence == count - 1);
    }

    static Header get(byte[] bytes, int payload) {
      return new Header(
          (int) U32.get(bytes, payload + FrameLayout.PACKED_EPOCH),
          (long) U64.get(bytes, payload + FrameLayout.PACKED_FIRST_SEQUENCE),
          (long) U64.get(bytes, payload + FrameLayout.PACKED_LAST_SEQUENCE),
          (long) U64.get(bytes, payload + FrameLayout.PACKED_LEADER_LAST),
          (long) U64.get(bytes, payload + FrameLayout.PACKED_END_OFFSET),
          (long) U64.get(bytes, payload + FrameLayout.PACKED_LEADER_END_OFFSET));
    }

    void put(byte[] bytes, int payload) {
      U32.set(bytes, payload + FrameLayout.PACKED_EPOCH, epoch);
      U64.set(bytes, payload + FrameLayout.PACKED_FIRST_SEQUENCE, firstSequence);
      U64.set(bytes, payload + FrameLayout.PACKED_LAST_SEQUENCE, lastSequence);
      U64.set(bytes, payload + FrameLayout.PACKED_LEADER_LAST, leaderLast);
      U64.set(bytes, payload + FrameLayout.PACKED_END_OFFSET, endOffset);
      U64.set(bytes, payload + FrameLayout.PACKED_LEADER_END_OFFSET, leaderEndOffset);
    }
  }

  private final byte[] payload;
  private final Header header;

  private PackedBatch(byte[] payload, Header header) {
    this.payload = payload;
    this.header = header;
  }

  /** Checks the payload where it lies, and copies it only when it is one. */
  static PackedBatch copyOf(byte[] bytes, int start, int length, EventSizes sizes) {
    int end = start + length;
    checkCrc(bytes, start, end);
    Header header = Header.get(bytes, start);
    long count = Integer.toUnsignedLong((int) U32.get(bytes, start + BATCH_COUNT));
    if (!header.fits(count)) {
      throw new WireException(
          BAD_CONTENT,
          "packed batch has not as many sequences as events: count=%d first=%s last=%s"
              .formatted(
                  count,
                  Long.toUnsignedString(header.firstSequence),
                  Long.toUnsignedString(header.lastSequence)));
    }
    checkEvents(bytes, start + PACKED_EVENTS, end, count, sizes);
    return new PackedBatch(Arrays.copyOfRange(bytes, start, end), header);
  }

  /** The checksum of all of a payload but the field that it goes into. */
  static int crcOf(CRC32C crc, byte[] bytes, int start, int end) {
    crc.reset();
    crc.update(bytes, start, PACKED_CRC);
    crc.update(bytes, start + PACKED_EVENTS, end - start - PACKED_EVENTS);
    return (int) crc.getValue();
  }

  private static void checkCrc(byte[] bytes, int start, int end) {
    int announced = (int) U32.get(bytes, start + PACKED_CRC);
    int actual = crcOf(new CRC32C(), bytes, start, end);
    if (announced != actual) {
      throw new WireException(
          BAD_CHECKSUM,
          "packed batch is damaged: payload=%d expected=%08x actual=%08x"
              .formatted(end - start, announced, actual));
    }
  }

  private static void checkEvents(
      byte[] bytes, int firstEvent, int end, long count, EventSizes sizes) {
    int event = firstEvent;
    // A count that lies costs nothing: each round needs bytes that arrived.
    for (long i = 0; i < count; i++) {
      requireBytes(count, i, PACKED_KEY, end - event);
      int keyLength = u16(bytes, event + PACKED_KEY_LENGTH);
      requireLength("key", i, sizes.keyLength(), keyLength);
      int valueLength = u16(bytes, event + PACKED_VALUE_LENGTH);
      int meta = (int) U32.get(bytes, event + EVENT_META);
      requireLength("value", i, longestValue(meta, i, sizes), valueLength);
      int size = PACKED_KEY + keyLength + valueLength;
      requireBytes(count, i, size, end - event);
      event += size;
    }
    if (event != end) {
      throw new WireException(
          BAD_CONTENT,
          "packed batch is longer than its events: count=%d excess=%d"
              .formatted(count, end - event));
    }
  }

  private static int longestValue(int meta, long event, EventSizes sizes) {
    int status = meta & STATUS_MASK;
    if (status == STATUS_OCCUPIED) {
      return sizes.valueLength();
    }
    if (status == STATUS_DELETED || meta == META_FREE) {
      return 0;
    }
    throw new WireException(
        BAD_CONTENT,
        "event is neither occupied nor deleted nor free: event=%d meta=%d status=%d"
            .formatted(event, meta, status));
  }

  private static void requireLength(String field, long event, int maximum, int actual) {
    if (actual > maximum) {
      throw new WireException(
          BAD_CONTENT,
          "%s is too long for its event: event=%d expected=0..%d actual=%d"
              .formatted(field, event, maximum, actual));
    }
  }

  private static void requireBytes(long count, long event, int needed, int left) {
    if (left < needed) {
      throw new WireException(
          BAD_CONTENT,
          "packed batch is shorter than its events: count=%d event=%d expected=%d actual=%d"
              .formatted(count, event, needed, left));
    }
  }

  public int shard() {
    return Byte.toUnsignedInt(payload[BATCH_SHARD]);
  }

  /** How many events; may be 0 in a scan. */
  public int count() {
    return (int) U32.get(payload, BATCH_COUNT);
  }

  public Header header() {
    return header;
  }

  /** Starts before the first event. Each call gives a cursor of its own. */
  public Cursor cursor() {
    return new Cursor(this);
  }

  /** The bytes as they came, for the encoder. Not to be written to. */
  byte[] payload() {
    return payload;
  }

  @Override
  public String toString() {
    return "PackedBatch[shard=" + shard() + ", count=" + count() + ", " + header + "]";
  }

  /** Fields without the zeros at their ends; a deleted slot's value has no bytes. */
  public static final class Cursor implements EventCursor {

    private final byte[] payload;
    private int left;
    private int event;
    private int following = PACKED_EVENTS;

    private Cursor(PackedBatch batch) {
      this.payload = batch.payload;
      this.left = batch.count();
    }

    @Override
    public boolean next() {
      if (left == 0) {
        return false;
      }
      left--;
      event = following;
      following = valueOffset() + valueLength();
      return true;
    }

    @Override
    public int slot() {
      return (int) U32.get(payload, event + EVENT_SLOT);
    }

    @Override
    public int meta() {
      return (int) U32.get(payload, event + EVENT_META);
    }

    /** Whether the slot was written; else it was deleted. */
    public boolean occupied() {
      return (meta() & STATUS_MASK) == STATUS_OCCUPIED;
    }

    @Override
    public byte[] array() {
      return payload;
    }

    @Override
    public int keyOffset() {
      return event + PACKED_KEY;
    }

    @Override
    public int keyLength() {
      return u16(payload, event + PACKED_KEY_LENGTH);
    }

    @Override
    public int valueOffset() {
      return keyOffset() + keyLength();
    }

    @Override
    public int valueLength() {
      return u16(payload, event + PACKED_VALUE_LENGTH);
    }
  }
}
