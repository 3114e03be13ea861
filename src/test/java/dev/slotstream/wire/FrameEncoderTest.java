package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.HEADER_SIZE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class FrameEncoderTest {

  @Test
  void keepsTheLargestValueOfEveryField() {
    for (Frame frame : List.of(new Frame.SyncRequest(255, 255, 255), new Frame.Ack(255, -1L, -1))) {
      assertEquals(
          frame, SampleFrames.only(FrameDecoder.ofFollowerFrames(), FrameEncoder.encode(frame)));
    }
    for (Frame frame :
        List.of(
            new Frame.ShardInfo(255, 65_535, 65_535, 65_535, -1, 255),
            new Frame.CaughtUp(255, -1L))) {
      assertEquals(
          frame, SampleFrames.only(SampleFrames.leaderFrames(), FrameEncoder.encode(frame)));
    }
  }

  @Test
  void passesAReceivedBatchOnAsItCame() {
    byte[] bytes = SampleFrames.batch(7);
    Frame batch = SampleFrames.only(SampleFrames.leaderFrames(), bytes);
    assertArrayEquals(bytes, FrameEncoder.encode(batch));
  }

  @Test
  void cutsAnErrorTextToItsBound() {
    for (int length : new int[] {0, 1, 1023, 1024}) {
      assertEquals("x".repeat(length), sent("x".repeat(length)));
    }
    assertEquals("x".repeat(1024), sent("x".repeat(1025)));
    assertEquals("x".repeat(1024), sent("x".repeat(100_000)));
  }

  @Test
  void cutsAnErrorTextBetweenCharacters() {
    String euro = "\u20ac";
    String rocket = "\ud83d\ude80";
    assertEquals("x".repeat(1022), sent("x".repeat(1022) + euro));
    assertEquals("x".repeat(1021) + euro, sent("x".repeat(1021) + euro + "x"));
    assertEquals("x".repeat(1021), sent("x".repeat(1021) + rocket));
    assertEquals("x".repeat(1020) + rocket, sent("x".repeat(1020) + rocket + rocket));
  }

  @Test
  void replacesHalfACharacterInAnErrorText() {
    assertEquals("a?b", sent("a\ud83db"));
    assertEquals("a?", sent("a\ud83d"));
  }

  @Test
  void replacesMalformedUtf8OfAPeer() {
    byte[] text = {'a', (byte) 0xff, 'b', (byte) 0xe2, (byte) 0x82};
    byte[] bytes = SampleFrames.join(SampleFrames.header(FrameLayout.ERROR, text.length), text);
    assertEquals(
        new Frame.ErrorFrame("a\ufffdb\ufffd"),
        SampleFrames.only(FrameDecoder.ofFollowerFrames(), bytes));
  }

  @Test
  void readsALongerErrorTextThanItWrites() {
    byte[] text = new byte[FrameLayout.ERROR_MAX];
    Arrays.fill(text, (byte) 'x');
    byte[] bytes = SampleFrames.join(SampleFrames.header(FrameLayout.ERROR, text.length), text);
    assertEquals(
        new Frame.ErrorFrame("x".repeat(4096)),
        SampleFrames.only(FrameDecoder.ofFollowerFrames(), bytes));
  }

  @Test
  void refusesValuesThatTheirFieldsCannotHold() {
    for (int bad : new int[] {-1, 256}) {
      assertRefused("shard", 255, bad, () -> new Frame.SyncRequest(bad, 1, 0));
      assertRefused("protocolVersion", 255, bad, () -> new Frame.SyncRequest(0, bad, 0));
      assertRefused("flags", 255, bad, () -> new Frame.SyncRequest(0, 1, bad));
      assertRefused("shardCount", 255, bad, () -> new Frame.ShardInfo(bad, 8, 16, 32, 0, 0));
      assertRefused("prefixBits", 255, bad, () -> new Frame.ShardInfo(1, 8, 16, 32, 0, bad));
      assertRefused("shard", 255, bad, () -> new Frame.CaughtUp(bad, 0));
      assertRefused("shard", 255, bad, () -> new Frame.Ack(bad, 0, 0));
    }
    for (int bad : new int[] {-1, 65_536}) {
      assertRefused("keyLength", 65_535, bad, () -> new Frame.ShardInfo(1, bad, 16, 32, 0, 0));
      assertRefused("valueLength", 65_535, bad, () -> new Frame.ShardInfo(1, 8, bad, 32, 0, 0));
      assertRefused("slotSize", 65_535, bad, () -> new Frame.ShardInfo(1, 8, 16, bad, 0, 0));
    }
    assertThrows(NullPointerException.class, () -> new Frame.ErrorFrame(null));
  }

  private static void assertRefused(String field, int maximum, int actual, Executable frame) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, frame);
    assertEquals(
        "value does not fit its field: %s expected=0..%d actual=%d"
            .formatted(field, maximum, actual),
        e.getMessage());
  }

  /** What the other side reads when this text is sent. */
  private static String sent(String text) {
    byte[] bytes = FrameEncoder.encode(new Frame.ErrorFrame(text));
    Frame.ErrorFrame read =
        (Frame.ErrorFrame) SampleFrames.only(FrameDecoder.ofFollowerFrames(), bytes);
    assertEquals(bytes.length - HEADER_SIZE, read.text().getBytes(StandardCharsets.UTF_8).length);
    return read.text();
  }
}
