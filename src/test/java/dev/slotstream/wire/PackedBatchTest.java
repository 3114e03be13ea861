package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.BATCH_COUNT;
import static dev.slotstream.wire.FrameLayout.EVENT_META;
import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static dev.slotstream.wire.FrameLayout.PACKED_CRC;
import static dev.slotstream.wire.FrameLayout.PACKED_EVENTS;
import static dev.slotstream.wire.FrameLayout.PACKED_KEY;
import static dev.slotstream.wire.FrameLayout.PACKED_KEY_LENGTH;
import static dev.slotstream.wire.FrameLayout.PACKED_VALUE_LENGTH;
import static dev.slotstream.wire.FrameLayout.U16;
import static dev.slotstream.wire.FrameLayout.U32;
import static dev.slotstream.wire.FrameLayout.U64;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.wire.WireException.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** A packed batch holds exactly the events that it counts, undamaged, or it is no batch. */
class PackedBatchTest {

  private static final int FIRST_EVENT = HEADER_SIZE + PACKED_EVENTS;

  private static final String CRC = "c2a7a38d";

  /** A key and a value end with zeros, which an encoder would have left out. */
  private static byte[] vector(String crc) {
    String bytes =
        """
        07 5f000000
        05 03000000 04030201
        0900000000000000 0b00000000000000 efcdab8967452301 0004000000000000 0008000000000000
        %s
        64000000 a9000000 0200 0300 6b00 763200
        65000000 ae000000 0100 0000 6c
        00286bee b1000000 0000 0000
        """
            .formatted(crc);
    return HexFormat.of().parseHex(bytes.replaceAll("\\s", ""));
  }

  @Test
  void readsTheBytesOfTheProtocol() {
    PackedBatch batch = decode(vector(CRC));
    assertEquals(5, batch.shard());
    assertEquals(3, batch.count());
    assertEquals(
        new PackedBatch.Header(0x01020304, 9, 11, 0x0123456789abcdefL, 1024, 2048), batch.header());
    assertFalse(batch.header().scan());

    PackedBatch.Cursor event = batch.cursor();
    assertTrue(event.next());
    assertEquals(100, event.slot());
    assertEquals(42 << 2 | 1, event.meta());
    assertTrue(event.occupied());
    assertEquals("6b00", hex(event.array(), event.keyOffset(), event.keyLength()));
    assertEquals("763200", hex(event.array(), event.valueOffset(), event.valueLength()));

    assertTrue(event.next());
    assertEquals(101, event.slot());
    assertEquals(43 << 2 | 2, event.meta());
    assertFalse(event.occupied());
    assertEquals("6c", hex(event.array(), event.keyOffset(), event.keyLength()));
    assertEquals(0, event.valueLength());

    assertTrue(event.next());
    assertEquals(4_000_000_000L, Integer.toUnsignedLong(event.slot()));
    assertEquals(44 << 2 | 1, event.meta());
    assertEquals(0, event.keyLength());
    assertEquals(0, event.valueLength());
    assertFalse(event.next());
    assertFalse(event.next());
  }

  @Test
  void hasTheChecksumOfAllItsPayloadButTheChecksum() {
    byte[] bytes = vector(CRC);
    byte[] covered =
        SampleFrames.join(
            Arrays.copyOfRange(bytes, HEADER_SIZE, HEADER_SIZE + PACKED_CRC),
            Arrays.copyOfRange(bytes, FIRST_EVENT, bytes.length));
    CRC32C crc = new CRC32C();
    crc.update(covered);
    assertEquals((int) crc.getValue(), (int) U32.get(bytes, HEADER_SIZE + PACKED_CRC));
  }

  @Test
  void isPassedOnAsItCame() {
    assertArrayEquals(vector(CRC), FrameEncoder.encode(decode(vector(CRC))));
  }

  @Test
  void rejectsEveryBitThatChanged() {
    byte[] whole = vector(CRC);
    for (int at = HEADER_SIZE; at < whole.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] bytes = whole.clone();
        bytes[at] ^= (byte) (1 << bit);
        assertEquals(Reason.BAD_CHECKSUM, damage(bytes).reason(), "at=" + at + " bit=" + bit);
      }
    }
    assertEquals(
        "packed batch is damaged: payload=95 expected=00000000 actual=8da3a7c2",
        damage(vector("00000000")).getMessage());
    assertEquals("bad-checksum", damage(vector("00000000")).tag());
  }

  @Test
  void rejectsABatchCutAnywhere() {
    byte[] whole = SampleFrames.packedBatch(3);
    for (int length = FIRST_EVENT; length < whole.length; length++) {
      WireException e = violation(Arrays.copyOf(whole, length));
      assertEquals(Reason.BAD_CONTENT, e.reason());
      assertTrue(e.getMessage().startsWith("packed batch is shorter than its events: count=3"));
    }
  }

  @Test
  void namesTheEventThatIsCut() {
    byte[] whole = SampleFrames.packedBatch(3);
    assertEquals(
        "packed batch is shorter than its events: count=3 event=2 expected=36 actual=35",
        violation(Arrays.copyOf(whole, whole.length - 1)).getMessage());
    assertEquals(
        "packed batch is shorter than its events: count=3 event=2 expected=12 actual=11",
        violation(Arrays.copyOf(whole, whole.length - 25)).getMessage());
  }

  @Test
  void rejectsABatchWithBytesAfterItsEvents() {
    byte[] whole = SampleFrames.packedBatch(3);
    for (int excess = 1; excess <= 40; excess++) {
      WireException e = violation(Arrays.copyOf(whole, whole.length + excess));
      assertEquals(Reason.BAD_CONTENT, e.reason());
      assertEquals(
          "packed batch is longer than its events: count=3 excess=" + excess, e.getMessage());
    }
  }

  @Test
  void rejectsACountThatIsNotTheEventsOfAScan() {
    for (int count : new int[] {0, 1, 2, 4, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
      byte[] bytes = ofScan(SampleFrames.packedBatch(3));
      U32.set(bytes, HEADER_SIZE + BATCH_COUNT, count);
      assertEquals(Reason.BAD_CONTENT, violation(bytes).reason(), "count=" + count);
    }
  }

  @Test
  void rejectsSequencesThatAreNotThoseOfItsEvents() {
    long[][] bad = {
      {1, 2}, {1, 4}, {1, 1}, {0, 2}, {0, 3}, {3, 0}, {-2, 0}, {5, 3}, {Long.MIN_VALUE, 2},
    };
    for (long[] sequences : bad) {
      byte[] bytes = SampleFrames.packedBatch(3);
      setSequences(bytes, sequences[0], sequences[1]);
      WireException e = violation(bytes);
      assertEquals(Reason.BAD_CONTENT, e.reason());
      assertEquals(
          "packed batch has not as many sequences as events: count=3 first=%s last=%s"
              .formatted(Long.toUnsignedString(sequences[0]), Long.toUnsignedString(sequences[1])),
          e.getMessage());
    }
    for (long first : new long[] {1, Long.MAX_VALUE - 1, -3}) {
      byte[] bytes = SampleFrames.packedBatch(3);
      setSequences(bytes, first, first + 2);
      assertEquals(first, decode(seal(bytes)).header().firstSequence());
    }
  }

  @Test
  void rejectsAStreamWithoutEvents() {
    byte[] bytes = Arrays.copyOf(SampleFrames.packedBatch(1), FIRST_EVENT);
    U32.set(bytes, HEADER_SIZE + BATCH_COUNT, 0);
    for (long[] sequences : new long[][] {{1, 0}, {1, 1}, {0, -1}, {-1, -2}}) {
      setSequences(bytes, sequences[0], sequences[1]);
      assertEquals(Reason.BAD_CONTENT, violation(bytes).reason());
    }
    setSequences(bytes, 0, 0);
    PackedBatch batch = decode(seal(bytes));
    assertTrue(batch.header().scan());
    assertEquals(0, batch.count());
    assertFalse(batch.cursor().next());
  }

  @Test
  void rejectsAnEventThatIsNeitherOccupiedNorDeleted() {
    for (int status : new int[] {0, 3}) {
      byte[] bytes = SampleFrames.packedBatch(1);
      U32.set(bytes, FIRST_EVENT + EVENT_META, 42 << 2 | status);
      WireException e = violation(bytes);
      assertEquals(Reason.BAD_CONTENT, e.reason());
      assertEquals(
          "event is neither occupied nor deleted nor free: event=0 meta=%d status=%d"
              .formatted(42 << 2 | status, status),
          e.getMessage());
    }
  }

  @Test
  void rejectsAKeyOrValueLongerThanTheStores() {
    // Enough bytes come, and they would make one event.
    for (int length : new int[] {9, 16, 32_768, 65_535}) {
      byte[] bytes = oneEvent(SampleFrames.OCCUPIED, length, 0);
      assertEquals(
          "key is too long for its event: event=0 expected=0..8 actual=" + length,
          violation(bytes).getMessage());
    }
    for (int length : new int[] {17, 32, 32_768, 65_535}) {
      byte[] bytes = oneEvent(SampleFrames.OCCUPIED, 8, length);
      assertEquals(
          "value is too long for its event: event=0 expected=0..16 actual=" + length,
          violation(bytes).getMessage());
    }
    assertEquals(1, decode(seal(oneEvent(SampleFrames.OCCUPIED, 8, 16))).count());
  }

  @Test
  void rejectsAValueOfADeletedEvent() {
    for (int length : new int[] {1, 16, 65_535}) {
      WireException e = violation(oneEvent(SampleFrames.DELETED, 8, length));
      assertEquals(Reason.BAD_CONTENT, e.reason());
      assertEquals(
          "value is too long for its event: event=0 expected=0..0 actual=" + length,
          e.getMessage());
    }
  }

  @Test
  void acceptsMoreEventsThanItsEncoderWouldPutIn() {
    byte[] bytes = new byte[FIRST_EVENT + 1000 * PACKED_KEY];
    bytes[0] = FrameLayout.PACKED_BATCH;
    U32.set(bytes, HEADER_SIZE + BATCH_COUNT, 1000);
    for (int i = 0; i < 1000; i++) {
      U32.set(bytes, FIRST_EVENT + i * PACKED_KEY + EVENT_META, SampleFrames.DELETED);
    }
    assertEquals(1000, decode(seal(bytes)).count());
  }

  @Test
  void givesEachCursorItsOwnPosition() {
    PackedBatch batch = decode(SampleFrames.packedBatch(3));
    PackedBatch.Cursor one = batch.cursor();
    PackedBatch.Cursor other = batch.cursor();
    assertTrue(one.next());
    assertTrue(one.next());
    assertTrue(other.next());
    assertEquals(101, one.slot());
    assertEquals(100, other.slot());
  }

  @Test
  void saysWhatItIs() {
    assertEquals(
        "PackedBatch[shard=5, count=3, Header[epoch=3, firstSequence=1000, lastSequence=1002,"
            + " leaderLast=2000, endOffset=3000, leaderEndOffset=4000]]",
        decode(SampleFrames.packedBatch(3)).toString());
  }

  private static byte[] oneEvent(int meta, int keyLength, int valueLength) {
    byte[] bytes = new byte[FIRST_EVENT + PACKED_KEY + keyLength + valueLength];
    bytes[0] = FrameLayout.PACKED_BATCH;
    U32.set(bytes, HEADER_SIZE + BATCH_COUNT, 1);
    U32.set(bytes, FIRST_EVENT + EVENT_META, meta);
    U16.set(bytes, FIRST_EVENT + PACKED_KEY_LENGTH, (short) keyLength);
    U16.set(bytes, FIRST_EVENT + PACKED_VALUE_LENGTH, (short) valueLength);
    return bytes;
  }

  private static byte[] ofScan(byte[] bytes) {
    setSequences(bytes, 0, 0);
    return bytes;
  }

  private static void setSequences(byte[] bytes, long first, long last) {
    U64.set(bytes, HEADER_SIZE + FrameLayout.PACKED_FIRST_SEQUENCE, first);
    U64.set(bytes, HEADER_SIZE + FrameLayout.PACKED_LAST_SEQUENCE, last);
  }

  private static PackedBatch decode(byte[] bytes) {
    return (PackedBatch) SampleFrames.only(SampleFrames.leaderFrames(), bytes);
  }

  private static byte[] seal(byte[] bytes) {
    return SampleFrames.seal(bytes);
  }

  /** Feeds the bytes under the length and the checksum that are theirs. */
  private static WireException violation(byte[] bytes) {
    return damage(seal(bytes));
  }

  private static WireException damage(byte[] bytes) {
    FrameDecoder decoder = SampleFrames.leaderFrames();
    decoder.feed(ByteBuffer.wrap(bytes));
    return assertThrows(WireException.class, decoder::next);
  }

  private static String hex(byte[] bytes, int from, int length) {
    return HexFormat.of().formatHex(bytes, from, from + length);
  }
}
