package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.wire.WireException.Reason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FrameDecoderTest {

  private static final Set<FrameType> FROM_FOLLOWER =
      EnumSet.of(FrameType.SYNC_REQUEST, FrameType.ACK, FrameType.HEARTBEAT, FrameType.ERROR);
  private static final Set<FrameType> FROM_LEADER =
      EnumSet.of(
          FrameType.SHARD_INFO,
          FrameType.SLOT_BATCH,
          FrameType.PACKED_BATCH,
          FrameType.CAUGHT_UP,
          FrameType.HEARTBEAT,
          FrameType.ERROR);

  @Test
  void findsTheSameFramesAtEverySplit() {
    for (byte[] bytes : SampleFrames.all()) {
      FrameType type = FrameType.of(Byte.toUnsignedInt(bytes[0]));
      List<String> whole = SampleFrames.feed(SampleFrames.decoderFor(type), bytes);
      assertEquals(1, whole.size());
      for (int split = 0; split <= bytes.length; split++) {
        FrameDecoder decoder = SampleFrames.decoderFor(type);
        List<String> frames = new ArrayList<>(SampleFrames.feed(decoder, bytes, 0, split));
        frames.addAll(SampleFrames.feed(decoder, bytes, split, bytes.length));
        assertEquals(whole, frames, "type=" + type + " split=" + split);
      }
    }
  }

  @Test
  void findsTheSameFramesByteByByte() {
    for (byte[] bytes : SampleFrames.all()) {
      FrameType type = FrameType.of(Byte.toUnsignedInt(bytes[0]));
      FrameDecoder decoder = SampleFrames.decoderFor(type);
      for (int i = 0; i < bytes.length - 1; i++) {
        assertEquals(List.of(), SampleFrames.feed(decoder, bytes, i, i + 1));
      }
      assertEquals(
          SampleFrames.feed(SampleFrames.decoderFor(type), bytes),
          SampleFrames.feed(decoder, bytes, bytes.length - 1, bytes.length));
    }
  }

  @Test
  void findsManyFramesInOneChunkInOrder() {
    byte[] info = SampleFrames.encoded(FrameType.SHARD_INFO);
    byte[] batch = SampleFrames.encoded(FrameType.SLOT_BATCH);
    byte[] caughtUp = SampleFrames.encoded(FrameType.CAUGHT_UP);
    byte[] heartbeat = SampleFrames.encoded(FrameType.HEARTBEAT);
    byte[] stream = SampleFrames.join(info, batch, batch, caughtUp, heartbeat, batch);

    List<String> frames = SampleFrames.feed(SampleFrames.leaderFrames(), stream);

    String events = SampleFrames.feed(SampleFrames.leaderFrames(), batch).getFirst();
    assertEquals(6, frames.size());
    assertEquals(events, frames.get(1));
    assertEquals(events, frames.get(2));
    assertEquals(new Frame.Heartbeat().toString(), frames.get(4));
    assertEquals(events, frames.get(5));
  }

  @Test
  void goesOnAfterAFrameWithTheRestOfTheChunk() {
    Frame first = new Frame.Ack(1, 2, 3);
    Frame second = new Frame.Ack(4, 5, 6);
    byte[] one = FrameEncoder.encode(first);
    byte[] two = SampleFrames.join(one, FrameEncoder.encode(second));
    for (int cut = one.length; cut < two.length; cut++) {
      FrameDecoder decoder = FrameDecoder.ofFollowerFrames();
      assertEquals(List.of(first.toString()), SampleFrames.feed(decoder, two, 0, cut));
      assertEquals(List.of(second.toString()), SampleFrames.feed(decoder, two, cut, two.length));
      assertEquals(List.of(first.toString()), SampleFrames.feed(decoder, one));
    }
  }

  @Test
  void takesAllBytesOfAnyKindOfBuffer() {
    byte[] ack = SampleFrames.encoded(FrameType.ACK);
    ByteBuffer direct = ByteBuffer.allocateDirect(ack.length + 3);
    direct.position(3).put(ack).position(3);
    FrameDecoder decoder = FrameDecoder.ofFollowerFrames();
    decoder.feed(direct.asReadOnlyBuffer());
    assertNotNull(decoder.next());
    FrameDecoder other = FrameDecoder.ofFollowerFrames();
    other.feed(direct);
    assertEquals(0, direct.remaining());
    assertNotNull(other.next());
  }

  @Test
  void keepsNothingOfTheCallersBuffer() {
    byte[] bytes = SampleFrames.encoded(FrameType.SLOT_BATCH);
    String expected = SampleFrames.feed(SampleFrames.leaderFrames(), bytes).getFirst();
    FrameDecoder decoder = SampleFrames.leaderFrames();
    decoder.feed(ByteBuffer.wrap(bytes));
    Arrays.fill(bytes, (byte) 0x55);
    Frame batch = decoder.next();
    assertNull(decoder.next());
    SampleFrames.feed(decoder, SampleFrames.batch(200));
    assertEquals(expected, SampleFrames.text(batch));
  }

  @Test
  void refusesAChunkBeforeTheLastOneIsDrained() {
    byte[] ack = SampleFrames.encoded(FrameType.ACK);
    FrameDecoder decoder = FrameDecoder.ofFollowerFrames();
    decoder.feed(ByteBuffer.wrap(ack));
    assertThrows(IllegalStateException.class, () -> decoder.feed(ByteBuffer.wrap(ack)));
    assertNotNull(decoder.next());
    assertThrows(IllegalStateException.class, () -> decoder.feed(ByteBuffer.wrap(ack)));
    assertNull(decoder.next());
    assertNull(decoder.next());
    decoder.feed(ByteBuffer.wrap(ack));
    assertNotNull(decoder.next());
  }

  @Test
  void acceptsTheShortestAndTheLongestPayloadOfEachType() {
    for (FrameType type : FrameType.values()) {
      for (int length : new int[] {type.minPayload, type.maxPayload}) {
        byte[] bytes = frame(type, length);
        assertNotNull(SampleFrames.only(boundsDecoder(type), bytes), type + " " + length);
      }
    }
  }

  @Test
  void rejectsALengthOutsideTheBoundsOfItsTypeBeforeBuffering() {
    for (FrameType type : FrameType.values()) {
      // Below 0 is the largest u32.
      long[] lengths = {type.minPayload - 1L, type.maxPayload + 1L, 1L << 31, 0xffff_ffffL};
      for (long length : lengths) {
        FrameDecoder decoder = boundsDecoder(type);
        byte[] header = SampleFrames.header(type.code, length);
        assertNull(nextAfter(decoder, header, 0, HEADER_SIZE - 1));
        decoder.feed(ByteBuffer.wrap(header, HEADER_SIZE - 1, 1));
        assertTrue(decoder.capacity() <= 2 * HEADER_SIZE);
        WireException e = assertThrows(WireException.class, decoder::next);
        assertEquals(Reason.BAD_LENGTH, e.reason(), type + " " + length);
        assertEquals(0, decoder.capacity());
      }
    }
  }

  @Test
  void allocatesNothingForALengthThatIsOnlyAnnounced() {
    FrameDecoder decoder = SampleFrames.leaderFrames();
    byte[] header = SampleFrames.header(FrameLayout.SLOT_BATCH, FrameLayout.MAX_PAYLOAD);
    assertNull(nextAfter(decoder, header, 0, HEADER_SIZE));
    assertEquals(HEADER_SIZE, decoder.capacity());
  }

  /** Takes milliseconds, and many seconds if each byte moves those before it. */
  @Test
  @Timeout(5)
  void holdsTheLargestFrameByteByByteWithinItsBound() {
    holdsTheLargestFrame(FrameType.SLOT_BATCH);
    holdsTheLargestFrame(FrameType.PACKED_BATCH);
  }

  private static void holdsTheLargestFrame(FrameType type) {
    byte[] bytes = frame(type, FrameLayout.MAX_PAYLOAD);
    FrameDecoder decoder = boundsDecoder(type);
    ByteBuffer all = ByteBuffer.wrap(bytes);
    for (int i = 0; i < bytes.length - 1; i++) {
      decoder.feed(all.slice(i, 1));
      assertNull(decoder.next());
    }
    decoder.feed(all.slice(bytes.length - 1, 1));
    assertNotNull(decoder.next());
    assertEquals(bytes.length, decoder.capacity());
  }

  @Test
  void namesTypeBoundsAndLengthWhenALengthIsRejected() {
    FrameDecoder decoder = FrameDecoder.ofFollowerFrames();
    WireException e =
        violation(decoder, SampleFrames.header(FrameLayout.SYNC_REQUEST, 0xffff_ffffL));
    assertEquals(
        "payload length is out of bounds: type=sync-request expected=3..370 actual=4294967295",
        e.getMessage());
  }

  @Test
  void rejectsEveryUnknownType() {
    for (int code = 0; code <= 255; code++) {
      boolean known = (code >= 1 && code <= 7) || code == 255;
      if (!known) {
        for (FrameDecoder decoder :
            List.of(FrameDecoder.ofFollowerFrames(), SampleFrames.leaderFrames())) {
          WireException e = violation(decoder, SampleFrames.header(code, 0));
          assertEquals(Reason.UNKNOWN_TYPE, e.reason());
          assertEquals("frame type is unknown: type=" + code, e.getMessage());
        }
      }
    }
  }

  @Test
  void rejectsFramesThatTheOtherSideNeverSends() {
    for (byte[] bytes : SampleFrames.all()) {
      FrameType type = FrameType.of(Byte.toUnsignedInt(bytes[0]));
      assertDirection(FROM_FOLLOWER.contains(type), FrameDecoder.ofFollowerFrames(), bytes);
      assertDirection(FROM_LEADER.contains(type), SampleFrames.leaderFrames(), bytes);
    }
  }

  private static void assertDirection(boolean allowed, FrameDecoder decoder, byte[] bytes) {
    if (allowed) {
      assertNotNull(SampleFrames.only(decoder, bytes));
    } else {
      assertEquals(Reason.UNEXPECTED_TYPE, violation(decoder, bytes).reason());
    }
  }

  @Test
  void judgesTheTypeBeforeTheLength() {
    assertEquals(
        Reason.UNKNOWN_TYPE,
        violation(SampleFrames.leaderFrames(), SampleFrames.header(42, 1L << 31)).reason());
    assertEquals(
        Reason.UNEXPECTED_TYPE,
        violation(
                SampleFrames.leaderFrames(),
                SampleFrames.header(FrameLayout.SYNC_REQUEST, 1L << 31))
            .reason());
  }

  @Test
  void deliversTheFramesBeforeAViolationFirst() {
    FrameDecoder decoder = FrameDecoder.ofFollowerFrames();
    byte[] ack = SampleFrames.encoded(FrameType.ACK);
    decoder.feed(ByteBuffer.wrap(SampleFrames.join(ack, SampleFrames.header(42, 0))));
    assertNotNull(decoder.next());
    assertThrows(WireException.class, decoder::next);
  }

  @Test
  void throwsTheSameViolationEverAfter() {
    FrameDecoder decoder = FrameDecoder.ofFollowerFrames();
    WireException first = violation(decoder, SampleFrames.header(42, 0));
    ByteBuffer more = ByteBuffer.wrap(SampleFrames.encoded(FrameType.ACK));
    assertSame(first, assertThrows(WireException.class, decoder::next));
    assertSame(first, assertThrows(WireException.class, () -> decoder.feed(more)));
    assertSame(first, assertThrows(WireException.class, decoder::next));
    assertEquals(0, decoder.capacity());
  }

  @Test
  void ignoresBytesAfterTheKnownFields() {
    for (FrameType type : FrameType.values()) {
      byte[] plain = SampleFrames.encoded(type);
      // More bytes would be an extension, if there is no flag or version that says so.
      int most =
          switch (type) {
            case SYNC_REQUEST, SHARD_INFO -> FrameLayout.MAX_TRAILING;
            case CAUGHT_UP, ACK, HEARTBEAT ->
                SampleFrames.extended(type).orElseThrow().length - plain.length - 1;
            case SLOT_BATCH, PACKED_BATCH, ERROR -> 0;
          };
      for (int extra = 1; extra <= most; extra++) {
        byte[] longer = Arrays.copyOf(plain, plain.length + extra);
        Arrays.fill(longer, plain.length, longer.length, (byte) 0xa5);
        SampleFrames.seal(longer);
        assertEquals(
            SampleFrames.only(SampleFrames.decoderFor(type), plain),
            SampleFrames.only(SampleFrames.decoderFor(type), longer));
      }
    }
  }

  @Test
  void keepsFlagsThatItDoesNotKnow() {
    for (int flags = 0; flags <= 255; flags++) {
      byte[] bytes = FrameEncoder.encode(new Frame.SyncRequest(0, 1, flags));
      Frame.SyncRequest request =
          (Frame.SyncRequest) SampleFrames.only(FrameDecoder.ofFollowerFrames(), bytes);
      assertEquals(flags, request.flags());
      assertEquals(flags % 2 == 1, request.empty());
    }
  }

  @Test
  void refusesKeyAndValueLengthsThatNoSlotHolds() {
    assertThrows(IllegalArgumentException.class, () -> FrameDecoder.ofLeaderFrames(0, 16));
    assertThrows(IllegalArgumentException.class, () -> FrameDecoder.ofLeaderFrames(8, -1));
    assertThrows(IllegalArgumentException.class, () -> FrameDecoder.ofLeaderFrames(8, 65_513));
    assertNotNull(FrameDecoder.ofLeaderFrames(8, 65_512));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> FrameDecoder.ofLeaderFrames(1, Integer.MAX_VALUE));
    assertEquals(
        "key and value do not fit a slot: expected=1..65520 keyLength=1 valueLength=2147483647",
        e.getMessage());
  }

  private static Frame nextAfter(FrameDecoder decoder, byte[] bytes, int from, int to) {
    decoder.feed(ByteBuffer.wrap(bytes, from, to - from));
    return decoder.next();
  }

  private static WireException violation(FrameDecoder decoder, byte[] bytes) {
    decoder.feed(ByteBuffer.wrap(bytes));
    return assertThrows(WireException.class, decoder::next);
  }

  /** With small events of two sizes a batch can have exactly the largest payload. */
  private static FrameDecoder boundsDecoder(FrameType type) {
    return switch (type) {
      case SLOT_BATCH, PACKED_BATCH -> FrameDecoder.ofLeaderFrames(1, 1);
      default -> SampleFrames.decoderFor(type);
    };
  }

  /** A frame whose payload has this length. */
  private static byte[] frame(FrameType type, int length) {
    byte[] frame = new byte[HEADER_SIZE + length];
    frame[0] = (byte) type.code;
    if (type == FrameType.SLOT_BATCH) {
      fill(frame, FrameLayout.BATCH_EVENTS, FrameLayout.EVENT_KEY + 1);
    } else if (type == FrameType.PACKED_BATCH) {
      fill(frame, FrameLayout.PACKED_EVENTS, FrameLayout.PACKED_KEY);
    }
    return SampleFrames.seal(frame);
  }

  /**
   * Deleted events of the shortest size, after as many occupied ones of a byte more as it takes.
   */
  private static void fill(byte[] frame, int events, int shortest) {
    int bytes = frame.length - HEADER_SIZE - events;
    int occupied = bytes % shortest;
    int count = (bytes - occupied) / shortest;
    FrameLayout.U32.set(frame, HEADER_SIZE + FrameLayout.BATCH_COUNT, count);
    int event = HEADER_SIZE + events;
    for (int i = 0; i < count; i++) {
      boolean value = i < occupied;
      FrameLayout.U32.set(
          frame,
          event + FrameLayout.EVENT_META,
          value ? SampleFrames.OCCUPIED : SampleFrames.DELETED);
      if (value && events == FrameLayout.PACKED_EVENTS) {
        FrameLayout.U16.set(frame, event + FrameLayout.PACKED_VALUE_LENGTH, (short) 1);
      }
      event += value ? shortest + 1 : shortest;
    }
  }
}
