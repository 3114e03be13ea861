package dev.slotstream.wire;

import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.SyncRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

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
      case SYNC_REQUEST -> FrameEncoder.encode(new SyncRequest(7, 1, 1));
      case SHARD_INFO -> FrameEncoder.encode(new ShardInfo(16, 8, 16, 32, 1_000_000, 4));
      case SLOT_BATCH -> batch(3);
      case PACKED_BATCH -> packedBatch(3);
      case CAUGHT_UP -> FrameEncoder.encode(new Frame.CaughtUp(5, 1L << 40));
      case ACK -> FrameEncoder.encode(new Frame.Ack(5, 123_456_789_012L, 77));
      case HEARTBEAT -> FrameEncoder.encode(new Frame.Heartbeat());
      case ERROR -> FrameEncoder.encode(new Frame.ErrorFrame("invalid shard_id"));
    };
  }

  /** The same with an extension; nothing for the types that have none. */
  static Optional<byte[]> extended(FrameType type) {
    UUID id = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    return switch (type) {
      case SYNC_REQUEST ->
          encoded(
              new SyncRequest(
                  7, 1, 1, Optional.of(new SyncRequest.Extension(id, id, 3, 99, 512, "node-1"))));
      case SHARD_INFO ->
          encoded(
              new ShardInfo(
                  16,
                  8,
                  16,
                  32,
                  1_000_000,
                  4,
                  Optional.of(
                      new ShardInfo.Extension(
                          id,
                          3,
                          ShardInfo.Mode.FULL,
                          100,
                          99,
                          1000,
                          "too old",
                          List.of(
                              new ShardInfo.HistoryEntry(1, 1),
                              new ShardInfo.HistoryEntry(3, 50))))));
      case CAUGHT_UP ->
          encoded(new Frame.CaughtUp(5, 1L << 40, Optional.of(new Frame.CaughtUp.Extension(99))));
      case ACK ->
          encoded(
              new Frame.Ack(
                  5, 123_456_789_012L, 77, Optional.of(new Frame.Ack.Extension(99, 98, 2))));
      case HEARTBEAT ->
          encoded(
              new Frame.Heartbeat(Optional.of(new Frame.Heartbeat.Extension(99, 4096, 1L << 40))));
      case SLOT_BATCH, PACKED_BATCH, ERROR -> Optional.empty();
    };
  }

  private static Optional<byte[]> encoded(Frame frame) {
    return Optional.of(FrameEncoder.encode(frame));
  }

  /** A frame of each type, and one with an extension of each that has any. */
  static List<byte[]> all() {
    return Arrays.stream(FrameType.values())
        .flatMap(type -> Stream.concat(Stream.of(encoded(type)), extended(type).stream()))
        .toList();
  }

  /** Gives changed bytes the length and, in a packed batch, the checksum that are theirs. */
  static byte[] seal(byte[] frame) {
    FrameLayout.putHeader(
        frame, Byte.toUnsignedInt(frame[0]), frame.length - FrameLayout.HEADER_SIZE);
    if (frame[0] == FrameLayout.PACKED_BATCH) {
      int crc = PackedBatch.crcOf(new CRC32C(), frame, FrameLayout.HEADER_SIZE, frame.length);
      FrameLayout.U32.set(frame, FrameLayout.HEADER_SIZE + FrameLayout.PACKED_CRC, crc);
    }
    return frame;
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
    return switch (frame) {
      case SlotBatch batch -> text(batch);
      case PackedBatch batch -> text(batch);
      default -> frame.toString();
    };
  }

  private static String text(PackedBatch batch) {
    StringBuilder text = new StringBuilder(batch.toString());
    HexFormat hex = HexFormat.of();
    for (PackedBatch.Cursor event = batch.cursor(); event.next(); ) {
      int key = event.keyOffset();
      int value = event.valueOffset();
      text.append(' ').append(event.slot()).append('/').append(event.meta()).append('=');
      text.append(hex.formatHex(event.array(), key, key + event.keyLength())).append(':');
      text.append(hex.formatHex(event.array(), value, value + event.valueLength()));
    }
    return text.toString();
  }

  private static String text(SlotBatch batch) {
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
