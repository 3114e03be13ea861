package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.PACKED_EVENTS;
import static dev.slotstream.wire.FrameLayout.PACKED_KEY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.slotstream.wire.FrameStream.Outcome;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Valid streams of either side with a few bytes changed, fed as a whole and again in random chunks.
 * Nothing but a WireException comes out, both ways give the same, what is read is written so that
 * it is read again, and the buffer stays within its bound.
 *
 * <p>{@code -Dslotstream.campaign=full} runs ten million inputs, {@code -Dslotstream.fuzz.inputs=N}
 * as many as one likes. A failure prints the input's bytes and the seed that makes it the first
 * one.
 */
class FrameDecoderFuzzTest {

  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final long INPUTS =
      Long.getLong("slotstream.fuzz.inputs", FULL ? 10_000_000L : 200_000L);
  private static final long SEED = Long.getLong("slotstream.seed", 20_250_916L);

  /** With fewer inputs something may not come up. */
  private static final long INPUTS_FOR_ALL = 20_000;

  /** Spreads the seeds of neighbouring inputs. */
  private static final long GOLDEN_GAMMA = 0x9e37_79b9_7f4a_7c15L;

  /** How many inputs of each side ended each way, and how many frames of each kind were read. */
  private final Map<String, Long> seen = new HashMap<>();

  @Test
  void throwsNothingButWireExceptionsAndStaysWithinItsBound() {
    long began = System.nanoTime();
    for (long number = 0; number < INPUTS; number++) {
      long seed = SEED + number * GOLDEN_GAMMA;
      Input input = new Input(new SplittableRandom(seed));
      try {
        check(input);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "failed with -Dslotstream.seed=%d -Dslotstream.fuzz.inputs=1: input=%d %s"
                .formatted(seed, number, input.describe()),
            e);
      }
    }
    System.out.printf(
        "inputs=%d seed=%d seconds=%.1f seen=%s%n",
        INPUTS, SEED, (System.nanoTime() - began) / 1e9, new TreeMap<>(seen));
    if (INPUTS >= INPUTS_FOR_ALL) {
      // A fuzz test that reaches only one way tests little. A follower sends no checksum.
      int sides = 2;
      int ways = sides * (WireException.Reason.values().length + 1) - 1;
      // Extensible and received by one side, by both; neither by both; the batches.
      int kinds = 2 * (4 + sides) + sides + 2;
      assertEquals(ways + kinds, seen.size(), () -> "seed=" + SEED + " seen=" + seen);
    }
  }

  private void check(Input input) {
    Outcome whole =
        input.stream()
            .check(input.random, 1 + input.random.nextInt(64), frame -> count(input, kind(frame)));
    if (input.mutations == 0) {
      assertNull(whole.violation());
      assertEquals(input.frames, whole.frames());
    }
    count(input, whole.label());
  }

  private void count(Input input, String what) {
    seen.merge((input.fromLeader ? "leader " : "follower ") + what, 1L, Long::sum);
  }

  private static String kind(Frame frame) {
    boolean extended =
        switch (frame) {
          case Frame.SyncRequest request -> request.extension().isPresent();
          case Frame.ShardInfo info -> info.extension().isPresent();
          case Frame.CaughtUp caughtUp -> caughtUp.extension().isPresent();
          case Frame.Ack ack -> ack.extension().isPresent();
          case Frame.Heartbeat heartbeat -> heartbeat.extension().isPresent();
          case SlotBatch _, PackedBatch _, Frame.ErrorFrame _ -> false;
        };
    return frame.getClass().getSimpleName() + (extended ? "+" : "");
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
      this.fromLeader = random.nextBoolean();
      this.keyLength = 1 + random.nextInt(12);
      this.valueLength = random.nextInt(20);
      this.frames = 1 + random.nextInt(4);
      this.mutations = random.nextInt(4);
      RandomFrames valid = new RandomFrames(random, keyLength, valueLength);
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      for (int i = 0; i < frames; i++) {
        stream.writeBytes(fromLeader ? valid.ofLeader() : valid.ofFollower());
      }
      this.bytes = stream.toByteArray();
      for (int i = 0; i < mutations; i++) {
        mutate();
      }
      if (random.nextInt(4) != 0) {
        stream().sealAgain();
      }
    }

    FrameStream stream() {
      return new FrameStream(fromLeader, keyLength, valueLength, bytes);
    }

    String describe() {
      return "fromLeader=%s keyLength=%d valueLength=%d mutations=%d bytes=%s"
          .formatted(
              fromLeader, keyLength, valueLength, mutations, HexFormat.of().formatHex(bytes));
    }

    private void mutate() {
      if (bytes.length == 0) {
        return;
      }
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(9)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0);
        case 3 -> bytes = Arrays.copyOf(bytes, at);
        // Grows the first frame or cuts into it, under a header that agrees.
        case 4 -> resizeFirstFrame();
        // A byte too many or too few in the middle.
        case 5 -> bytes = splice(at, at, new byte[] {(byte) random.nextInt(256)});
        case 6 -> bytes = splice(at, at + 1, new byte[0]);
        // Another length of a part of the first frame, and the bytes to it.
        case 7 -> resizeFirstPart();
        // One part of the stream over another.
        default -> {
          int from = random.nextInt(bytes.length);
          int length = Math.min(random.nextInt(16), bytes.length - Math.max(at, from));
          System.arraycopy(bytes, from, bytes, at, length);
        }
      }
    }

    private void resizeFirstFrame() {
      int end = stream().frameEnd(0);
      if (end < 0) {
        return;
      }
      int length = end - FrameLayout.HEADER_SIZE;
      int resized = Math.max(0, length + random.nextInt(-20, 300));
      FrameLayout.U32.set(bytes, FrameLayout.FRAME_LENGTH, resized);
      byte[] added = new byte[Math.max(0, resized - length)];
      random.nextBytes(added);
      bytes = splice(FrameLayout.HEADER_SIZE + Math.min(length, resized), end, added);
    }

    private void resizeFirstPart() {
      int payload = FrameLayout.HEADER_SIZE;
      int left = stream().frameEnd(0) - payload;
      if (left < 0) {
        return;
      }
      if (bytes[0] == FrameLayout.PACKED_BATCH && left >= PACKED_EVENTS + PACKED_KEY) {
        int event = payload + PACKED_EVENTS;
        int key = event + PACKED_KEY;
        if (random.nextBoolean()) {
          resizePart(event + FrameLayout.PACKED_KEY_LENGTH, Short.BYTES, key, 1);
        } else {
          int value = key + FrameLayout.u16(bytes, event + FrameLayout.PACKED_KEY_LENGTH);
          resizePart(event + FrameLayout.PACKED_VALUE_LENGTH, Short.BYTES, value, 1);
        }
      } else if (bytes[0] == FrameLayout.SYNC_REQUEST && left >= FrameLayout.SYNC_NAME) {
        int length = payload + FrameLayout.SYNC_NAME_LENGTH;
        resizePart(length, Byte.BYTES, payload + FrameLayout.SYNC_NAME, 1);
      } else if (bytes[0] == FrameLayout.SHARD_INFO && left >= FrameLayout.INFO_REASON) {
        int reason = Byte.toUnsignedInt(bytes[payload + FrameLayout.INFO_REASON_LENGTH]);
        int count = payload + FrameLayout.INFO_REASON + reason;
        int entries = count + FrameLayout.HISTORY_COUNT_BYTES;
        resizePart(count, Short.BYTES, entries, FrameLayout.HISTORY_ENTRY_BYTES);
      }
    }

    /** Writes another number of units into a field, and puts as many in place of those there. */
    private void resizePart(int field, int fieldBytes, int part, int unit) {
      int end = stream().frameEnd(0);
      if (part > end) {
        return;
      }
      int units =
          fieldBytes == Byte.BYTES
              ? Byte.toUnsignedInt(bytes[field])
              : FrameLayout.u16(bytes, field);
      int length = units * unit;
      if (length > end - part) {
        return;
      }
      int resizedUnits = random.nextInt(140);
      for (int i = 0; i < fieldBytes; i++) {
        bytes[field + i] = (byte) (i == 0 ? resizedUnits : 0);
      }
      byte[] resized = new byte[resizedUnits * unit];
      Arrays.fill(resized, (byte) 'a');
      FrameLayout.U32.set(
          bytes, FrameLayout.FRAME_LENGTH, end - FrameLayout.HEADER_SIZE + resized.length - length);
      bytes = splice(part, part + length, resized);
    }

    /** The bytes with those from {@code from} to {@code to} replaced. */
    private byte[] splice(int from, int to, byte[] middle) {
      return SampleFrames.join(
          Arrays.copyOf(bytes, from), middle, Arrays.copyOfRange(bytes, to, bytes.length));
    }
  }
}
