package dev.slotstream.wire;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What Jazzer calls in a process of its own: the first byte says how the stream is taken, the rest
 * is the stream.
 */
public final class FrameDecoderTarget {
  static final int FROM_LEADER = 1;
  static final int SEALED = 2;
  static final int KEY_BYTES = 8;
  static final int VALUE_BYTES = 16;

  private static final int CHUNK_SHIFT = 2;

  private FrameDecoderTarget() {}

  /** One input. A failure is whatever is thrown. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length > 0) {
      int how = Byte.toUnsignedInt(input[0]);
      FrameStream stream =
          new FrameStream(
              (how & FROM_LEADER) != 0,
              KEY_BYTES,
              VALUE_BYTES,
              Arrays.copyOfRange(input, 1, input.length));
      if ((how & SEALED) != 0) {
        stream.sealAgain(); // no fuzzer guesses a checksum
      }
      stream.check(new SplittableRandom(how), 1 + (how >> CHUNK_SHIFT), frame -> {});
    }
  }
}
