package dev.slotstream.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the reference wrote is read as it was meant, and written again byte for byte. */
class ReferenceVectorsTest {

  private static final int VERSION_MAX = (1 << 30) - 1;

  private final Map<String, byte[]> vectors = ReferenceVectors.frames();

  @Test
  void coversEveryVector() {
    assertEquals(
        Set.of(
            "sync_request_shard7_empty",
            "shard_info",
            "slot_batch_3",
            "caught_up",
            "ack",
            "heartbeat",
            "error"),
        vectors.keySet());
  }

  @Test
  void syncRequest() {
    Frame.SyncRequest expected =
        new Frame.SyncRequest(7, FrameLayout.PROTOCOL_VERSION, FrameLayout.FLAG_EMPTY_STATE);
    assertBothWays("sync_request_shard7_empty", expected, FrameDecoder.ofFollowerFrames());
    assertTrue(expected.empty());
  }

  @Test
  void shardInfo() {
    assertBothWays(
        "shard_info",
        new Frame.ShardInfo(16, 8, 16, 32, 1_000_000, 4),
        SampleFrames.leaderFrames());
  }

  @Test
  void caughtUp() {
    assertBothWays("caught_up", new Frame.CaughtUp(5, 1L << 40), SampleFrames.leaderFrames());
  }

  @Test
  void ack() {
    assertBothWays(
        "ack", new Frame.Ack(5, 123_456_789_012L, VERSION_MAX), FrameDecoder.ofFollowerFrames());
  }

  @Test
  void heartbeatOfEitherSide() {
    assertBothWays("heartbeat", new Frame.Heartbeat(), SampleFrames.leaderFrames());
    assertBothWays("heartbeat", new Frame.Heartbeat(), FrameDecoder.ofFollowerFrames());
  }

  @Test
  void errorOfEitherSide() {
    Frame expected = new Frame.ErrorFrame("version mismatch");
    assertBothWays("error", expected, SampleFrames.leaderFrames());
    assertBothWays("error", expected, FrameDecoder.ofFollowerFrames());
  }

  @Test
  void slotBatchIsRead() {
    byte[] vector = vectors.get("slot_batch_3");
    SlotBatch batch = (SlotBatch) SampleFrames.only(SampleFrames.leaderFrames(), vector);
    assertEquals(5, batch.shard());
    assertEquals(3, batch.count());

    SlotBatch.Cursor event = batch.cursor();
    assertTrue(event.next());
    assertEquals(100, event.slot());
    assertEquals(42 << 2 | 1, event.meta());
    assertTrue(event.occupied());
    assertEquals("0000000000000009", hex(event, event.keyOffset(), 8));
    assertEquals("00000000000000098ff34785799e5cbd", hex(event, event.valueOffset(), 16));

    assertTrue(event.next());
    assertEquals(101, event.slot());
    assertEquals(43 << 2 | 2, event.meta());
    assertFalse(event.occupied());
    assertEquals("000000000000000a", hex(event, event.keyOffset(), 8));

    assertTrue(event.next());
    assertEquals(4_000_000_000L, Integer.toUnsignedLong(event.slot()));
    assertEquals(VERSION_MAX << 2 | 1, event.meta());
    assertTrue(event.occupied());
    assertEquals("ffffffffffffffff", hex(event, event.keyOffset(), 8));
    assertEquals("00000000000000019e3779b97f4a7c15", hex(event, event.valueOffset(), 16));
    assertFalse(event.next());
    assertFalse(event.next());

    assertArrayEquals(vector, FrameEncoder.encode(batch));
  }

  @Test
  void slotBatchIsWritten() {
    HexFormat hex = HexFormat.of();
    SlotBatchEncoder encoder = new SlotBatchEncoder(5, 8, 16);
    byte[] first = hex.parseHex("000000000000000900000000000000098ff34785799e5cbd");
    byte[] second = hex.parseHex("000000000000000a");
    byte[] third = hex.parseHex("ffffffffffffffff00000000000000019e3779b97f4a7c15");
    encoder.occupied(100, 42 << 2 | 1, first, 0, 8);
    encoder.deleted(101, 43 << 2 | 2, second, 0);
    encoder.occupied((int) 4_000_000_000L, VERSION_MAX << 2 | 1, third, 0, 8);
    assertArrayEquals(vectors.get("slot_batch_3"), encoder.finish());
  }

  private static String hex(SlotBatch.Cursor event, int from, int length) {
    return HexFormat.of().formatHex(event.array(), from, from + length);
  }

  private void assertBothWays(String name, Frame frame, FrameDecoder decoder) {
    assertEquals(frame, SampleFrames.only(decoder, vectors.get(name)));
    assertArrayEquals(vectors.get(name), FrameEncoder.encode(frame));
  }
}
