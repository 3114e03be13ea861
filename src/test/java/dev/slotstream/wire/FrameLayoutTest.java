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
  }

  @Test
  void hasTheBoundsOfTheProtocol() {
    assertEquals(1_048_576, FrameLayout.MAX_PAYLOAD);
    assertEquals(256, FrameLayout.MAX_BATCH_EVENTS);
    assertEquals(65_536, FrameLayout.MAX_BATCH_BYTES);
    assertEquals(259, FrameLayout.SYNC_REQUEST_MAX);
    assertEquals(268, FrameLayout.SHARD_INFO_MAX);
    assertEquals(1_048_576, FrameLayout.SLOT_BATCH_MAX);
    assertEquals(265, FrameLayout.CAUGHT_UP_MAX);
    assertEquals(269, FrameLayout.ACK_MAX);
    assertEquals(256, FrameLayout.HEARTBEAT_MAX);
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
  }
}
