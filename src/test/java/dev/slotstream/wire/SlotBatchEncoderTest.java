package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SlotBatchEncoderTest {

  private static final int OCCUPIED = SampleFrames.OCCUPIED;
  private static final int DELETED = SampleFrames.DELETED;

  @Test
  void isFullAt256Events() {
    SlotBatchEncoder encoder = new SlotBatchEncoder(0, 8, 16);
    byte[] source = new byte[24];
    for (int i = 0; i < 256; i++) {
      assertTrue(encoder.hasRoom());
      assertEquals(i, encoder.events());
      encoder.occupied(i, OCCUPIED, source, 0, 8);
    }
    assertFalse(encoder.hasRoom());
    assertEquals(256, encoder.events());
    assertEquals(HEADER_SIZE + 5 + 256 * 32, encoder.finish().length);
  }

  @Test
  void letsTheLastEventReachOver64KiB() {
    // 5 + 63 * 1040 = 65,525 bytes are 11 short of full; one more event goes in nevertheless.
    SlotBatchEncoder encoder = new SlotBatchEncoder(0, 32, 1000);
    byte[] source = new byte[1032];
    for (int i = 0; i < 63; i++) {
      encoder.occupied(i, OCCUPIED, source, 0, 32);
    }
    assertTrue(encoder.hasRoom());
    encoder.occupied(63, OCCUPIED, source, 0, 32);
    assertFalse(encoder.hasRoom());
    assertEquals(HEADER_SIZE + 5 + 64 * 1040, encoder.finish().length);
  }

  @Test
  void isFullAtExactly64KiB() {
    // 5 + 19 * 3,449 = 65,536.
    SlotBatchEncoder encoder = new SlotBatchEncoder(0, 41, 3400);
    byte[] source = new byte[3441];
    for (int i = 0; i < 19; i++) {
      assertTrue(encoder.hasRoom());
      encoder.occupied(i, OCCUPIED, source, 0, 41);
    }
    assertFalse(encoder.hasRoom());
    assertEquals(HEADER_SIZE + 65_536, encoder.finish().length);
  }

  @Test
  void hasRoomAtOneByteLessThan64KiB() {
    // 5 + 10 * 6,553 = 65,535.
    SlotBatchEncoder encoder = new SlotBatchEncoder(0, 45, 6500);
    byte[] source = new byte[6545];
    for (int i = 0; i < 10; i++) {
      encoder.occupied(i, OCCUPIED, source, 0, 45);
    }
    assertTrue(encoder.hasRoom());
    encoder.occupied(10, OCCUPIED, source, 0, 45);
    assertFalse(encoder.hasRoom());
    assertEquals(HEADER_SIZE + 65_535 + 6553, encoder.finish().length);
  }

  @Test
  void staysWithinTheLargestPayloadForTheLargestEntry() {
    SlotBatchEncoder encoder = new SlotBatchEncoder(0, 8, 65_512);
    byte[] source = new byte[65_520];
    while (encoder.hasRoom()) {
      encoder.occupied(0, OCCUPIED, source, 0, 8);
    }
    assertEquals(2, encoder.events());
    byte[] frame = encoder.finish();
    assertTrue(frame.length - HEADER_SIZE <= FrameLayout.MAX_PAYLOAD);
    SampleFrames.only(FrameDecoder.ofLeaderFrames(8, 65_512), frame);
  }

  @Test
  void refusesAnEventWhenFull() {
    SlotBatchEncoder encoder = new SlotBatchEncoder(0, 8, 0);
    byte[] source = new byte[8];
    while (encoder.hasRoom()) {
      encoder.deleted(0, DELETED, source, 0);
    }
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> encoder.deleted(0, DELETED, source, 0));
    assertEquals("batch is full: events=256 payload=4101", e.getMessage());
    assertEquals(256, encoder.events());
  }

  @Test
  void startsAnewAfterFinish() {
    SlotBatchEncoder encoder = new SlotBatchEncoder(5, 8, 16);
    assertTrue(encoder.isEmpty());
    byte[] source = new byte[24];
    encoder.occupied(1, OCCUPIED, source, 0, 8);
    assertFalse(encoder.isEmpty());
    byte[] first = encoder.finish();
    byte[] kept = first.clone();
    assertTrue(encoder.isEmpty());
    assertEquals(0, encoder.events());
    Arrays.fill(source, (byte) 9);
    encoder.occupied(1, OCCUPIED, source, 0, 8);
    byte[] second = encoder.finish();
    assertEquals(first.length, second.length);
    assertArrayEquals(kept, first);
    assertFalse(Arrays.equals(first, second));
  }

  @Test
  void padsAShorterValueWithZerosOverWhatWasThere() {
    byte[] source = new byte[24];
    Arrays.fill(source, (byte) 7);
    SlotBatchEncoder encoder = new SlotBatchEncoder(5, 8, 16);
    encoder.occupied(1, OCCUPIED, source, 0, 8);
    encoder.finish();
    for (int length = 0; length <= 16; length++) {
      encoder.occupied(1, OCCUPIED, source, 0, 8, 8, length);
      byte[] padded = encoder.finish();
      Arrays.fill(source, 8 + length, 24, (byte) 0);
      encoder.occupied(1, OCCUPIED, source, 0, 8);
      assertArrayEquals(encoder.finish(), padded);
      Arrays.fill(source, (byte) 7);
    }
  }

  @Test
  void padsAShorterKeyWithZerosOverWhatWasThere() {
    SlotBatchEncoder used = new SlotBatchEncoder(5, 8, 2);
    byte[] sevens = new byte[10];
    Arrays.fill(sevens, (byte) 7);
    for (int length = 0; length <= 8; length++) {
      used.occupied(1, OCCUPIED, sevens, 0, 8);
      used.deleted(2, DELETED, sevens, 0);
      used.finish();
      used.occupied(1, OCCUPIED, sevens, 0, length, 8, 2);
      used.deleted(2, DELETED, sevens, 0, length);

      byte[] padded = sevens.clone();
      Arrays.fill(padded, length, 8, (byte) 0);
      SlotBatchEncoder fresh = new SlotBatchEncoder(5, 8, 2);
      fresh.occupied(1, OCCUPIED, padded, 0, 8);
      fresh.deleted(2, DELETED, padded, 0);
      assertArrayEquals(fresh.finish(), used.finish());
    }
  }

  @Test
  void refusesAKeyLongerThanTheStores() {
    SlotBatchEncoder encoder = new SlotBatchEncoder(0, 8, 16);
    byte[] source = new byte[64];
    for (int bad : new int[] {-1, 9}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> encoder.occupied(1, OCCUPIED, source, 0, bad, 8, 16));
      assertThrows(
          IllegalArgumentException.class, () -> encoder.deleted(1, DELETED, source, 0, bad));
    }
    assertTrue(encoder.isEmpty());
  }

  @Test
  void readsKeyAndValueFromWhereTheyLie() {
    byte[] source = {0, 0, 11, 12, 0, 21, 22, 23};
    SlotBatchEncoder encoder = new SlotBatchEncoder(1, 2, 3);
    encoder.occupied(-2, OCCUPIED, source, 2, 5);
    SlotBatch batch =
        (SlotBatch) SampleFrames.only(FrameDecoder.ofLeaderFrames(2, 3), encoder.finish());
    SlotBatch.Cursor event = batch.cursor();
    assertTrue(event.next());
    assertEquals(-2, event.slot());
    assertEquals(12, event.array()[event.keyOffset() + 1]);
    assertEquals(21, event.array()[event.valueOffset()]);
  }

  @Test
  void refusesAStatusThatIsNotTheEvents() {
    SlotBatchEncoder encoder = new SlotBatchEncoder(0, 8, 16);
    byte[] source = new byte[24];
    for (int status = 0; status <= 3; status++) {
      int meta = 42 << 2 | status;
      if (status != FrameLayout.STATUS_OCCUPIED) {
        assertThrows(IllegalArgumentException.class, () -> encoder.occupied(1, meta, source, 0, 8));
      }
      if (status != FrameLayout.STATUS_DELETED) {
        assertThrows(IllegalArgumentException.class, () -> encoder.deleted(1, meta, source, 0));
      }
    }
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> encoder.occupied(1, DELETED, source, 0, 8));
    assertEquals("meta has the wrong status: expected=1 actual=2", e.getMessage());
    assertTrue(encoder.isEmpty());
  }

  @Test
  void doesNotCountAnEventWhoseBytesAreMissing() {
    SlotBatchEncoder encoder = new SlotBatchEncoder(0, 8, 16);
    byte[] source = new byte[24];
    Class<IndexOutOfBoundsException> outside = IndexOutOfBoundsException.class;
    assertThrows(outside, () -> encoder.occupied(1, OCCUPIED, source, 17, 8));
    assertThrows(outside, () -> encoder.occupied(1, OCCUPIED, source, 0, 9));
    assertThrows(outside, () -> encoder.deleted(1, DELETED, source, -1));
    assertTrue(encoder.isEmpty());
    assertArrayEquals(new SlotBatchEncoder(0, 8, 16).finish(), encoder.finish());
  }

  @Test
  void refusesAValueLongerThanTheStores() {
    SlotBatchEncoder encoder = new SlotBatchEncoder(0, 8, 16);
    byte[] source = new byte[64];
    assertThrows(
        IllegalArgumentException.class, () -> encoder.occupied(1, OCCUPIED, source, 0, 8, 8, 17));
    assertThrows(
        IllegalArgumentException.class, () -> encoder.occupied(1, OCCUPIED, source, 0, 8, 8, -1));
  }

  @Test
  void refusesAShardOrSizesThatDoNotFit() {
    assertThrows(IllegalArgumentException.class, () -> new SlotBatchEncoder(256, 8, 16));
    assertThrows(IllegalArgumentException.class, () -> new SlotBatchEncoder(-1, 8, 16));
    assertThrows(IllegalArgumentException.class, () -> new SlotBatchEncoder(0, 0, 16));
    assertThrows(IllegalArgumentException.class, () -> new SlotBatchEncoder(0, 65_521, 0));
  }
}
