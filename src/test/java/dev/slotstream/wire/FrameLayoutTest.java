package dev.slotstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The sums of the layout against the numbers of the protocol. */
class FrameLayoutTest {

  @Test
  void hasTheSizesOfTheProtocol() {
    assertEquals(5, FrameLayout.HEADER_SIZE);
    assertEquals(3, FrameLayout.SYNC_REQUEST_MIN);
    assertEquals(12, FrameLayout.SHARD_INFO_MIN);
    assertEquals(5, FrameLayout.SLOT_BATCH_MIN);
    assertEquals(8, FrameLayout.EVENT_KEY);
    assertEquals(9, FrameLayout.CAUGHT_UP_MIN);
    assertEquals(13, FrameLayout.ACK_MIN);
    assertEquals(0, FrameLayout.HEARTBEAT_MIN);
    assertEquals(0, FrameLayout.ERROR_MIN);
    assertEquals(53, FrameLayout.PACKED_BATCH_MIN);
    assertEquals(12, FrameLayout.PACKED_KEY);
  }

  @Test
  void hasTheSizesOfTheExtensions() {
    assertEquals(3 + 48, FrameLayout.SYNC_NAME);
    assertEquals(12 + 43, FrameLayout.INFO_REASON);
    assertEquals(12, FrameLayout.HISTORY_ENTRY_BYTES);
    assertEquals(9 + 8, FrameLayout.CAUGHT_UP_EXTENDED);
    assertEquals(13 + 18, FrameLayout.ACK_EXTENDED);
    assertEquals(24, FrameLayout.HEARTBEAT_EXTENDED);
  }

  @Test
  void hasTheBoundsOfTheProtocol() {
    assertEquals(1_048_576, FrameLayout.MAX_PAYLOAD);
    assertEquals(256, FrameLayout.MAX_BATCH_EVENTS);
    assertEquals(65_536, FrameLayout.MAX_BATCH_BYTES);
    assertEquals(3 + 48 + 63 + 256, FrameLayout.SYNC_REQUEST_MAX);
    assertEquals(12 + 43 + 255 + 2 + 128 * 12 + 256, FrameLayout.SHARD_INFO_MAX);
    assertEquals(1_048_576, FrameLayout.SLOT_BATCH_MAX);
    assertEquals(1_048_576, FrameLayout.PACKED_BATCH_MAX);
    assertEquals(9 + 8 + 256, FrameLayout.CAUGHT_UP_MAX);
    assertEquals(13 + 18 + 256, FrameLayout.ACK_MAX);
    assertEquals(24 + 256, FrameLayout.HEARTBEAT_MAX);
    assertEquals(4096, FrameLayout.ERROR_MAX);
  }

  @Test
  void hasOneTypePerCode() {
    for (FrameType type : FrameType.values()) {
      assertEquals(type, FrameType.of(type.code));
    }
  }

  @Test
  void hasTagsThatMetricsCanCarry() {
    assertEquals("unknown-type", WireException.Reason.UNKNOWN_TYPE.tag());
    assertEquals("unexpected-type", WireException.Reason.UNEXPECTED_TYPE.tag());
    assertEquals("bad-length", WireException.Reason.BAD_LENGTH.tag());
    assertEquals("bad-content", new WireException(WireException.Reason.BAD_CONTENT, "").tag());
    assertEquals("bad-checksum", WireException.Reason.BAD_CHECKSUM.tag());
  }
}
