package dev.slotstream.wire;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Bytes that come to a decoder of one direction, and what must hold whatever they are: nothing but
 * a WireException comes out, and again when asked again; how the bytes are cut does not matter;
 * what is read is written so that it is read again; the buffer stays within its bound.
 *
 * <p>It needs nothing but the decoder: fuzzers run it in processes of their own.
 *
 * @param fromLeader which direction
 * @param keyLength of the follower's store, in bytes
 * @param valueLength of the follower's store, in bytes
 */
record FrameStream(boolean fromLeader, int keyLength, int valueLength, byte[] bytes) {

  /** What a decoder made of a stream: frames, a digest of all their fields, how it ended. */
  record Outcome(int frames, long digest, WireException.Reason violation) {
    String label() {
      return violation == null ? "clean" : violation.tag();
    }
  }

  /** Decodes it whole and in chunks, and answers what came of both. */
  Outcome check(SplittableRandom random, int largestChunk, Consumer<Frame> onFrame) {
    Outcome whole = decode(random, Integer.MAX_VALUE, onFrame);
    Outcome chunked = decode(random, largestChunk, frame -> {});
    if (!whole.equals(chunked)) {
      throw new AssertionError("whole: %s in chunks: %s".formatted(whole, chunked));
    }
    return whole;
  }

  private Outcome decode(SplittableRandom random, int largestChunk, Consumer<Frame> onFrame) {
    FrameDecoder decoder = decoder();
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    int frames = 0;
    long digest = 0;
    int largestFed = 0;
    try {
      while (rest.hasRemaining()) {
        int most = Math.min(rest.remaining(), largestChunk);
        int size = most == rest.remaining() ? most : 1 + random.nextInt(most);
        largestFed = Math.max(largestFed, size);
        decoder.feed(rest.slice(rest.position(), size));
        rest.position(rest.position() + size);
        assertCapacity(decoder, maxFrame() + largestFed, 2 * rest.position());
        for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
          frames++;
          long fields = digest(frame);
          digest = 31 * digest + fields;
          if (largestChunk == Integer.MAX_VALUE) {
            onFrame.accept(frame);
            assertWrittenAsRead(frame, fields);
          }
        }
      }
      return new Outcome(frames, digest, null);
    } catch (WireException e) {
      assertPoisoned(decoder, e);
      return new Outcome(frames, digest, e.reason());
    }
  }

  private void assertWrittenAsRead(Frame frame, long fields) {
    if (frame instanceof Frame.ErrorFrame) {
      return; // a text that came may be longer than one that is sent
    }
    FrameDecoder decoder = decoder();
    decoder.feed(ByteBuffer.wrap(FrameEncoder.encode(frame)));
    if (digest(decoder.next()) != fields) {
      throw new AssertionError("frame is not written as it was read: " + frame);
    }
  }

  private static void assertCapacity(FrameDecoder decoder, int bound, int twiceArrived) {
    int capacity = decoder.capacity();
    if (capacity > bound || capacity > twiceArrived) {
      throw new AssertionError(
          "buffer is larger than its bound: expected<=%d expected<=%d actual=%d"
              .formatted(bound, twiceArrived, capacity));
    }
  }

  private static void assertPoisoned(FrameDecoder decoder, WireException first) {
    try {
      decoder.next();
    } catch (WireException again) {
      if (again == first) {
        return;
      }
    }
    throw new AssertionError("decoder went on after a violation", first);
  }

  private FrameDecoder decoder() {
    return fromLeader
        ? FrameDecoder.ofLeaderFrames(keyLength, valueLength)
        : FrameDecoder.ofFollowerFrames();
  }

  private int maxFrame() {
    return FrameLayout.HEADER_SIZE + (fromLeader ? FrameLayout.MAX_PAYLOAD : FrameLayout.ERROR_MAX);
  }

  /** Gives changed batches the checksum of their bytes: what is behind it is to be reached. */
  void sealAgain() {
    CRC32C crc = new CRC32C();
    int frame = 0;
    for (int end = frameEnd(0); end > frame; end = frameEnd(frame)) {
      int payload = frame + FrameLayout.HEADER_SIZE;
      if (bytes[frame] == FrameLayout.PACKED_BATCH
          && end - payload >= FrameLayout.PACKED_BATCH_MIN) {
        FrameLayout.U32.set(
            bytes, payload + FrameLayout.PACKED_CRC, PackedBatch.crcOf(crc, bytes, payload, end));
      }
      frame = end;
    }
  }

  /** Where the frame that begins there ends; -1 when the bytes end before. */
  int frameEnd(int frame) {
    int payload = frame + FrameLayout.HEADER_SIZE;
    if (payload > bytes.length) {
      return -1;
    }
    int length = (int) FrameLayout.U32.get(bytes, frame + FrameLayout.FRAME_LENGTH);
    return length < 0 || length > bytes.length - payload ? -1 : payload + length;
  }

  /** Reads every field and every byte of every event. */
  private long digest(Frame frame) {
    return switch (frame) {
      case SlotBatch batch -> digest(batch);
      case PackedBatch batch -> digest(batch);
      default -> frame.hashCode();
    };
  }

  private long digest(SlotBatch batch) {
    long digest = batch.shard();
    int events = 0;
    for (SlotBatch.Cursor event = batch.cursor(); event.next(); events++) {
      digest = 31 * (31 * digest + event.slot()) + event.meta();
      digest = digest(digest, event.array(), event.keyOffset(), keyLength);
      if (event.occupied()) {
        digest = digest(digest, event.array(), event.valueOffset(), valueLength);
      }
    }
    if (events != batch.count()) {
      throw new AssertionError("batch has other events than it says: " + batch);
    }
    return digest;
  }

  private long digest(PackedBatch batch) {
    long digest = 31L * batch.shard() + batch.header().hashCode();
    int events = 0;
    for (PackedBatch.Cursor event = batch.cursor(); event.next(); events++) {
      digest = 31 * (31 * digest + event.slot()) + event.meta();
      digest = digest(digest, event.array(), event.keyOffset(), event.keyLength());
      digest = digest(digest, event.array(), event.valueOffset(), event.valueLength());
      int mostValue = event.occupied() ? valueLength : 0;
      if (event.keyLength() > keyLength || event.valueLength() > mostValue) {
        throw new AssertionError("event is longer than its store has them: " + batch);
      }
    }
    if (events != batch.count()) {
      throw new AssertionError("batch has other events than it says: " + batch);
    }
    return digest;
  }

  private static long digest(long digest, byte[] bytes, int from, int length) {
    for (int i = from; i < from + length; i++) {
      digest = 31 * digest + bytes[i];
    }
    return digest;
  }
}
