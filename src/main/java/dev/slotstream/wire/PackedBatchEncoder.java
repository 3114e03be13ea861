package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static dev.slotstream.wire.FrameLayout.PACKED_BATCH;
import static dev.slotstream.wire.FrameLayout.PACKED_CRC;
import static dev.slotstream.wire.FrameLayout.PACKED_EVENTS;
import static dev.slotstream.wire.FrameLayout.PACKED_KEY;
import static dev.slotstream.wire.FrameLayout.PACKED_KEY_LENGTH;
import static dev.slotstream.wire.FrameLayout.PACKED_VALUE_LENGTH;
import static dev.slotstream.wire.FrameLayout.U16;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.FrameLayout.U64;

import java.util.Objects;
import java.util.zip.CRC32C;

/** Builds PackedBatch frames: key and value without the zeros at their ends, under a checksum. */
public final class PackedBatchEncoder extends BatchEncoder {

  private final CRC32C crc = new CRC32C();

  public PackedBatchEncoder(int shard, int keyLength, int valueLength) {
    this(shard, new EventSizes(keyLength, valueLength));
  }

  private PackedBatchEncoder(int shard, EventSizes sizes) {
    super(shard, sizes, PACKED_EVENTS, sizes.packed());
  }

  /** Adds a slot that became as if it had never been written. */
  public void freed(int slot) {
    free(slot);
  }

  /**
   * The frame with its header; the encoder is then empty and ready for the next. The sequences must
   * be those of the events: a scan's are both 0.
   */
  public byte[] finish(PackedBatch.Header header) {
    if (!header.fits(events())) {
      throw new IllegalArgumentException(
          "sequences are not those of the events: events=%d %s".formatted(events(), header));
    }
    putHeader(PACKED_BATCH);
    header.put(frame, HEADER_SIZE);
    U32.set(frame, HEADER_SIZE + PACKED_CRC, PackedBatch.crcOf(crc, frame, HEADER_SIZE, size()));
    return take();
  }

  @Override
  int putKey(int event, byte[] source, int keyOffset, int keyBytes) {
    int length = trimmed(source, keyOffset, keyBytes);
    System.arraycopy(source, keyOffset, frame, event + PACKED_KEY, length);
    U16.set(frame, event + PACKED_KEY_LENGTH, (short) length);
    U16.set(frame, event + PACKED_VALUE_LENGTH, (short) 0);
    return event + PACKED_KEY + length;
  }

  @Override
  int putValue(int event, int end, byte[] source, int valueOffset, int valueBytes) {
    int length = trimmed(source, valueOffset, valueBytes);
    System.arraycopy(source, valueOffset, frame, end, length);
    U16.set(frame, event + PACKED_VALUE_LENGTH, (short) length);
    return end + length;
  }

  /** How many of the bytes are left without the zeros at their end; eight at a time. */
  private static int trimmed(byte[] source, int offset, int bytes) {
    Objects.checkFromIndexSize(offset, bytes, source.length);
    int end = offset + bytes;
    while (end - offset >= Long.BYTES && (long) U64.get(source, end - Long.BYTES) == 0) {
      end -= Long.BYTES;
    }
    while (end > offset && source[end - 1] == 0) {
      end--;
    }
    return end - offset;
  }
}
