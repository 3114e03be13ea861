package dev.slotstream.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Frames, decoders and readable outcomes that the tests of this package share. */
final class SampleFrames {

  static final int KEY = 8;
  static final int VALUE = 16;

  /** Meta words of version 42. */
  static final int OCCUPIED = 42 << 2 | FrameLayout.STATUS_OCCUPIED;

  static final int DELETED = 42 << 2 | FrameLayout.STATUS_DELETED;

  private SampleFrames() {}

  static FrameDecoder leaderFrames() {
    return FrameDecoder.ofLeaderFrames(KEY, VALUE);
  }

  /** The decoder of a side that may receive the type. */
  static FrameDecoder decoderFor(FrameType type) {
    return switch (type) {
      case SYNC_REQUEST, ACK -> FrameDecoder.ofFollowerFrames();
      case SHARD_INFO, SLOT_BATCH, PACKED_BATCH, CAUGHT_UP, HEARTBEAT, ERROR -> leaderFrames();
    };
  }

  /** A frame of the type as this package encodes it. */
  static byte[] encoded(FrameType type) {
    return switch (type) {
      case SYNC_REQUEST -> FrameEncoder.encode(new Frame.SyncRequest(7, 1, 1));
      case SHARD_INFO -> FrameEncoder.encode(new Frame.ShardInfo(16, 8, 16, 32, 1_000_000, 4));
      case SLOT_BATCH -> batch(3);
      case PACKED_BATCH -> packedBatch(3);
      case CAUGHT_UP -> FrameEncoder.encode(new Frame.CaughtUp(5, 1L << 40));
      case ACK -> FrameEncoder.encode(new Frame.Ack(5, 123_456_789_012L, 77));
      case HEARTBEAT -> FrameEncoder.encode(new Frame.Heartbeat());
      case ERROR -> FrameEncoder.encode(new Frame.ErrorFrame("invalid shard_id"));
    };
  }

  /** A batch whose every third event, from the second on, is a delete. */
  static byte[] batch(int events) {
    SlotBatchEncoder encoder = new SlotBatchEncoder(5, KEY, VALUE);
    byte[] source = new byte[KEY + VALUE];
    for (int i = 0; i < events; i++) {
      Arrays.fill(source, (byte) i);
      if (i % 3 == 1) {
        encoder.deleted(100 + i, DELETED, source, 0);
      } else {
        encoder.occupied(100 + i, OCCUPIED, source, 0, KEY);
      }
    }
    return encoder.finish();
  }

  /** The same as a packed batch of a stream. */
  static byte[] packedBatch(int events) {
    PackedBatchEncoder encoder = new PackedBatchEncoder(5, KEY, VALUE);
    byte[] source = new byte[KEY + VALUE];
    for (int i = 0; i < events; i++) {
      Arrays.fill(source, (byte) i);
      if (i % 3 == 1) {
        encoder.deleted(100 + i, DELETED, source, 0, KEY);
      } else {
        encoder.occupied(100 + i, OCCUPIED, source, 0, KEY, KEY, VALUE);
      }
    }
    return encoder.finish(new PackedBatch.Header(3, 1000, 999 + events, 2000, 3000, 4000));
  }

  /** A header that announces a length, whatever follows. */
  static byte[] header(int type, long length) {
    return ByteBuffer.allocate(FrameLayout.HEADER_SIZE)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) type)
        .putInt((int) length)
        .array();
  }

  static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer joined = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      joined.put(part);
    }
    return joined.array();
  }

  /** Feeds one chunk and takes all its frames. */
  static List<String> feed(FrameDecoder decoder, byte[] bytes, int from, int to) {
    decoder.feed(ByteBuffer.wrap(bytes, from, to - from));
    List<String> frames = new ArrayList<>();
    for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
      frames.add(text(frame));
    }
    return frames;
  }

  static List<String> feed(FrameDecoder decoder, byte[] bytes) {
    return feed(decoder, bytes, 0, bytes.length);
  }

  /** The only frame that the bytes hold. */
  static Frame only(FrameDecoder decoder, byte[] bytes) {
    decoder.feed(ByteBuffer.wrap(bytes));
    Frame frame = decoder.next();
    if (frame == null || decoder.next() != null) {
      throw new AssertionError("not exactly one frame");
    }
    return frame;
  }

  /** All that a frame says, events included. */
  static String text(Frame frame) {
    if (!(frame instanceof SlotBatch batch)) {
      return frame.toString();
    }
    StringBuilder text = new StringBuilder(batch.toString());
    HexFormat hex = HexFormat.of();
    for (SlotBatch.Cursor event = batch.cursor(); event.next(); ) {
      byte[] bytes = event.array();
      int key = event.keyOffset();
      text.append(' ').append(event.slot()).append('/').append(event.meta()).append('=');
      text.append(hex.formatHex(bytes, key, key + KEY));
      if (event.occupied()) {
        int value = event.valueOffset();
        text.append(':').append(hex.formatHex(bytes, value, value + VALUE));
      }
    }
    return text.toString();
  }
}
