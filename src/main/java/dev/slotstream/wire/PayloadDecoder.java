package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.U16;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.FrameLayout.U64;
import static java.lang.Byte.toUnsignedInt;

import java.nio.charset.StandardCharsets;

/**
 * Turns a whole payload, whose length the decoder has checked against its type, into a frame. Reads
 * the fields that it knows and ignores what follows. Holds no state but the sizes: any thread.
 */
record PayloadDecoder(EventSizes sizes) {

  Frame decode(FrameType type, byte[] bytes, int start, int length) {
    return switch (type) {
      case SYNC_REQUEST -> syncRequest(bytes, start);
      case SHARD_INFO -> shardInfo(bytes, start);
      case SLOT_BATCH -> SlotBatch.copyOf(bytes, start, length, sizes);
      case CAUGHT_UP -> caughtUp(bytes, start);
      case ACK -> ack(bytes, start);
      case HEARTBEAT -> new Frame.Heartbeat();
      // Malformed UTF-8 becomes the replacement character.
      case ERROR -> new Frame.ErrorFrame(new String(bytes, start, length, StandardCharsets.UTF_8));
    };
  }

  private static Frame syncRequest(byte[] bytes, int start) {
    return new Frame.SyncRequest(
        toUnsignedInt(bytes[start + FrameLayout.SYNC_SHARD]),
        toUnsignedInt(bytes[start + FrameLayout.SYNC_VERSION]),
        toUnsignedInt(bytes[start + FrameLayout.SYNC_FLAGS]));
  }

  private static Frame shardInfo(byte[] bytes, int start) {
    return new Frame.ShardInfo(
        toUnsignedInt(bytes[start + FrameLayout.INFO_SHARD_COUNT]),
        u16(bytes, start + FrameLayout.INFO_KEY_LENGTH),
        u16(bytes, start + FrameLayout.INFO_VALUE_LENGTH),
        u16(bytes, start + FrameLayout.INFO_SLOT_SIZE),
        (int) U32.get(bytes, start + FrameLayout.INFO_SLOT_COUNT),
        toUnsignedInt(bytes[start + FrameLayout.INFO_PREFIX_BITS]));
  }

  private static Frame caughtUp(byte[] bytes, int start) {
    return new Frame.CaughtUp(
        toUnsignedInt(bytes[start + FrameLayout.CAUGHT_UP_SHARD]),
        (long) U64.get(bytes, start + FrameLayout.CAUGHT_UP_SCANNED));
  }

  private static Frame ack(byte[] bytes, int start) {
    return new Frame.Ack(
        toUnsignedInt(bytes[start + FrameLayout.ACK_SHARD]),
        (long) U64.get(bytes, start + FrameLayout.ACK_APPLIED),
        (int) U32.get(bytes, start + FrameLayout.ACK_MAX_VERSION));
  }

  private static int u16(byte[] bytes, int offset) {
    return Short.toUnsignedInt((short) U16.get(bytes, offset));
  }
}
