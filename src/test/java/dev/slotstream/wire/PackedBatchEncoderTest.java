package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.slotstream.kit.Seeded;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PackedBatchEncoderTest {

  private static final int OCCUPIED = SampleFrames.OCCUPIED;
  private static final int DELETED = SampleFrames.DELETED;
  private static final PackedBatch.Header SCAN = PackedBatch.Header.ofScan(1, 2, 3);

  private static PackedBatch.Header stream(long first, long last) {
    return new PackedBatch.Header(1, first, last, 20, 30, 40);
  }

  @Test
  void writesTheBytesOfTheProtocol() {
    byte[] source = HexFormat.of().parseHex("6b00000000000000" + "76320000");
    PackedBatchEncoder encoder = new PackedBatchEncoder(5, 8, 16);
    encoder.occupied(100, 42 << 2 | 1, source, 0, 8, 8, 4);
    encoder.deleted(101, 43 << 2 | 2, source, 0, 1);
    encoder.occupied((int) 4_000_000_000L, 44 << 2 | 1, source, 1, 7, 10, 2);
    byte[] frame =
        encoder.finish(new PackedBatch.Header(0x01020304, 9, 11, 0x0123456789abcdefL, 1024, 2048));
    assertEquals(
        """
        07 5d000000
        05 03000000 04030201
        0900000000000000 0b00000000000000 efcdab8967452301 0004000000000000 0008000000000000
        8f785742
        64000000 a9000000 0100 0200 6b 7632
        65000000 ae000000 0100 0000 6b
        00286bee b1000000 0000 0000
        """
            .replaceAll("\\s", ""),
        HexFormat.of().formatHex(frame));
  }

  /** What it packs is, with its zeros again, what a plain batch says. */
  @Test
  void saysWhatAPlainBatchSays() {
    Seeded.run(
        20_260_302L,
        random -> {
          for (int i = 0; i < 300; i++) {
            int keyLength = 1 + random.nextInt(40);
            int valueLength = random.nextInt(60);
            int events = random.nextInt(257);
            PackedBatchEncoder packed = new PackedBatchEncoder(7, keyLength, valueLength);
            SlotBatchEncoder plain = new SlotBatchEncoder(7, keyLength, valueLength);
            RandomFrames frames = new RandomFrames(random.split(), keyLength, valueLength);
            long seed = random.nextLong();
            addEvents(packed, seed, keyLength, valueLength, events);
            addEvents(plain, seed, keyLength, valueLength, events);
            PackedBatch.Header header = frames.header(events);
            PackedBatch batch =
                (PackedBatch)
                    SampleFrames.only(
                        FrameDecoder.ofLeaderFrames(keyLength, valueLength), packed.finish(header));
            assertEquals(header, batch.header());
            assertArrayEquals(plain.finish(), unpacked(batch, keyLength, valueLength));
          }
        });
  }

  private static void addEvents(
      BatchEncoder encoder, long seed, int keyLength, int valueLength, int events) {
    SplittableRandom same = new SplittableRandom(seed);
    new RandomFrames(same, keyLength, valueLength).addEvents(encoder, events);
  }

  private static byte[] unpacked(PackedBatch batch, int keyLength, int valueLength) {
    SlotBatchEncoder encoder = new SlotBatchEncoder(batch.shard(), keyLength, valueLength);
    for (PackedBatch.Cursor event = batch.cursor(); event.next(); ) {
      byte[] bytes = event.array();
      assertTrimmed(bytes, event.keyOffset(), event.keyLength());
      assertTrimmed(bytes, event.valueOffset(), event.valueLength());
      int key = event.keyOffset();
      if (event.occupied()) {
        encoder.occupied(
            event.slot(),
            event.meta(),
            bytes,
            key,
            event.keyLength(),
            event.valueOffset(),
            event.valueLength());
      } else {
        encoder.deleted(event.slot(), event.meta(), bytes, key, event.keyLength());
      }
    }
    return encoder.finish();
  }

  private static void assertTrimmed(byte[] bytes, int offset, int length) {
    assertTrue(length == 0 || bytes[offset + length - 1] != 0);
  }

  @Test
  void trimsKeysAndValuesOfEveryLength() {
    for (int length = 0; length <= 40; length++) {
      for (int kept = 0; kept <= length; kept++) {
        // Not only zeros behind it: what is no part of the value does not count.
        byte[] source = new byte[80];
        Arrays.fill(source, (byte) 1);
        Arrays.fill(source, 17 + kept, 17 + length, (byte) 0);
        PackedBatchEncoder encoder = new PackedBatchEncoder(0, 40, 40);
        encoder.occupied(1, OCCUPIED, source, 17, length, 17, length);
        PackedBatch.Cursor event = decode(encoder.finish(SCAN), 40, 40).cursor();
        assertTrue(event.next());
        assertEquals(kept, event.keyLength());
        assertEquals(kept, event.valueLength());
      }
    }
  }

  @Test
  void isFullAt256Events() {
    PackedBatchEncoder encoder = new PackedBatchEncoder(0, 8, 16);
    byte[] source = ones(24);
    for (int i = 0; i < 256; i++) {
      assertTrue(encoder.hasRoom());
      assertEquals(i, encoder.events());
      encoder.occupied(i, OCCUPIED, source, 0, 8, 8, 16);
    }
    assertFalse(encoder.hasRoom());
    assertThrows(IllegalStateException.class, () -> encoder.deleted(1, DELETED, source, 0, 8));
    assertEquals(HEADER_SIZE + 53 + 256 * 36, encoder.finish(stream(1, 256)).length);
  }

  @Test
  void isFullAtExactly64KiB() {
    // 53 + 32 * 2,046 = 65,525; 11 bytes more and then one event at least.
    PackedBatchEncoder encoder = new PackedBatchEncoder(0, 34, 2000);
    byte[] source = ones(2034);
    for (int i = 0; i < 32; i++) {
      assertTrue(encoder.hasRoom());
      encoder.occupied(i, OCCUPIED, source, 0, 34, 34, 2000);
    }
    assertTrue(encoder.hasRoom());
    encoder.occupied(32, OCCUPIED, source, 0, 34, 34, 2000);
    assertFalse(encoder.hasRoom());
    assertEquals(HEADER_SIZE + 65_525 + 2046, encoder.finish(SCAN).length);

    // 53 + 65,483 = 65,536.
    PackedBatchEncoder exact = new PackedBatchEncoder(0, 20, 65_451);
    exact.occupied(0, OCCUPIED, ones(65_471), 0, 20, 20, 65_451);
    assertFalse(exact.hasRoom());
    PackedBatchEncoder oneLess = new PackedBatchEncoder(0, 20, 65_451);
    oneLess.occupied(0, OCCUPIED, ones(65_471), 0, 20, 20, 65_450);
    assertTrue(oneLess.hasRoom());
  }

  @Test
  void staysWithinTheLargestPayloadForTheLargestEntry() {
    PackedBatchEncoder encoder = new PackedBatchEncoder(0, 20, 65_500);
    byte[] source = ones(65_520);
    encoder.occupied(0, OCCUPIED, source, 0, 20, 20, 65_450);
    assertTrue(encoder.hasRoom());
    encoder.occupied(1, OCCUPIED, source, 0, 20, 20, 65_500);
    assertFalse(encoder.hasRoom());
    byte[] frame = encoder.finish(stream(1, 2));
    assertTrue(frame.length - HEADER_SIZE <= FrameLayout.MAX_PAYLOAD);
    PackedBatch.Cursor event = decode(frame, 20, 65_500).cursor();
    assertTrue(event.next());
    assertEquals(65_450, event.valueLength());
    assertTrue(event.next());
    assertEquals(65_500, event.valueLength());
  }

  @Test
  void startsAnewAfterFinish() {
    PackedBatchEncoder encoder = new PackedBatchEncoder(5, 8, 16);
    assertTrue(encoder.isEmpty());
    encoder.occupied(1, OCCUPIED, ones(24), 0, 8, 8, 16);
    assertFalse(encoder.isEmpty());
    byte[] first = encoder.finish(stream(7, 7));
    byte[] kept = first.clone();
    assertTrue(encoder.isEmpty());
    assertEquals(0, encoder.events());
    encoder.deleted(2, DELETED, ones(24), 0, 8);
    byte[] second = encoder.finish(SCAN);
    assertArrayEquals(kept, first);

    PackedBatchEncoder fresh = new PackedBatchEncoder(5, 8, 16);
    fresh.deleted(2, DELETED, ones(24), 0, 8);
    assertArrayEquals(fresh.finish(SCAN), second);
  }

  @Test
  void refusesSequencesThatAreNotThoseOfTheEvents() {
    PackedBatchEncoder encoder = new PackedBatchEncoder(5, 8, 16);
    assertThrows(IllegalArgumentException.class, () -> encoder.finish(stream(1, 0)));
    assertThrows(IllegalArgumentException.class, () -> encoder.finish(stream(1, 1)));
    encoder.deleted(2, DELETED, ones(8), 0, 8);
    encoder.deleted(3, DELETED, ones(8), 0, 8);
    for (long[] bad : new long[][] {{1, 1}, {1, 3}, {2, 1}, {0, 1}, {1, 0}, {-1, 0}}) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> encoder.finish(stream(bad[0], bad[1])));
      assertTrue(
          e.getMessage().startsWith("sequences are not those of the events: events=2 Header["));
    }
    assertEquals(2, encoder.events());
    assertEquals(2, decode(encoder.finish(stream(1, 2)), 8, 16).count());
  }

  @Test
  void refusesKeysAndValuesLongerThanTheStores() {
    PackedBatchEncoder encoder = new PackedBatchEncoder(0, 8, 16);
    byte[] zeros = new byte[64];
    for (int bad : new int[] {-1, 9}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> encoder.occupied(1, OCCUPIED, zeros, 0, bad, 8, 16));
      assertThrows(
          IllegalArgumentException.class, () -> encoder.deleted(1, DELETED, zeros, 0, bad));
    }
    for (int bad : new int[] {-1, 17}) {
      assertThrows(
          IllegalArgumentException.class, () -> encoder.occupied(1, OCCUPIED, zeros, 0, 8, 8, bad));
    }
    assertTrue(encoder.isEmpty());
  }

  @Test
  void doesNotCountAnEventWhoseBytesAreMissing() {
    PackedBatchEncoder encoder = new PackedBatchEncoder(0, 8, 16);
    byte[] zeros = new byte[24];
    Class<IndexOutOfBoundsException> outside = IndexOutOfBoundsException.class;
    assertThrows(outside, () -> encoder.occupied(1, OCCUPIED, zeros, 17, 8, 8, 16));
    assertThrows(outside, () -> encoder.occupied(1, OCCUPIED, zeros, 0, 8, 9, 16));
    assertThrows(outside, () -> encoder.deleted(1, DELETED, zeros, -1, 8));
    assertTrue(encoder.isEmpty());
    assertArrayEquals(new PackedBatchEncoder(0, 8, 16).finish(SCAN), encoder.finish(SCAN));
  }

  @Test
  void refusesAStatusThatIsNotTheEvents() {
    PackedBatchEncoder encoder = new PackedBatchEncoder(0, 8, 16);
    byte[] source = new byte[24];
    assertThrows(
        IllegalArgumentException.class, () -> encoder.occupied(1, DELETED, source, 0, 8, 8, 16));
    assertThrows(IllegalArgumentException.class, () -> encoder.deleted(1, OCCUPIED, source, 0, 8));
    assertTrue(encoder.isEmpty());
  }

  @Test
  void aSlotCanBecomeFree() {
    PackedBatchEncoder encoder = new PackedBatchEncoder(0, 8, 16);
    encoder.freed(7);
    encoder.occupied(8, OCCUPIED, ones(24), 0, 8, 8, 16);
    PackedBatch.Cursor event = decode(encoder.finish(stream(1, 2)), 8, 16).cursor();
    assertTrue(event.next());
    assertEquals(7, event.slot());
    assertEquals(FrameLayout.META_FREE, event.meta());
    assertEquals(0, event.keyLength());
    assertEquals(0, event.valueLength());
    assertTrue(event.next());
    assertEquals(8, event.slot());
  }

  @Test
  void refusesAShardOrSizesThatDoNotFit() {
    assertThrows(IllegalArgumentException.class, () -> new PackedBatchEncoder(256, 8, 16));
    assertThrows(IllegalArgumentException.class, () -> new PackedBatchEncoder(-1, 8, 16));
    assertThrows(IllegalArgumentException.class, () -> new PackedBatchEncoder(0, 0, 16));
    assertThrows(IllegalArgumentException.class, () -> new PackedBatchEncoder(0, 65_521, 0));
  }

  @Test
  void allocatesOnlyTheFrame() {
    PackedBatchEncoder encoder = new PackedBatchEncoder(0, 8, 16);
    byte[] source = ones(24);
    PackedBatch.Header header = stream(1, 256);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    int length = 0;
    // The least of some: the first ones link what they call.
    for (int run = 0; run < 50; run++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 256; i++) {
        encoder.occupied(i, OCCUPIED, source, 0, 8, 8, 16);
      }
      length = encoder.finish(header).length;
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    // Less than a byte for each event, besides the frame.
    assertTrue(least <= length + 255, "frame=" + length + " allocated=" + least);
  }

  private static byte[] ones(int length) {
    byte[] ones = new byte[length];
    Arrays.fill(ones, (byte) 1);
    return ones;
  }

  private static PackedBatch decode(byte[] frame, int keyLength, int valueLength) {
    return (PackedBatch)
        SampleFrames.only(FrameDecoder.ofLeaderFrames(keyLength, valueLength), frame);
  }
}
