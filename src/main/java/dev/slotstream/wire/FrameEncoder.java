package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static dev.slotstream.wire.FrameLayout.U16;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.FrameLayout.U64;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns a frame into bytes, header included. For batches see {@link SlotBatchEncoder}; one that was
 * received is passed on as it came. Any thread.
 */
public final class FrameEncoder {

  private FrameEncoder() {}

  public static byte[] encode(Frame frame) {
    return switch (frame) {
      case Frame.SyncRequest request -> syncRequest(request);
      case Frame.ShardInfo info -> shardInfo(info);
      case SlotBatch batch -> ofPayload(FrameLayout.SLOT_BATCH, batch.payload());
      case Frame.CaughtUp caughtUp -> caughtUp(caughtUp);
      case Frame.Ack ack -> ack(ack);
      case Frame.Heartbeat() -> withHeader(FrameLayout.HEARTBEAT, FrameLayout.HEARTBEAT_MIN);
      case Frame.ErrorFrame(String text) -> error(text);
    };
  }

  private static byte[] syncRequest(Frame.SyncRequest request) {
    byte[] frame = withHeader(FrameLayout.SYNC_REQUEST, FrameLayout.SYNC_REQUEST_MIN);
    frame[HEADER_SIZE + FrameLayout.SYNC_SHARD] = (byte) request.shard();
    frame[HEADER_SIZE + FrameLayout.SYNC_VERSION] = (byte) request.protocolVersion();
    frame[HEADER_SIZE + FrameLayout.SYNC_FLAGS] = (byte) request.flags();
    return frame;
  }

  private static byte[] shardInfo(Frame.ShardInfo info) {
    byte[] frame = withHeader(FrameLayout.SHARD_INFO, FrameLayout.SHARD_INFO_MIN);
    frame[HEADER_SIZE + FrameLayout.INFO_SHARD_COUNT] = (byte) info.shardCount();
    U16.set(frame, HEADER_SIZE + FrameLayout.INFO_KEY_LENGTH, (short) info.keyLength());
    U16.set(frame, HEADER_SIZE + FrameLayout.INFO_VALUE_LENGTH, (short) info.valueLength());
    U16.set(frame, HEADER_SIZE + FrameLayout.INFO_SLOT_SIZE, (short) info.slotSize());
    U32.set(frame, HEADER_SIZE + FrameLayout.INFO_SLOT_COUNT, info.slotCount());
    frame[HEADER_SIZE + FrameLayout.INFO_PREFIX_BITS] = (byte) info.prefixBits();
    return frame;
  }

  private static byte[] caughtUp(Frame.CaughtUp caughtUp) {
    byte[] frame = withHeader(FrameLayout.CAUGHT_UP, FrameLayout.CAUGHT_UP_MIN);
    frame[HEADER_SIZE + FrameLayout.CAUGHT_UP_SHARD] = (byte) caughtUp.shard();
    U64.set(frame, HEADER_SIZE + FrameLayout.CAUGHT_UP_SCANNED, caughtUp.scanned());
    return frame;
  }

  private static byte[] ack(Frame.Ack ack) {
    byte[] frame = withHeader(FrameLayout.ACK, FrameLayout.ACK_MIN);
    frame[HEADER_SIZE + FrameLayout.ACK_SHARD] = (byte) ack.shard();
    U64.set(frame, HEADER_SIZE + FrameLayout.ACK_APPLIED, ack.applied());
    U32.set(frame, HEADER_SIZE + FrameLayout.ACK_MAX_VERSION, ack.maxVersion());
    return frame;
  }

  /** The charset encoder stops before a character that no longer fits, so none is cut in half. */
  private static byte[] error(String text) {
    ByteBuffer bytes = ByteBuffer.allocate(FrameLayout.MAX_ERROR_SENT);
    StandardCharsets.UTF_8
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .encode(CharBuffer.wrap(text), bytes, true);
    byte[] payload = new byte[bytes.flip().remaining()];
    bytes.get(payload);
    return ofPayload(FrameLayout.ERROR, payload);
  }

  private static byte[] ofPayload(int type, byte[] payload) {
    byte[] frame = withHeader(type, payload.length);
    System.arraycopy(payload, 0, frame, HEADER_SIZE, payload.length);
    return frame;
  }

  private static byte[] withHeader(int type, int payloadLength) {
    byte[] frame = new byte[HEADER_SIZE + payloadLength];
    FrameLayout.putHeader(frame, type, payloadLength);
    return frame;
  }
}
