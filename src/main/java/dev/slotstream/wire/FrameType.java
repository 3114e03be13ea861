package dev.slotstream.wire;

import java.util.Locale;

/** A type code with the bounds of its payload. */
enum FrameType {
  SYNC_REQUEST(
      FrameLayout.SYNC_REQUEST, FrameLayout.SYNC_REQUEST_MIN, FrameLayout.SYNC_REQUEST_MAX),
  SHARD_INFO(FrameLayout.SHARD_INFO, FrameLayout.SHARD_INFO_MIN, FrameLayout.SHARD_INFO_MAX),
  SLOT_BATCH(FrameLayout.SLOT_BATCH, FrameLayout.SLOT_BATCH_MIN, FrameLayout.SLOT_BATCH_MAX),
  CAUGHT_UP(FrameLayout.CAUGHT_UP, FrameLayout.CAUGHT_UP_MIN, FrameLayout.CAUGHT_UP_MAX),
  ACK(FrameLayout.ACK, FrameLayout.ACK_MIN, FrameLayout.ACK_MAX),
  HEARTBEAT(FrameLayout.HEARTBEAT, FrameLayout.HEARTBEAT_MIN, FrameLayout.HEARTBEAT_MAX),
  PACKED_BATCH(
      FrameLayout.PACKED_BATCH, FrameLayout.PACKED_BATCH_MIN, FrameLayout.PACKED_BATCH_MAX),
  ERROR(FrameLayout.ERROR, FrameLayout.ERROR_MIN, FrameLayout.ERROR_MAX);

  private static final FrameType[] ALL = values();

  final int code;
  final int minPayload;
  final int maxPayload;

  FrameType(int code, int minPayload, int maxPayload) {
    this.code = code;
    this.minPayload = minPayload;
    this.maxPayload = maxPayload;
  }

  static FrameType of(int code) {
    for (FrameType type : ALL) {
      if (type.code == code) {
        return type;
      }
    }
    throw new WireException(
        WireException.Reason.UNKNOWN_TYPE, "frame type is unknown: type=" + code);
  }

  /** The name that messages use. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
