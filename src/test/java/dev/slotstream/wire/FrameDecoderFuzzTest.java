package dev.slotstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Valid streams with a few bytes changed, fed as a whole and again in random chunks. Nothing but a
 * WireException comes out, both ways give the same, and the buffer stays within its bound.
 *
 * <p>{@code -Dslotstream.fuzz.inputs=N} and {@code -Dslotstream.fuzz.seed=N} set how many and
 * which. A failure prints seed, number of the input and its bytes.
 */
class FrameDecoderFuzzTest {

  private static final long INPUTS = Long.getLong("slotstream.fuzz.inputs", 200_000L);
  private static final long SEED = Long.getLong("slotstream.fuzz.seed", 20_250_916L);

  /** Spreads the seeds of neighbouring inputs. */
  private static final long GOLDEN_GAMMA = 0x9e37_79b9_7f4a_7c15L;

  /** How many inputs ended each way: a fuzz test that reaches only one way tests little. */
  private final Map<String, Long> outcomes = new TreeMap<>();

  /** What a decoder made of a stream: frames, a digest of all their fields, how it ended. */
  private record Outcome(int frames, long digest, WireException.Reason violation) {}

  @Test
  void throwsNothingButWireExceptionsAndStaysWithinItsBound() {
    for (long number = 0; number < INPUTS; number++) {
      Input input = new Input(new SplittableRandom(SEED + number * GOLDEN_GAMMA));
      try {
        check(input);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "seed=%d input=%d %s".formatted(SEED, number, input.describe()), e);
      }
    }
    if (INPUTS >= 1000) {
      int all = WireException.Reason.values().length + 1;
      assertEquals(all, outcomes.size(), () -> "an outcome was never reached: " + counts());
    }
  }

  private String counts() {
    return outcomes + " seed=" + SEED;
  }

  private void check(Input input) {
    Outcome whole = run(input, new SplittableRandom(0), Integer.MAX_VALUE);
    Outcome chunked = run(input, input.random, 1 + input.random.nextInt(64));
    assertEquals(whole, chunked);
    if (input.mutations == 0) {
      assertNull(whole.violation);
      assertEquals(input.frames, whole.frames);
    }
    String outcome = whole.violation == null ? "clean" : whole.violation.tag();
    outcomes.merge(outcome, 1L, Long::sum);
  }

  private static Outcome run(Input input, SplittableRandom random, int largestChunk) {
    FrameDecoder decoder = input.decoder();
    ByteBuffer rest = ByteBuffer.wrap(input.bytes);
    int frames = 0;
    long digest = 0;
    int largestFed = 0;
    try {
      while (rest.hasRemaining()) {
        int most = Math.min(rest.remaining(), largestChunk);
        int size = most == rest.remaining() ? most : 1 + random.nextInt(most);
        largestFed = Math.max(largestFed, size);
        decoder.feed(rest.slice(rest.position(), size));
        rest.position(rest.position() + size);
        assertCapacity(decoder, input.maxFrame() + largestFed, 2 * rest.position());
        for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
          frames++;
          digest = 31 * digest + input.digest(frame);
        }
      }
      return new Outcome(frames, digest, null);
    } catch (WireException e) {
      assertPoisoned(decoder, e);
      return new Outcome(frames, digest, e.reason());
    }
  }

  private static void assertCapacity(FrameDecoder decoder, int bound, int twiceArrived) {
    int capacity = decoder.capacity();
    if (capacity > bound || capacity > twiceArrived) {
      throw new AssertionError(
          "buffer is larger than its bound: expected<=%d expected<=%d actual=%d"
              .formatted(bound, twiceArrived, capacity));
    }
  }

  private static void assertPoisoned(FrameDecoder decoder, WireException first) {
    try {
      decoder.next();
    } catch (WireException again) {
      assertSame(first, again);
      return;
    }
    throw new AssertionError("decoder went on after a violation", first);
  }

  /** A stream of one direction, valid or nearly so. */
  private static final class Input {

    private final SplittableRandom random;
    private final boolean fromLeader;
    private final int keyLength;
    private final int valueLength;
    private final int frames;
    private final int mutations;
    private byte[] bytes;

    Input(SplittableRandom random) {
      this.random = random;
      this.fromLeader = random.nextInt(4) != 0;
      this.keyLength = 1 + random.nextInt(12);
      this.valueLength = random.nextInt(20);
      this.frames = 1 + random.nextInt(4);
      this.mutations = random.nextInt(4);
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      for (int i = 0; i < frames; i++) {
        stream.writeBytes(fromLeader ? leaderFrame() : followerFrame());
      }
      this.bytes = stream.toByteArray();
      for (int i = 0; i < mutations; i++) {
        mutate();
      }
    }

    FrameDecoder decoder() {
      return fromLeader
          ? FrameDecoder.ofLeaderFrames(keyLength, valueLength)
          : FrameDecoder.ofFollowerFrames();
    }

    int maxFrame() {
      return FrameLayout.HEADER_SIZE
          + (fromLeader ? FrameLayout.MAX_PAYLOAD : FrameLayout.ERROR_MAX);
    }

    String describe() {
      return "fromLeader=%s keyLength=%d valueLength=%d mutations=%d bytes=%s"
          .formatted(
              fromLeader, keyLength, valueLength, mutations, HexFormat.of().formatHex(bytes));
    }

    private byte[] leaderFrame() {
      return switch (random.nextInt(8)) {
        case 0 ->
            FrameEncoder.encode(
                new Frame.ShardInfo(
                    random.nextInt(256),
                    random.nextInt(65_536),
                    random.nextInt(65_536),
                    random.nextInt(65_536),
                    random.nextInt(),
                    random.nextInt(256)));
        case 1 -> FrameEncoder.encode(new Frame.CaughtUp(random.nextInt(256), random.nextLong()));
        case 2 -> eitherSidesFrame();
        default -> slotBatch();
      };
    }

    private byte[] followerFrame() {
      return switch (random.nextInt(3)) {
        case 0 ->
            FrameEncoder.encode(
                new Frame.SyncRequest(
                    random.nextInt(256), random.nextInt(256), random.nextInt(256)));
        case 1 ->
            FrameEncoder.encode(
                new Frame.Ack(random.nextInt(256), random.nextLong(), random.nextInt()));
        default -> eitherSidesFrame();
      };
    }

    private byte[] eitherSidesFrame() {
      return FrameEncoder.encode(
          random.nextBoolean()
              ? new Frame.Heartbeat()
              : new Frame.ErrorFrame("e".repeat(random.nextInt(40))));
    }

    private byte[] slotBatch() {
      SlotBatchEncoder encoder = new SlotBatchEncoder(random.nextInt(256), keyLength, valueLength);
      byte[] source = new byte[keyLength + valueLength];
      for (int left = random.nextInt(6); left > 0; left--) {
        random.nextBytes(source);
        int version = random.nextInt() << 2;
        if (random.nextInt(3) == 0) {
          encoder.deleted(random.nextInt(), version | FrameLayout.STATUS_DELETED, source, 0);
        } else {
          encoder.occupied(
              random.nextInt(),
              version | FrameLayout.STATUS_OCCUPIED,
              source,
              0,
              keyLength,
              keyLength,
              random.nextInt(valueLength + 1));
        }
      }
      return encoder.finish();
    }

    private void mutate() {
      if (bytes.length == 0) {
        return;
      }
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(8)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0);
        case 3 -> bytes = Arrays.copyOf(bytes, at);
        // Grows the first frame or cuts into it, under a header that agrees.
        case 4 -> resizeFirstFrame();
        // A byte too many or too few in the middle.
        case 5 -> bytes = splice(at, at, new byte[] {(byte) random.nextInt(256)});
        case 6 -> bytes = splice(at, at + 1, new byte[0]);
        // One part of the stream over another.
        default -> {
          int from = random.nextInt(bytes.length);
          int length = Math.min(random.nextInt(16), bytes.length - Math.max(at, from));
          System.arraycopy(bytes, from, bytes, at, length);
        }
      }
    }

    private void resizeFirstFrame() {
      if (bytes.length < FrameLayout.HEADER_SIZE) {
        return;
      }
      int length = (int) FrameLayout.U32.get(bytes, FrameLayout.FRAME_LENGTH);
      int end = FrameLayout.HEADER_SIZE + length;
      if (length < 0 || end > bytes.length) {
        return;
      }
      int resized = Math.max(0, length + random.nextInt(-20, 300));
      FrameLayout.U32.set(bytes, FrameLayout.FRAME_LENGTH, resized);
      byte[] added = new byte[Math.max(0, resized - length)];
      random.nextBytes(added);
      bytes = splice(FrameLayout.HEADER_SIZE + Math.min(length, resized), end, added);
    }

    /** The bytes with those from {@code from} to {@code to} replaced. */
    private byte[] splice(int from, int to, byte[] middle) {
      return SampleFrames.join(
          Arrays.copyOf(bytes, from), middle, Arrays.copyOfRange(bytes, to, bytes.length));
    }

    /** Reads every field and every byte of every event. */
    long digest(Frame frame) {
      if (!(frame instanceof SlotBatch batch)) {
        return frame.hashCode();
      }
      long digest = batch.shard();
      int events = 0;
      for (SlotBatch.Cursor event = batch.cursor(); event.next(); events++) {
        digest = 31 * (31 * digest + event.slot()) + event.meta();
        digest = digest(digest, event.array(), event.keyOffset(), keyLength);
        if (event.occupied()) {
          digest = digest(digest, event.array(), event.valueOffset(), valueLength);
        }
      }
      assertEquals(batch.count(), events);
      return digest;
    }

    private static long digest(long digest, byte[] bytes, int from, int length) {
      for (int i = from; i < from + length; i++) {
        digest = 31 * digest + bytes[i];
      }
      return digest;
    }
  }
}
