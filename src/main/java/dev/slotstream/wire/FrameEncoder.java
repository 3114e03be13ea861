package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.EXTENSION_VERSION;
import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static dev.slotstream.wire.FrameLayout.U16;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.FrameLayout.U64;
import static dev.slotstream.wire.FrameLayout.putId;

import dev.slotstream.wire.Frame.ShardInfo.HistoryEntry;
import java.util.List;

/**
 * Turns a frame into bytes, header included. For batches see {@link BatchEncoder}; one that was
 * received is passed on as it came. Any thread.
 */
public final class FrameEncoder {

  private FrameEncoder() {}

  public static byte[] encode(Frame frame) {
    return switch (frame) {
      case Frame.SyncRequest request -> syncRequest(request);
      case Frame.ShardInfo info -> shardInfo(info);
      case SlotBatch batch -> ofPayload(FrameLayout.SLOT_BATCH, batch.payload());
      case PackedBatch batch -> ofPayload(FrameLayout.PACKED_BATCH, batch.payload());
      case Frame.CaughtUp caughtUp -> caughtUp(caughtUp);
      case Frame.Ack ack -> ack(ack);
      case Frame.Heartbeat heartbeat -> heartbeat(heartbeat);
      case Frame.ErrorFrame(String text) ->
          ofPayload(FrameLayout.ERROR, WireText.cut(text, FrameLayout.MAX_ERROR_SENT));
    };
  }

  private static byte[] syncRequest(Frame.SyncRequest request) {
    byte[] frame =
        request
            .extension()
            .map(FrameEncoder::extended)
            .orElseGet(() -> withHeader(FrameLayout.SYNC_REQUEST, FrameLayout.SYNC_REQUEST_MIN));
    frame[HEADER_SIZE + FrameLayout.SYNC_SHARD] = (byte) request.shard();
    frame[HEADER_SIZE + FrameLayout.SYNC_VERSION] = (byte) request.protocolVersion();
    frame[HEADER_SIZE + FrameLayout.SYNC_FLAGS] = (byte) request.flags();
    return frame;
  }

  private static byte[] extended(Frame.SyncRequest.Extension extension) {
    byte[] name = WireText.utf8(extension.name());
    byte[] frame = withHeader(FrameLayout.SYNC_REQUEST, FrameLayout.SYNC_NAME + name.length);
    frame[HEADER_SIZE + FrameLayout.SYNC_EXTENSION_VERSION] = EXTENSION_VERSION;
    putId(frame, HEADER_SIZE + FrameLayout.SYNC_FOLLOWER_ID, extension.followerId());
    putId(frame, HEADER_SIZE + FrameLayout.SYNC_STORE_ID, extension.storeId());
    U32.set(frame, HEADER_SIZE + FrameLayout.SYNC_EPOCH, extension.epoch());
    U64.set(frame, HEADER_SIZE + FrameLayout.SYNC_NEXT_SEQUENCE, extension.nextSequence());
    U16.set(frame, HEADER_SIZE + FrameLayout.SYNC_WINDOW, (short) extension.window());
    frame[HEADER_SIZE + FrameLayout.SYNC_NAME_LENGTH] = (byte) name.length;
    System.arraycopy(name, 0, frame, HEADER_SIZE + FrameLayout.SYNC_NAME, name.length);
    return frame;
  }

  private static byte[] shardInfo(Frame.ShardInfo info) {
    byte[] frame =
        info.extension()
            .map(FrameEncoder::extended)
            .orElseGet(() -> withHeader(FrameLayout.SHARD_INFO, FrameLayout.SHARD_INFO_MIN));
    frame[HEADER_SIZE + FrameLayout.INFO_SHARD_COUNT] = (byte) info.shardCount();
    U16.set(frame, HEADER_SIZE + FrameLayout.INFO_KEY_LENGTH, (short) info.keyLength());
    U16.set(frame, HEADER_SIZE + FrameLayout.INFO_VALUE_LENGTH, (short) info.valueLength());
    U16.set(frame, HEADER_SIZE + FrameLayout.INFO_SLOT_SIZE, (short) info.slotSize());
    U32.set(frame, HEADER_SIZE + FrameLayout.INFO_SLOT_COUNT, info.slotCount());
    frame[HEADER_SIZE + FrameLayout.INFO_PREFIX_BITS] = (byte) info.prefixBits();
    return frame;
  }

  private static byte[] extended(Frame.ShardInfo.Extension extension) {
    byte[] reason = WireText.utf8(extension.reason());
    List<HistoryEntry> history = extension.history();
    int count = FrameLayout.INFO_REASON + reason.length;
    int entries = count + FrameLayout.HISTORY_COUNT_BYTES;
    byte[] frame =
        withHeader(
            FrameLayout.SHARD_INFO, entries + history.size() * FrameLayout.HISTORY_ENTRY_BYTES);
    frame[HEADER_SIZE + FrameLayout.INFO_EXTENSION_VERSION] = EXTENSION_VERSION;
    putId(frame, HEADER_SIZE + FrameLayout.INFO_STORE_ID, extension.storeId());
    U32.set(frame, HEADER_SIZE + FrameLayout.INFO_EPOCH, extension.epoch());
    frame[HEADER_SIZE + FrameLayout.INFO_MODE] = mode(extension.mode());
    U64.set(frame, HEADER_SIZE + FrameLayout.INFO_FIRST_SEQUENCE, extension.firstSequence());
    U64.set(frame, HEADER_SIZE + FrameLayout.INFO_LAST_SEQUENCE, extension.lastSequence());
    U32.set(frame, HEADER_SIZE + FrameLayout.INFO_HEARTBEAT_MS, extension.heartbeatMs());
    frame[HEADER_SIZE + FrameLayout.INFO_REASON_LENGTH] = (byte) reason.length;
    System.arraycopy(reason, 0, frame, HEADER_SIZE + FrameLayout.INFO_REASON, reason.length);
    U16.set(frame, HEADER_SIZE + count, (short) history.size());
    int at = HEADER_SIZE + entries;
    for (HistoryEntry entry : history) {
      U32.set(frame, at + FrameLayout.HISTORY_EPOCH, entry.epoch());
      U64.set(frame, at + FrameLayout.HISTORY_FIRST_SEQUENCE, entry.firstSequence());
      at += FrameLayout.HISTORY_ENTRY_BYTES;
    }
    return frame;
  }

  private static byte mode(Frame.ShardInfo.Mode mode) {
    return switch (mode) {
      case FULL -> FrameLayout.MODE_FULL;
      case RESUME -> FrameLayout.MODE_RESUME;
    };
  }

  private static byte[] caughtUp(Frame.CaughtUp caughtUp) {
    boolean extended = caughtUp.extension().isPresent();
    byte[] frame =
        withHeader(
            FrameLayout.CAUGHT_UP,
            extended ? FrameLayout.CAUGHT_UP_EXTENDED : FrameLayout.CAUGHT_UP_MIN);
    frame[HEADER_SIZE + FrameLayout.CAUGHT_UP_SHARD] = (byte) caughtUp.shard();
    U64.set(frame, HEADER_SIZE + FrameLayout.CAUGHT_UP_SCANNED, caughtUp.scanned());
    caughtUp
        .extension()
        .ifPresent(e -> U64.set(frame, HEADER_SIZE + FrameLayout.CAUGHT_UP_SEQUENCE, e.sequence()));
    return frame;
  }

  private static byte[] ack(Frame.Ack ack) {
    boolean extended = ack.extension().isPresent();
    byte[] frame =
        withHeader(FrameLayout.ACK, extended ? FrameLayout.ACK_EXTENDED : FrameLayout.ACK_MIN);
    frame[HEADER_SIZE + FrameLayout.ACK_SHARD] = (byte) ack.shard();
    U64.set(frame, HEADER_SIZE + FrameLayout.ACK_APPLIED, ack.applied());
    U32.set(frame, HEADER_SIZE + FrameLayout.ACK_MAX_VERSION, ack.maxVersion());
    ack.extension()
        .ifPresent(
            e -> {
              U64.set(frame, HEADER_SIZE + FrameLayout.ACK_APPLIED_SEQUENCE, e.appliedSequence());
              U64.set(frame, HEADER_SIZE + FrameLayout.ACK_DURABLE_SEQUENCE, e.durableSequence());
              U16.set(frame, HEADER_SIZE + FrameLayout.ACK_BATCHES, (short) e.batches());
            });
    return frame;
  }

  private static byte[] heartbeat(Frame.Heartbeat heartbeat) {
    if (heartbeat.extension().isEmpty()) {
      return withHeader(FrameLayout.HEARTBEAT, FrameLayout.HEARTBEAT_MIN);
    }
    Frame.Heartbeat.Extension extension = heartbeat.extension().get();
    byte[] frame = withHeader(FrameLayout.HEARTBEAT, FrameLayout.HEARTBEAT_EXTENDED);
    U64.set(frame, HEADER_SIZE + FrameLayout.HEARTBEAT_LAST_SEQUENCE, extension.lastSequence());
    U64.set(frame, HEADER_SIZE + FrameLayout.HEARTBEAT_END_OFFSET, extension.endOffset());
    U64.set(frame, HEADER_SIZE + FrameLayout.HEARTBEAT_WALL_CLOCK_MS, extension.wallClockMs());
    return frame;
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
