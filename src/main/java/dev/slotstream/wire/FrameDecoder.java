package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.FRAME_LENGTH;
import static dev.slotstream.wire.FrameLayout.FRAME_TYPE;
import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.WireException.Reason.BAD_LENGTH;
import static dev.slotstream.wire.WireException.Reason.UNEXPECTED_TYPE;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Cuts the bytes of one connection into frames. Feed a chunk, then call {@link #next()} until it
 * returns null, then feed the next chunk. One thread at a time.
 *
 * <p>Invariants: a header is judged before any byte is kept for its sake. Between two chunks less
 * than one frame is kept, so the buffer never exceeds the largest frame of this direction plus the
 * largest chunk. It grows with bytes that arrived, never with a length that was announced. After a
 * violation every call throws that same exception.
 */
public final class FrameDecoder {

  private static final byte[] NOTHING = {};

  private final Set<FrameType> allowed;
  private final PayloadDecoder payloads;
  private final int maxFrame;

  private byte[] buffer = NOTHING;
  private int start;
  private int end;
  private boolean drained = true;
  private WireException violation;

  private FrameDecoder(Set<FrameType> allowed, EventSizes sizes) {
    this.allowed = allowed;
    this.payloads = new PayloadDecoder(sizes);
    FrameType longest =
        Collections.max(allowed, (a, b) -> Integer.compare(a.maxPayload, b.maxPayload));
    this.maxFrame = HEADER_SIZE + longest.maxPayload;
  }

  /** For a leader: what its followers may send. */
  public static FrameDecoder ofFollowerFrames() {
    // Followers send no batches, so these sizes are never looked at.
    EventSizes unused = new EventSizes(1, 0);
    return new FrameDecoder(
        EnumSet.of(FrameType.SYNC_REQUEST, FrameType.ACK, FrameType.HEARTBEAT, FrameType.ERROR),
        unused);
  }

  /** For a follower: what its leader may send. Key and value length are the follower's own. */
  public static FrameDecoder ofLeaderFrames(int keyLength, int valueLength) {
    return new FrameDecoder(
        EnumSet.of(
            FrameType.SHARD_INFO,
            FrameType.SLOT_BATCH,
            FrameType.PACKED_BATCH,
            FrameType.CAUGHT_UP,
            FrameType.HEARTBEAT,
            FrameType.ERROR),
        new EventSizes(keyLength, valueLength));
  }

  /** Takes all bytes of the chunk. The chunk before it must have been drained. */
  public void feed(ByteBuffer chunk) {
    throwIfPoisoned();
    if (!drained) {
      throw new IllegalStateException(
          "frames of the last chunk were not taken: buffered=" + kept());
    }
    int added = chunk.remaining();
    makeRoom(added);
    chunk.get(buffer, end, added);
    end += added;
    drained = false;
  }

  /** The next whole frame, or null when more bytes are needed. */
  public Frame next() {
    throwIfPoisoned();
    try {
      Frame frame = take();
      drained = frame == null;
      return frame;
    } catch (WireException e) {
      violation = e;
      buffer = NOTHING;
      throw e;
    }
  }

  private void throwIfPoisoned() {
    if (violation != null) {
      throw violation;
    }
  }

  private Frame take() {
    if (kept() < HEADER_SIZE) {
      return null;
    }
    FrameType type = allowedType(Byte.toUnsignedInt(buffer[start + FRAME_TYPE]));
    int length = allowedLength(type, (int) U32.get(buffer, start + FRAME_LENGTH));
    if (kept() - HEADER_SIZE < length) {
      return null;
    }
    Frame frame = payloads.decode(type, buffer, start + HEADER_SIZE, length);
    start += HEADER_SIZE + length;
    return frame;
  }

  private FrameType allowedType(int code) {
    FrameType type = FrameType.of(code);
    if (!allowed.contains(type)) {
      throw new WireException(
          UNEXPECTED_TYPE, "frame type is not for this side: type=" + type.label());
    }
    return type;
  }

  private static int allowedLength(FrameType type, int announced) {
    long length = Integer.toUnsignedLong(announced);
    if (length < type.minPayload || length > type.maxPayload) {
      throw new WireException(
          BAD_LENGTH,
          "payload length is out of bounds: type=%s expected=%d..%d actual=%d"
              .formatted(type.label(), type.minPayload, type.maxPayload, length));
    }
    return announced;
  }

  private int kept() {
    return end - start;
  }

  /** Moves what is left of the last chunk to the front and lets the buffer hold so much more. */
  private void makeRoom(int added) {
    int kept = kept();
    int needed = Math.addExact(kept, added);
    if (needed > buffer.length) {
      // Doubling, up to a whole frame, and moving only what does not lie in front already: a frame
      // that comes byte by byte is not copied each time.
      byte[] larger = new byte[Math.max(needed, Math.min(2 * buffer.length, maxFrame))];
      System.arraycopy(buffer, start, larger, 0, kept);
      buffer = larger;
    } else if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, kept);
    }
    start = 0;
    end = kept;
  }

  /** For tests of the bound. */
  int capacity() {
    return buffer.length;
  }
}
