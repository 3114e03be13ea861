package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.EVENT_KEY;
import static dev.slotstream.wire.FrameLayout.MAX_ENTRY_BYTES;
import static dev.slotstream.wire.FrameLayout.PACKED_KEY;

/**
 * How many bytes an event takes in a store of this key and value length. The bound on both together
 * is what keeps a full batch below the largest payload.
 */
record EventSizes(int keyLength, int valueLength) {

  EventSizes {
    if (keyLength < 1 || valueLength < 0 || keyLength > MAX_ENTRY_BYTES - valueLength) {
      throw new IllegalArgumentException(
          "key and value do not fit a slot: expected=1..%d keyLength=%d valueLength=%d"
              .formatted(MAX_ENTRY_BYTES, keyLength, valueLength));
    }
  }

  int deleted() {
    return EVENT_KEY + keyLength;
  }

  int occupied() {
    return deleted() + valueLength;
  }

  /** The longest packed event. */
  int packed() {
    return PACKED_KEY + keyLength + valueLength;
  }
}
