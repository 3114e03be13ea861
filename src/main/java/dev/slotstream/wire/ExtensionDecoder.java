package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.EXTENSION_VERSION;
import static dev.slotstream.wire.FrameLayout.FLAG_EXTENDED;
import static dev.slotstream.wire.FrameLayout.HISTORY_COUNT_BYTES;
import static dev.slotstream.wire.FrameLayout.HISTORY_ENTRY_BYTES;
import static dev.slotstream.wire.FrameLayout.INFO_REASON;
import static dev.slotstream.wire.FrameLayout.MAX_HISTORY;
import static dev.slotstream.wire.FrameLayout.MAX_NAME;
import static dev.slotstream.wire.FrameLayout.SYNC_NAME;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.FrameLayout.U64;
import static dev.slotstream.wire.FrameLayout.id;
import static dev.slotstream.wire.FrameLayout.u16;
import static dev.slotstream.wire.WireException.Reason.BAD_CONTENT;
import static java.lang.Byte.toUnsignedInt;

import dev.slotstream.wire.Frame.ShardInfo.HistoryEntry;
import dev.slotstream.wire.Frame.ShardInfo.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what extended peers add to the plain frames. A payload that ends before the fixed fields of
 * its extension do is a plain one with bytes that nobody knows; one that has them must hold what
 * they announce. Pure functions.
 */
final class ExtensionDecoder {

  private ExtensionDecoder() {}

  static Optional<Frame.SyncRequest.Extension> syncRequest(byte[] bytes, int start, int length) {
    boolean extended =
        (bytes[start + FrameLayout.SYNC_FLAGS] & FLAG_EXTENDED) != 0
            && length >= SYNC_NAME
            && bytes[start + FrameLayout.SYNC_EXTENSION_VERSION] == EXTENSION_VERSION;
    if (!extended) {
      return Optional.empty();
    }
    int nameLength = toUnsignedInt(bytes[start + FrameLayout.SYNC_NAME_LENGTH]);
    requireWithin("name length", Math.min(MAX_NAME, length - SYNC_NAME), nameLength);
    return Optional.of(
        new Frame.SyncRequest.Extension(
            id(bytes, start + FrameLayout.SYNC_FOLLOWER_ID),
            id(bytes, start + FrameLayout.SYNC_STORE_ID),
            (int) U32.get(bytes, start + FrameLayout.SYNC_EPOCH),
            (long) U64.get(bytes, start + FrameLayout.SYNC_NEXT_SEQUENCE),
            u16(bytes, start + FrameLayout.SYNC_WINDOW),
            text("name", bytes, start + SYNC_NAME, nameLength)));
  }

  static Optional<Frame.ShardInfo.Extension> shardInfo(byte[] bytes, int start, int length) {
    boolean extended =
        length >= INFO_REASON + HISTORY_COUNT_BYTES
            && bytes[start + FrameLayout.INFO_EXTENSION_VERSION] == EXTENSION_VERSION;
    if (!extended) {
      return Optional.empty();
    }
    int reasonLength = toUnsignedInt(bytes[start + FrameLayout.INFO_REASON_LENGTH]);
    requireWithin("reason length", length - INFO_REASON - HISTORY_COUNT_BYTES, reasonLength);
    int count = start + INFO_REASON + reasonLength;
    return Optional.of(
        new Frame.ShardInfo.Extension(
            id(bytes, start + FrameLayout.INFO_STORE_ID),
            (int) U32.get(bytes, start + FrameLayout.INFO_EPOCH),
            mode(toUnsignedInt(bytes[start + FrameLayout.INFO_MODE])),
            (long) U64.get(bytes, start + FrameLayout.INFO_FIRST_SEQUENCE),
            (long) U64.get(bytes, start + FrameLayout.INFO_LAST_SEQUENCE),
            (int) U32.get(bytes, start + FrameLayout.INFO_HEARTBEAT_MS),
            text("reason", bytes, start + INFO_REASON, reasonLength),
            history(bytes, count, start + length)));
  }

  static Optional<Frame.CaughtUp.Extension> caughtUp(byte[] bytes, int start, int length) {
    if (length < FrameLayout.CAUGHT_UP_EXTENDED) {
      return Optional.empty();
    }
    return Optional.of(
        new Frame.CaughtUp.Extension(
            (long) U64.get(bytes, start + FrameLayout.CAUGHT_UP_SEQUENCE)));
  }

  static Optional<Frame.Ack.Extension> ack(byte[] bytes, int start, int length) {
    if (length < FrameLayout.ACK_EXTENDED) {
      return Optional.empty();
    }
    return Optional.of(
        new Frame.Ack.Extension(
            (long) U64.get(bytes, start + FrameLayout.ACK_APPLIED_SEQUENCE),
            (long) U64.get(bytes, start + FrameLayout.ACK_DURABLE_SEQUENCE),
            u16(bytes, start + FrameLayout.ACK_BATCHES)));
  }

  static Optional<Frame.Heartbeat.Extension> heartbeat(byte[] bytes, int start, int length) {
    if (length < FrameLayout.HEARTBEAT_EXTENDED) {
      return Optional.empty();
    }
    return Optional.of(
        new Frame.Heartbeat.Extension(
            (long) U64.get(bytes, start + FrameLayout.HEARTBEAT_LAST_SEQUENCE),
            (long) U64.get(bytes, start + FrameLayout.HEARTBEAT_END_OFFSET),
            (long) U64.get(bytes, start + FrameLayout.HEARTBEAT_WALL_CLOCK_MS)));
  }

  private static Mode mode(int code) {
    return switch (code) {
      case FrameLayout.MODE_FULL -> Mode.FULL;
      case FrameLayout.MODE_RESUME -> Mode.RESUME;
      default ->
          throw new WireException(
              BAD_CONTENT, "mode is neither full nor resume: expected=0..1 actual=" + code);
    };
  }

  /** {@code at} is where the count lies. */
  private static List<HistoryEntry> history(byte[] bytes, int at, int end) {
    int count = u16(bytes, at);
    int entry = at + HISTORY_COUNT_BYTES;
    requireWithin(
        "history count", Math.min(MAX_HISTORY, (end - entry) / HISTORY_ENTRY_BYTES), count);
    List<HistoryEntry> history = new ArrayList<>(count);
    for (int i = 0; i < count; i++, entry += HISTORY_ENTRY_BYTES) {
      history.add(
          new HistoryEntry(
              (int) U32.get(bytes, entry + FrameLayout.HISTORY_EPOCH),
              (long) U64.get(bytes, entry + FrameLayout.HISTORY_FIRST_SEQUENCE)));
    }
    return history;
  }

  private static String text(String field, byte[] bytes, int start, int length) {
    return WireText.decode(bytes, start, length)
        .orElseThrow(
            () ->
                new WireException(
                    BAD_CONTENT, field + " is not printable UTF-8: length=" + length));
  }

  private static void requireWithin(String field, int maximum, int actual) {
    if (actual > maximum) {
      throw new WireException(
          BAD_CONTENT,
          "%s is more than may be or came: expected=0..%d actual=%d"
              .formatted(field, maximum, actual));
    }
  }
}
