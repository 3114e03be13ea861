package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.Seeded;
import dev.slotstream.wire.Frame.ShardInfo.HistoryEntry;
import dev.slotstream.wire.Frame.ShardInfo.Mode;
import dev.slotstream.wire.WireException.Reason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * Each extension against bytes written by hand, and what becomes of bytes that are not quite one.
 */
class FrameExtensionTest {

  private static final UUID FOLLOWER = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  private static final UUID STORE = UUID.fromString("f0e1d2c3-b4a5-9687-7869-5a4b3c2d1e0f");

  private static final String SYNC_REQUEST =
      """
      01 35000000
      07 01 81
      01 00112233445566778899aabbccddeeff f0e1d2c3b4a5968778695a4b3c2d1e0f
      04030201 0807060504030201 0002 02 6e31
      """;

  private static final String SHARD_INFO =
      """
      02 54000000
      10 0800 1000 2000 40420f00 04
      01 f0e1d2c3b4a5968778695a4b3c2d1e0f 07000000 00
      0900000000000000 0a00000000000080 e8030000
      03 6f6c64 0200 01000000 0100000000000000 07000000 0800000000000000
      """;

  private static final String CAUGHT_UP = "04 11000000 05 0000000000010000 efcdab8967452301";

  private static final String ACK =
      """
      05 1f000000
      05 0100000000000000 4d000000
      efcdab8967452301 0200000000000000 0301
      """;

  private static final String HEARTBEAT =
      "06 18000000 efcdab8967452301 0200000000000000 ff00000000000080";

  private static Frame.SyncRequest syncRequest(String name) {
    return new Frame.SyncRequest(
        7,
        1,
        1,
        Optional.of(
            new Frame.SyncRequest.Extension(
                FOLLOWER, STORE, 0x01020304, 0x0102030405060708L, 512, name)));
  }

  private static Frame.ShardInfo shardInfo(Mode mode, String reason, List<HistoryEntry> history) {
    return new Frame.ShardInfo(
        16,
        8,
        16,
        32,
        1_000_000,
        4,
        Optional.of(
            new Frame.ShardInfo.Extension(
                STORE, 7, mode, 9, Long.MIN_VALUE + 10, 1000, reason, history)));
  }

  private static final List<HistoryEntry> HISTORY =
      List.of(new HistoryEntry(1, 1), new HistoryEntry(7, 8));

  @Test
  void syncRequest() {
    assertBothWays(SYNC_REQUEST, syncRequest("n1"), FrameDecoder.ofFollowerFrames());
  }

  @Test
  void shardInfo() {
    assertBothWays(SHARD_INFO, shardInfo(Mode.FULL, "old", HISTORY), SampleFrames.leaderFrames());
  }

  @Test
  void shardInfoOfAResume() {
    assertBothWays(
        """
        02 39000000
        10 0800 1000 2000 40420f00 04
        01 f0e1d2c3b4a5968778695a4b3c2d1e0f 07000000 01
        0900000000000000 0a00000000000080 e8030000 00 0000
        """,
        shardInfo(Mode.RESUME, "", List.of()),
        SampleFrames.leaderFrames());
  }

  @Test
  void caughtUp() {
    assertBothWays(
        CAUGHT_UP,
        new Frame.CaughtUp(
            5, 1L << 40, Optional.of(new Frame.CaughtUp.Extension(0x0123456789abcdefL))),
        SampleFrames.leaderFrames());
  }

  @Test
  void ack() {
    assertBothWays(
        ACK,
        new Frame.Ack(
            5, 1, 77, Optional.of(new Frame.Ack.Extension(0x0123456789abcdefL, 2, 0x0103))),
        FrameDecoder.ofFollowerFrames());
  }

  @Test
  void heartbeatOfALeader() {
    assertBothWays(
        HEARTBEAT,
        new Frame.Heartbeat(
            Optional.of(
                new Frame.Heartbeat.Extension(0x0123456789abcdefL, 2, Long.MIN_VALUE + 255))),
        SampleFrames.leaderFrames());
  }

  @Test
  void readsWhatItWrote() {
    Seeded.run(
        20_260_301L,
        random -> {
          RandomFrames frames = new RandomFrames(random, 8, 16);
          for (int i = 0; i < 2000; i++) {
            for (Frame frame : List.of(frames.syncRequest(), frames.ack(), frames.heartbeat())) {
              byte[] bytes = FrameEncoder.encode(frame);
              assertEquals(frame, SampleFrames.only(FrameDecoder.ofFollowerFrames(), bytes));
            }
            for (Frame frame : List.of(frames.shardInfo(), frames.caughtUp(), frames.heartbeat())) {
              byte[] bytes = FrameEncoder.encode(frame);
              assertEquals(frame, SampleFrames.only(SampleFrames.leaderFrames(), bytes));
            }
          }
        });
  }

  @Test
  void ignoresBytesAfterAnExtension() {
    for (byte[] bytes : extended()) {
      FrameType type = FrameType.of(bytes[0]);
      Frame expected = SampleFrames.only(SampleFrames.decoderFor(type), bytes);
      for (int extra = 1; extra <= FrameLayout.MAX_TRAILING; extra++) {
        byte[] longer = withPayload(Arrays.copyOf(bytes, bytes.length + extra));
        Arrays.fill(longer, bytes.length, longer.length, (byte) 0xa5);
        assertEquals(expected, SampleFrames.only(SampleFrames.decoderFor(type), longer));
      }
    }
  }

  @Test
  void takesAFrameThatEndsBeforeItsExtensionForAPlainOne() {
    for (byte[] bytes : extended()) {
      FrameType type = FrameType.of(bytes[0]);
      int fixed =
          switch (type) {
            case SYNC_REQUEST -> FrameLayout.SYNC_NAME;
            case SHARD_INFO -> FrameLayout.INFO_REASON + FrameLayout.HISTORY_COUNT_BYTES;
            default -> bytes.length - HEADER_SIZE;
          };
      for (int length = type.minPayload; length < fixed; length++) {
        Frame cut = read(Arrays.copyOf(bytes, HEADER_SIZE + length));
        byte[] plain = Arrays.copyOf(bytes, HEADER_SIZE + type.minPayload);
        assertEquals(read(plain), cut, type + " " + length);
        assertArrayEquals(withPayload(plain), FrameEncoder.encode(cut));
      }
    }
  }

  @Test
  void takesAnExtensionWithoutItsFlagForUnknownBytes() {
    byte[] bytes = hex(SYNC_REQUEST);
    bytes[HEADER_SIZE + FrameLayout.SYNC_FLAGS] = 1;
    assertEquals(new Frame.SyncRequest(7, 1, 1), read(bytes));
  }

  @Test
  void takesAnotherExtensionVersionForUnknownBytes() {
    for (int version : new int[] {0, 2, 255}) {
      byte[] request = hex(SYNC_REQUEST);
      request[HEADER_SIZE + FrameLayout.SYNC_EXTENSION_VERSION] = (byte) version;
      assertEquals(new Frame.SyncRequest(7, 1, 0x81), read(request));
      byte[] info = hex(SHARD_INFO);
      info[HEADER_SIZE + FrameLayout.INFO_EXTENSION_VERSION] = (byte) version;
      assertEquals(new Frame.ShardInfo(16, 8, 16, 32, 1_000_000, 4), read(info));
    }
  }

  @Test
  void setsTheFlagOfAnExtension() {
    assertEquals(0x81, syncRequest("").flags());
    assertTrue(syncRequest("").empty());
    assertEquals(1, new Frame.SyncRequest(7, 1, 1).flags());
  }

  @Test
  void readsANameUpToItsBound() {
    for (String name : List.of("", "n".repeat(63), "é".repeat(31), "\u20ac".repeat(21))) {
      Frame request = syncRequest(name);
      assertEquals(
          request,
          SampleFrames.only(FrameDecoder.ofFollowerFrames(), FrameEncoder.encode(request)));
    }
  }

  @Test
  void rejectsANameLengthBeyondItsBound() {
    for (int length : new int[] {64, 65, 128, 255}) {
      byte[] bytes = Arrays.copyOf(hex(SYNC_REQUEST), HEADER_SIZE + FrameLayout.SYNC_NAME + 256);
      Arrays.fill(bytes, HEADER_SIZE + FrameLayout.SYNC_NAME, bytes.length, (byte) 'n');
      bytes[HEADER_SIZE + FrameLayout.SYNC_NAME_LENGTH] = (byte) length;
      assertViolation(
          "name length is more than may be or came: expected=0..63 actual=" + length, bytes);
    }
  }

  @Test
  void rejectsANameThatDidNotCome() {
    byte[] whole = hex(SYNC_REQUEST);
    assertViolation(
        "name length is more than may be or came: expected=0..1 actual=2",
        Arrays.copyOf(whole, whole.length - 1));
    assertViolation(
        "name length is more than may be or came: expected=0..0 actual=2",
        Arrays.copyOf(whole, whole.length - 2));
  }

  @Test
  void rejectsTextsThatAreNotPrintable() {
    for (String bad : List.of("0061", "1b5b", "c285", "ff61", "c0af", "e282", "e280ae")) {
      byte[] text = HexFormat.of().parseHex(bad);
      byte[] request = Arrays.copyOf(hex(SYNC_REQUEST), HEADER_SIZE + FrameLayout.SYNC_NAME);
      request[HEADER_SIZE + FrameLayout.SYNC_NAME_LENGTH] = (byte) text.length;
      assertViolation(
          "name is not printable UTF-8: length=" + text.length, SampleFrames.join(request, text));

      byte[] info = Arrays.copyOf(hex(SHARD_INFO), HEADER_SIZE + FrameLayout.INFO_REASON);
      info[HEADER_SIZE + FrameLayout.INFO_REASON_LENGTH] = (byte) text.length;
      assertViolation(
          "reason is not printable UTF-8: length=" + text.length,
          SampleFrames.join(info, text, new byte[2]));
    }
  }

  @Test
  void rejectsAReasonThatDidNotCome() {
    byte[] bytes = Arrays.copyOf(hex(SHARD_INFO), HEADER_SIZE + FrameLayout.INFO_REASON + 2 + 10);
    for (int length : new int[] {11, 12, 13, 255}) {
      bytes[HEADER_SIZE + FrameLayout.INFO_REASON_LENGTH] = (byte) length;
      assertViolation(
          "reason length is more than may be or came: expected=0..10 actual=" + length, bytes);
    }
  }

  @Test
  void rejectsAModeThatIsNone() {
    for (int mode : new int[] {2, 3, 255}) {
      byte[] bytes = hex(SHARD_INFO);
      bytes[HEADER_SIZE + FrameLayout.INFO_MODE] = (byte) mode;
      assertViolation("mode is neither full nor resume: expected=0..1 actual=" + mode, bytes);
    }
  }

  @Test
  void rejectsAHistoryThatDidNotCome() {
    byte[] whole = hex(SHARD_INFO);
    for (int missing = 1; missing <= 24; missing++) {
      assertViolation(
          "history count is more than may be or came: expected=0..%d actual=2"
              .formatted((24 - missing) / 12),
          Arrays.copyOf(whole, whole.length - missing));
    }
  }

  @Test
  void rejectsAHistoryBeyondItsBound() {
    List<HistoryEntry> most = Collections.nCopies(128, new HistoryEntry(1, 2));
    byte[] full = FrameEncoder.encode(shardInfo(Mode.FULL, "old", most));
    assertEquals(shardInfo(Mode.FULL, "old", most), read(full));
    byte[] more = Arrays.copyOf(full, full.length + 12);
    int count = HEADER_SIZE + FrameLayout.INFO_REASON + 3;
    for (int entries : new int[] {129, 32_768, 65_535}) {
      FrameLayout.U16.set(more, count, (short) entries);
      assertViolation(
          "history count is more than may be or came: expected=0..128 actual=" + entries, more);
    }
  }

  @Test
  void holdsTheLargestExtensions() {
    List<HistoryEntry> most = Collections.nCopies(128, new HistoryEntry(-1, -1));
    byte[] info = FrameEncoder.encode(shardInfo(Mode.FULL, "r".repeat(255), most));
    assertEquals(FrameLayout.SHARD_INFO_MAX - 256, info.length - HEADER_SIZE);
    byte[] request = FrameEncoder.encode(syncRequest("n".repeat(63)));
    assertEquals(FrameLayout.SYNC_REQUEST_MAX - 256, request.length - HEADER_SIZE);
    for (byte[] bytes : List.of(info, request)) {
      Frame expected = read(bytes);
      byte[] longest = Arrays.copyOf(bytes, bytes.length + 256);
      assertEquals(expected, read(longest));
      byte[] tooLong = withPayload(Arrays.copyOf(bytes, bytes.length + 257));
      FrameDecoder decoder = SampleFrames.decoderFor(FrameType.of(bytes[0]));
      decoder.feed(ByteBuffer.wrap(tooLong));
      assertEquals(Reason.BAD_LENGTH, assertThrows(WireException.class, decoder::next).reason());
    }
  }

  @Test
  void cutsAReasonToItsBoundAndMakesItPrintable() {
    assertEquals("r".repeat(255), reason("r".repeat(1000)));
    assertEquals("r".repeat(253), reason("r".repeat(253) + "\u20ac"));
    assertEquals("a?b?c?", reason("a\nb\u202ec\ud83d"));
    Frame info = shardInfo(Mode.FULL, "a\nb" + "\u20ac".repeat(300), HISTORY);
    assertEquals(info, read(FrameEncoder.encode(info)));
  }

  private static String reason(String text) {
    return shardInfo(Mode.FULL, text, HISTORY).extension().orElseThrow().reason();
  }

  @Test
  void refusesWhatItCouldNotSend() {
    for (String name :
        List.of("n".repeat(64), "\u20ac".repeat(22), "a\tb", "a\u007f", "a\u2028", "\ud83d")) {
      assertRefused("name is not printable or too long: expected<=63 ", () -> syncRequest(name));
    }
    for (int bad : new int[] {-1, 65_536}) {
      assertRefused(
          "value does not fit its field: window",
          () -> new Frame.SyncRequest.Extension(FOLLOWER, STORE, 0, 0, bad, ""));
      assertRefused(
          "value does not fit its field: batches", () -> new Frame.Ack.Extension(0, 0, bad));
    }
    List<HistoryEntry> tooMany = Collections.nCopies(129, new HistoryEntry(1, 2));
    assertRefused(
        "value does not fit its field: history expected=0..128 actual=129",
        () -> shardInfo(Mode.FULL, "", tooMany));
  }

  @Test
  void keepsAHistoryThatItsCallerChangesLater() {
    List<HistoryEntry> mine = new ArrayList<>(HISTORY);
    Frame.ShardInfo info = shardInfo(Mode.FULL, "", mine);
    mine.clear();
    assertEquals(HISTORY, info.extension().orElseThrow().history());
  }

  private static List<byte[]> extended() {
    return List.of(hex(SYNC_REQUEST), hex(SHARD_INFO), hex(CAUGHT_UP), hex(ACK), hex(HEARTBEAT));
  }

  private static void assertBothWays(String vector, Frame frame, FrameDecoder decoder) {
    assertEquals(frame, SampleFrames.only(decoder, hex(vector)));
    assertArrayEquals(hex(vector), FrameEncoder.encode(frame));
  }

  private static void assertRefused(String message, Executable frame) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, frame);
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  /** Reads the bytes under a header that fits their number. */
  private static Frame read(byte[] bytes) {
    FrameType type = FrameType.of(bytes[0]);
    return SampleFrames.only(SampleFrames.decoderFor(type), withPayload(bytes));
  }

  private static void assertViolation(String message, byte[] bytes) {
    FrameDecoder decoder = SampleFrames.decoderFor(FrameType.of(bytes[0]));
    decoder.feed(ByteBuffer.wrap(withPayload(bytes)));
    WireException e = assertThrows(WireException.class, decoder::next);
    assertEquals(message, e.getMessage());
    assertEquals(Reason.BAD_CONTENT, e.reason());
  }

  private static byte[] withPayload(byte[] bytes) {
    FrameLayout.putHeader(bytes, bytes[0], bytes.length - HEADER_SIZE);
    return bytes;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
  }
}
