package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.BATCH_COUNT;
import static dev.slotstream.wire.FrameLayout.BATCH_EVENTS;
import static dev.slotstream.wire.FrameLayout.BATCH_SHARD;
import static dev.slotstream.wire.FrameLayout.EVENT_KEY;
import static dev.slotstream.wire.FrameLayout.EVENT_META;
import static dev.slotstream.wire.FrameLayout.EVENT_SLOT;
import static dev.slotstream.wire.FrameLayout.STATUS_DELETED;
import static dev.slotstream.wire.FrameLayout.STATUS_MASK;
import static dev.slotstream.wire.FrameLayout.STATUS_OCCUPIED;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.WireException.Reason.BAD_CONTENT;

import java.util.Arrays;

/**
 * Leader to follower: what became of some slots, in order. Owns its bytes, which were checked as a
 * whole before it was made, so a cursor never runs into the end of them.
 */
public final class SlotBatch implements Frame {

  private final byte[] payload;
  private final EventSizes sizes;

  private SlotBatch(byte[] payload, EventSizes sizes) {
    this.payload = payload;
    this.sizes = sizes;
  }

  /** Checks the payload where it lies, and copies it only when it holds exactly its events. */
  static SlotBatch copyOf(byte[] bytes, int start, int length, EventSizes sizes) {
    check(bytes, start, start + length, sizes);
    return new SlotBatch(Arrays.copyOfRange(bytes, start, start + length), sizes);
  }

  private static void check(byte[] bytes, int start, int end, EventSizes sizes) {
    long count = Integer.toUnsignedLong((int) U32.get(bytes, start + BATCH_COUNT));
    int event = start + BATCH_EVENTS;
    // A count that lies costs nothing: each round needs bytes that arrived.
    for (long i = 0; i < count; i++) {
      requireBytes(count, i, sizes.deleted(), end - event);
      int size = sizeOf((int) U32.get(bytes, event + EVENT_META), i, sizes);
      requireBytes(count, i, size, end - event);
      event += size;
    }
    if (event != end) {
      throw new WireException(
          BAD_CONTENT,
          "slot batch is longer than its events: count=%d excess=%d".formatted(count, end - event));
    }
  }

  private static int sizeOf(int meta, long event, EventSizes sizes) {
    int status = meta & STATUS_MASK;
    return switch (status) {
      case STATUS_OCCUPIED -> sizes.occupied();
      case STATUS_DELETED -> sizes.deleted();
      default ->
          throw new WireException(
              BAD_CONTENT,
              "event is neither occupied nor deleted: event=%d expected=1..2 status=%d"
                  .formatted(event, status));
    };
  }

  private static void requireBytes(long count, long event, int needed, int left) {
    if (left < needed) {
      throw new WireException(
          BAD_CONTENT,
          "slot batch is shorter than its events: count=%d event=%d expected=%d actual=%d"
              .formatted(count, event, needed, left));
    }
  }

  public int shard() {
    return Byte.toUnsignedInt(payload[BATCH_SHARD]);
  }

  /** How many events; may be 0. */
  public int count() {
    return (int) U32.get(payload, BATCH_COUNT);
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
    return "SlotBatch[shard=" + shard() + ", count=" + count() + "]";
  }

  /** Whole fields: of each event the key and, where there is one, the value. */
  public static final class Cursor implements EventCursor {

    private final byte[] payload;
    private final EventSizes sizes;
    private int left;
    private int event;
    private int following = BATCH_EVENTS;

    private Cursor(SlotBatch batch) {
      this.payload = batch.payload;
      this.sizes = batch.sizes;
      this.left = batch.count();
    }

    @Override
    public boolean next() {
      if (left == 0) {
        return false;
      }
      left--;
      event = following;
      following += occupied() ? sizes.occupied() : sizes.deleted();
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

    /** Whether the event carries a value; else the slot was deleted. */
    public boolean occupied() {
      return (meta() & STATUS_MASK) == STATUS_OCCUPIED;
    }

    @Override
    public byte[] array() {
      return payload;
    }

    @Override
    public int keyOffset() {
      return event + EVENT_KEY;
    }

    @Override
    public int keyLength() {
      return sizes.keyLength();
    }

    @Override
    public int valueLength() {
      return sizes.valueLength();
    }

    @Override
    public int valueOffset() {
      if (!occupied()) {
        throw new IllegalStateException("deleted event has no value: slot=" + slot());
      }
      return keyOffset() + sizes.keyLength();
    }
  }
}
