package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.FrameLayout.U64;
import static dev.slotstream.wire.FrameLayout.u16;
import static java.lang.Byte.toUnsignedInt;

import java.nio.charset.StandardCharsets;

/**
 * Turns a whole payload, whose length the decoder has checked against its type, into a frame. Reads
 * the fields that it knows and ignores what follows. Holds no state but the sizes: any thread.
 */
record PayloadDecoder(EventSizes sizes) {

  Frame decode(FrameType type, byte[] bytes, int start, int length) {
    return switch (type) {
      case SYNC_REQUEST -> syncRequest(bytes, start, length);
      case SHARD_INFO -> shardInfo(bytes, start, length);
      case SLOT_BATCH -> SlotBatch.copyOf(bytes, start, length, sizes);
      case PACKED_BATCH -> PackedBatch.copyOf(bytes, start, length, sizes);
      case CAUGHT_UP -> caughtUp(bytes, start, length);
      case ACK -> ack(bytes, start, length);
      case HEARTBEAT -> new Frame.Heartbeat(ExtensionDecoder.heartbeat(bytes, start, length));
      // Malformed UTF-8 becomes the replacement character.
      case ERROR -> new Frame.ErrorFrame(new String(bytes, start, length, StandardCharsets.UTF_8));
    };
  }

  private static Frame syncRequest(byte[] bytes, int start, int length) {
    return new Frame.SyncRequest(
        toUnsignedInt(bytes[start + FrameLayout.SYNC_SHARD]),
        toUnsignedInt(bytes[start + FrameLayout.SYNC_VERSION]),
        toUnsignedInt(bytes[start + FrameLayout.SYNC_FLAGS]),
        ExtensionDecoder.syncRequest(bytes, start, length));
  }

  private static Frame shardInfo(byte[] bytes, int start, int length) {
    return new Frame.ShardInfo(
        toUnsignedInt(bytes[start + FrameLayout.INFO_SHARD_COUNT]),
        u16(bytes, start + FrameLayout.INFO_KEY_LENGTH),
        u16(bytes, start + FrameLayout.INFO_VALUE_LENGTH),
        u16(bytes, start + FrameLayout.INFO_SLOT_SIZE),
        (int) U32.get(bytes, start + FrameLayout.INFO_SLOT_COUNT),
        toUnsignedInt(bytes[start + FrameLayout.INFO_PREFIX_BITS]),
        ExtensionDecoder.shardInfo(bytes, start, length));
  }

  private static Frame caughtUp(byte[] bytes, int start, int length) {
    return new Frame.CaughtUp(
        toUnsignedInt(bytes[start + FrameLayout.CAUGHT_UP_SHARD]),
        (long) U64.get(bytes, start + FrameLayout.CAUGHT_UP_SCANNED),
        ExtensionDecoder.caughtUp(bytes, start, length));
  }

  private static Frame ack(byte[] bytes, int start, int length) {
    return new Frame.Ack(
        toUnsignedInt(bytes[start + FrameLayout.ACK_SHARD]),
        (long) U64.get(bytes, start + FrameLayout.ACK_APPLIED),
        (int) U32.get(bytes, start + FrameLayout.ACK_MAX_VERSION),
        ExtensionDecoder.ack(bytes, start, length));
  }
}
