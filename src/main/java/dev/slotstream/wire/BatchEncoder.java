package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.BATCH_COUNT;
import static dev.slotstream.wire.FrameLayout.BATCH_SHARD;
import static dev.slotstream.wire.FrameLayout.EVENT_META;
import static dev.slotstream.wire.FrameLayout.EVENT_SLOT;
import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static dev.slotstream.wire.FrameLayout.MAX_BATCH_BYTES;
import static dev.slotstream.wire.FrameLayout.MAX_BATCH_EVENTS;
import static dev.slotstream.wire.FrameLayout.META_FREE;
import static dev.slotstream.wire.FrameLayout.STATUS_DELETED;
import static dev.slotstream.wire.FrameLayout.STATUS_MASK;
import static dev.slotstream.wire.FrameLayout.STATUS_OCCUPIED;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.FrameLayout.U8_MAX;

import java.util.Arrays;

/**
 * Builds the batches of one shard, one after the other, in one array that it allocates once. How an
 * event's key and value lie there is its subclasses' business.
 *
 * <p>A batch is full at 256 events or 64 KiB of payload. The limit is looked at after an event was
 * added, as the reference does, so the last event may reach over the 64 KiB. One thread.
 */
public abstract sealed class BatchEncoder permits SlotBatchEncoder, PackedBatchEncoder {

  private static final byte[] NOTHING = {};

  final EventSizes sizes;

  /** The frame, its header included; the bytes from {@link #size} on are left over from others. */
  final byte[] frame;

  private final int firstEvent;
  private int events;
  private int size;

  /**
   * @param eventsOffset where a payload's events begin
   * @param longestEvent how many bytes an event takes at most
   */
  BatchEncoder(int shard, EventSizes sizes, int eventsOffset, int longestEvent) {
    FrameLayout.requireFits("shard", shard, U8_MAX);
    this.sizes = sizes;
    this.firstEvent = HEADER_SIZE + eventsOffset;
    this.size = firstEvent;
    // The largest batch: as many events as may be, or one byte short of full and then one more.
    int mostEvents = Math.min(MAX_BATCH_EVENTS * longestEvent, MAX_BATCH_BYTES + longestEvent);
    this.frame = new byte[firstEvent + mostEvents];
    this.frame[HEADER_SIZE + BATCH_SHARD] = (byte) shard;
  }

  /** Whether another event may be added before the batch is finished. */
  public final boolean hasRoom() {
    return events < MAX_BATCH_EVENTS && size - HEADER_SIZE < MAX_BATCH_BYTES;
  }

  public final int events() {
    return events;
  }

  public final boolean isEmpty() {
    return events == 0;
  }

  /**
   * Adds a written slot. The status in {@code meta} must say occupied. Key and value may be without
   * the zeros at their ends.
   */
  public final void occupied(
      int slot,
      int meta,
      byte[] source,
      int keyOffset,
      int keyBytes,
      int valueOffset,
      int valueBytes) {
    FrameLayout.requireFits("valueBytes", valueBytes, sizes.valueLength());
    begin(slot, meta, STATUS_OCCUPIED, keyBytes);
    int value = putKey(size, source, keyOffset, keyBytes);
    end(putValue(size, value, source, valueOffset, valueBytes));
  }

  /** Adds a deleted slot. The status in {@code meta} must say deleted. */
  public final void deleted(int slot, int meta, byte[] source, int keyOffset, int keyBytes) {
    begin(slot, meta, STATUS_DELETED, keyBytes);
    end(putKey(size, source, keyOffset, keyBytes));
  }

  /** Adds a slot that became as if it had never been written. */
  final void free(int slot) {
    begin(slot, META_FREE, META_FREE, 0);
    end(putKey(size, NOTHING, 0, 0));
  }

  /** Writes all of an event without a value but slot and meta, and says where it ends. */
  abstract int putKey(int event, byte[] source, int keyOffset, int keyBytes);

  /** Adds the value to an event that ended at {@code end}, and says where it ends now. */
  abstract int putValue(int event, int end, byte[] source, int valueOffset, int valueBytes);

  /** Where the frame ends. */
  final int size() {
    return size;
  }

  /** Writes the frame's header and its count. */
  final void putHeader(int type) {
    FrameLayout.putHeader(frame, type, size - HEADER_SIZE);
    U32.set(frame, HEADER_SIZE + BATCH_COUNT, events);
  }

  /** The frame with its header; the encoder is then empty and ready for the next. */
  final byte[] take() {
    byte[] finished = Arrays.copyOf(frame, size);
    events = 0;
    size = firstEvent;
    return finished;
  }

  private void begin(int slot, int meta, int status, int keyBytes) {
    if (!hasRoom()) {
      throw new IllegalStateException(
          "batch is full: events=%d payload=%d".formatted(events, size - HEADER_SIZE));
    }
    if ((meta & STATUS_MASK) != status) {
      throw new IllegalArgumentException(
          "meta has the wrong status: expected=%d actual=%d".formatted(status, meta & STATUS_MASK));
    }
    FrameLayout.requireFits("keyBytes", keyBytes, sizes.keyLength());
    U32.set(frame, size + EVENT_SLOT, slot);
    U32.set(frame, size + EVENT_META, meta);
  }

  /** Counts the event last, so that one whose copying failed is not there. */
  private void end(int end) {
    size = end;
    events++;
  }
}
