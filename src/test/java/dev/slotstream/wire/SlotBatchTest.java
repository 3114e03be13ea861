package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.BATCH_COUNT;
import static dev.slotstream.wire.FrameLayout.BATCH_EVENTS;
import static dev.slotstream.wire.FrameLayout.EVENT_META;
import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static dev.slotstream.wire.FrameLayout.U32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.wire.WireException.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A batch holds exactly the events that it counts, or it is no batch. */
class SlotBatchTest {

  private static final int COUNT = HEADER_SIZE + BATCH_COUNT;
  private static final int FIRST_META = HEADER_SIZE + BATCH_EVENTS + EVENT_META;

  @Test
  void rejectsABatchCutAnywhere() {
    byte[] whole = SampleFrames.batch(3);
    for (int length = HEADER_SIZE + BATCH_EVENTS; length < whole.length; length++) {
      WireException e = violation(Arrays.copyOf(whole, length));
      assertEquals(Reason.BAD_CONTENT, e.reason());
      assertTrue(e.getMessage().startsWith("slot batch is shorter than its events: count=3"));
    }
  }

  @Test
  void namesTheEventThatIsCut() {
    byte[] whole = SampleFrames.batch(3);
    assertEquals(
        "slot batch is shorter than its events: count=3 event=2 expected=32 actual=31",
        violation(Arrays.copyOf(whole, whole.length - 1)).getMessage());
  }

  @Test
  void rejectsABatchWithBytesAfterItsEvents() {
    byte[] whole = SampleFrames.batch(3);
    for (int excess = 1; excess <= 40; excess++) {
      WireException e = violation(Arrays.copyOf(whole, whole.length + excess));
      assertEquals(Reason.BAD_CONTENT, e.reason());
      assertEquals(
          "slot batch is longer than its events: count=3 excess=" + excess, e.getMessage());
    }
  }

  @Test
  void rejectsACountThatIsNotTheEvents() {
    for (int count : new int[] {0, 1, 2, 4, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
      byte[] bytes = SampleFrames.batch(3);
      U32.set(bytes, COUNT, count);
      assertEquals(Reason.BAD_CONTENT, violation(bytes).reason(), "count=" + count);
    }
  }

  @Test
  void rejectsAnEventThatIsNeitherOccupiedNorDeleted() {
    for (int status : new int[] {0, 3}) {
      byte[] bytes = SampleFrames.batch(1);
      U32.set(bytes, FIRST_META, 42 << 2 | status);
      WireException e = violation(bytes);
      assertEquals(Reason.BAD_CONTENT, e.reason());
      assertEquals(
          "event is neither occupied nor deleted: event=0 expected=1..2 status=" + status,
          e.getMessage());
    }
  }

  @Test
  void acceptsMoreEventsThanItsEncoderWouldPutIn() {
    byte[] event = Arrays.copyOfRange(SampleFrames.batch(1), HEADER_SIZE + BATCH_EVENTS, 42);
    byte[] bytes = new byte[HEADER_SIZE + BATCH_EVENTS + 1000 * event.length];
    FrameLayout.putHeader(bytes, FrameLayout.SLOT_BATCH, bytes.length - HEADER_SIZE);
    U32.set(bytes, COUNT, 1000);
    for (int i = 0; i < 1000; i++) {
      System.arraycopy(
          event, 0, bytes, HEADER_SIZE + BATCH_EVENTS + i * event.length, event.length);
    }
    assertEquals(1000, decode(bytes).count());
  }

  @Test
  void acceptsABatchWithoutEvents() {
    SlotBatch batch = decode(SampleFrames.batch(0));
    assertEquals(0, batch.count());
    assertFalse(batch.cursor().next());
  }

  @Test
  void givesEachCursorItsOwnPosition() {
    SlotBatch batch = decode(SampleFrames.batch(3));
    SlotBatch.Cursor one = batch.cursor();
    SlotBatch.Cursor other = batch.cursor();
    assertTrue(one.next());
    assertTrue(one.next());
    assertTrue(other.next());
    assertEquals(101, one.slot());
    assertEquals(100, other.slot());
  }

  @Test
  void hasNoValueForADeletedEvent() {
    SlotBatch.Cursor event = decode(SampleFrames.batch(2)).cursor();
    assertTrue(event.next());
    assertEquals(event.keyOffset() + SampleFrames.KEY, event.valueOffset());
    assertTrue(event.next());
    IllegalStateException e = assertThrows(IllegalStateException.class, event::valueOffset);
    assertEquals("deleted event has no value: slot=101", e.getMessage());
  }

  @Test
  void readsAStoreWithoutValues() {
    SlotBatchEncoder encoder = new SlotBatchEncoder(255, 3, 0);
    encoder.occupied(1, SampleFrames.OCCUPIED, new byte[] {1, 2, 3}, 0, 3);
    encoder.deleted(2, SampleFrames.DELETED, new byte[] {4, 5, 6}, 0);
    SlotBatch batch =
        (SlotBatch) SampleFrames.only(FrameDecoder.ofLeaderFrames(3, 0), encoder.finish());
    assertEquals("SlotBatch[shard=255, count=2]", batch.toString());
    SlotBatch.Cursor event = batch.cursor();
    assertTrue(event.next());
    assertEquals(3, event.array()[event.keyOffset() + 2]);
    assertTrue(event.next());
    assertEquals(4, event.array()[event.keyOffset()]);
  }

  private static SlotBatch decode(byte[] bytes) {
    return (SlotBatch) SampleFrames.only(SampleFrames.leaderFrames(), bytes);
  }

  /** Feeds the bytes under a header that fits their number. */
  private static WireException violation(byte[] bytes) {
    FrameLayout.putHeader(bytes, FrameLayout.SLOT_BATCH, bytes.length - HEADER_SIZE);
    FrameDecoder decoder = SampleFrames.leaderFrames();
    decoder.feed(ByteBuffer.wrap(bytes));
    return assertThrows(WireException.class, decoder::next);
  }
}
