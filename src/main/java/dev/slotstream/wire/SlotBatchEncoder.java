package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.BATCH_COUNT;
import static dev.slotstream.wire.FrameLayout.BATCH_EVENTS;
import static dev.slotstream.wire.FrameLayout.BATCH_SHARD;
import static dev.slotstream.wire.FrameLayout.EVENT_KEY;
import static dev.slotstream.wire.FrameLayout.EVENT_META;
import static dev.slotstream.wire.FrameLayout.EVENT_SLOT;
import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static dev.slotstream.wire.FrameLayout.MAX_BATCH_BYTES;
import static dev.slotstream.wire.FrameLayout.MAX_BATCH_EVENTS;
import static dev.slotstream.wire.FrameLayout.SLOT_BATCH;
import static dev.slotstream.wire.FrameLayout.STATUS_DELETED;
import static dev.slotstream.wire.FrameLayout.STATUS_MASK;
import static dev.slotstream.wire.FrameLayout.STATUS_OCCUPIED;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.FrameLayout.U8_MAX;

import java.util.Arrays;

/**
 * Builds SlotBatch frames of one shard, one after the other, in one array that it allocates once.
 *
 * <p>A batch is full at 256 events or 64 KiB of payload. The limit is looked at after an event was
 * added, as the reference does, so the last event may reach over the 64 KiB. One thread.
 */
public final class SlotBatchEncoder {

  private static final int FIRST_EVENT = HEADER_SIZE + BATCH_EVENTS;

  private final EventSizes sizes;
  private final byte[] frame;
  private int events;
  private int size = FIRST_EVENT;

  public SlotBatchEncoder(int shard, int keyLength, int valueLength) {
    FrameLayout.requireFits("shard", shard, U8_MAX);
    this.sizes = new EventSizes(keyLength, valueLength);
    // The largest batch: as many events as may be, or one byte short of full and then one more.
    int mostEvents =
        Math.min(MAX_BATCH_EVENTS * sizes.occupied(), MAX_BATCH_BYTES + sizes.occupied());
    this.frame = new byte[FIRST_EVENT + mostEvents];
    this.frame[HEADER_SIZE + BATCH_SHARD] = (byte) shard;
  }

  /** Whether another event may be added before {@link #finish()}. */
  public boolean hasRoom() {
    return events < MAX_BATCH_EVENTS && size - HEADER_SIZE < MAX_BATCH_BYTES;
  }

  public int events() {
    return events;
  }

  public boolean isEmpty() {
    return events == 0;
  }

  /** Adds a written slot. The status in {@code meta} must say occupied. */
  public void occupied(int slot, int meta, byte[] source, int keyOffset, int valueOffset) {
    occupied(slot, meta, source, keyOffset, sizes.keyLength(), valueOffset, sizes.valueLength());
  }

  /** Adds a written slot whose key and value are stored without the zeros at their ends. */
  public void occupied(
      int slot,
      int meta,
      byte[] source,
      int keyOffset,
      int keyBytes,
      int valueOffset,
      int valueBytes) {
    FrameLayout.requireFits("valueBytes", valueBytes, sizes.valueLength());
    begin(slot, meta, STATUS_OCCUPIED);
    putKey(source, keyOffset, keyBytes);
    int value = size + sizes.deleted();
    System.arraycopy(source, valueOffset, frame, value, valueBytes);
    // The array is used again: what a longer value left here must go.
    Arrays.fill(frame, value + valueBytes, value + sizes.valueLength(), (byte) 0);
    end(sizes.occupied());
  }

  /** Adds a deleted slot. The status in {@code meta} must say deleted. */
  public void deleted(int slot, int meta, byte[] source, int keyOffset) {
    deleted(slot, meta, source, keyOffset, sizes.keyLength());
  }

  /** Adds a deleted slot whose key is stored without the zeros at its end. */
  public void deleted(int slot, int meta, byte[] source, int keyOffset, int keyBytes) {
    begin(slot, meta, STATUS_DELETED);
    putKey(source, keyOffset, keyBytes);
    end(sizes.deleted());
  }

  /** The frame with its header; the encoder is then empty and ready for the next. */
  public byte[] finish() {
    FrameLayout.putHeader(frame, SLOT_BATCH, size - HEADER_SIZE);
    U32.set(frame, HEADER_SIZE + BATCH_COUNT, events);
    byte[] finished = Arrays.copyOf(frame, size);
    events = 0;
    size = FIRST_EVENT;
    return finished;
  }

  private void begin(int slot, int meta, int status) {
    if (!hasRoom()) {
      throw new IllegalStateException(
          "batch is full: events=%d payload=%d".formatted(events, size - HEADER_SIZE));
    }
    if ((meta & STATUS_MASK) != status) {
      throw new IllegalArgumentException(
          "meta has the wrong status: expected=%d actual=%d".formatted(status, meta & STATUS_MASK));
    }
    U32.set(frame, size + EVENT_SLOT, slot);
    U32.set(frame, size + EVENT_META, meta);
  }

  private void putKey(byte[] source, int keyOffset, int keyBytes) {
    FrameLayout.requireFits("keyBytes", keyBytes, sizes.keyLength());
    int key = size + EVENT_KEY;
    System.arraycopy(source, keyOffset, frame, key, keyBytes);
    Arrays.fill(frame, key + keyBytes, key + sizes.keyLength(), (byte) 0);
  }

  /** Counts the event last, so that one whose copying failed is not there. */
  private void end(int eventSize) {
    size += eventSize;
    events++;
  }
}
