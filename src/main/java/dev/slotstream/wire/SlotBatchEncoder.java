package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.BATCH_EVENTS;
import static dev.slotstream.wire.FrameLayout.EVENT_KEY;
import static dev.slotstream.wire.FrameLayout.SLOT_BATCH;

import java.util.Arrays;

/** Builds SlotBatch frames: key and value in their full lengths. */
public final class SlotBatchEncoder extends BatchEncoder {

  public SlotBatchEncoder(int shard, int keyLength, int valueLength) {
    this(shard, new EventSizes(keyLength, valueLength));
  }

  private SlotBatchEncoder(int shard, EventSizes sizes) {
    super(shard, sizes, BATCH_EVENTS, sizes.occupied());
  }

  /** Adds a written slot whose key and value lie there in their full lengths. */
  public void occupied(int slot, int meta, byte[] source, int keyOffset, int valueOffset) {
    occupied(slot, meta, source, keyOffset, sizes.keyLength(), valueOffset, sizes.valueLength());
  }

  /** Adds a deleted slot whose key lies there in its full length. */
  public void deleted(int slot, int meta, byte[] source, int keyOffset) {
    deleted(slot, meta, source, keyOffset, sizes.keyLength());
  }

  /** The frame with its header; the encoder is then empty and ready for the next. */
  public byte[] finish() {
    putHeader(SLOT_BATCH);
    return take();
  }

  @Override
  int putKey(int event, byte[] source, int keyOffset, int keyBytes) {
    return putPadded(event + EVENT_KEY, source, keyOffset, keyBytes, sizes.keyLength());
  }

  @Override
  int putValue(int event, int end, byte[] source, int valueOffset, int valueBytes) {
    return putPadded(end, source, valueOffset, valueBytes, sizes.valueLength());
  }

  private int putPadded(int at, byte[] source, int offset, int bytes, int length) {
    System.arraycopy(source, offset, frame, at, bytes);
    // The array is used again: what a longer one left here must go.
    Arrays.fill(frame, at + bytes, at + length, (byte) 0);
    return at + length;
  }
}
