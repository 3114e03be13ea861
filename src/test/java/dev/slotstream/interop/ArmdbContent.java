package dev.slotstream.interop;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The content that the program writes, byte by byte: a mirror of its {@code content.rs}.
 *
 * <ul>
 *   <li>key(i): i in the first 8 bytes, big-endian; the rest zeros
 *   <li>value(i, seed): i, then i * 31 + seed, each 8 bytes big-endian, repeated to fill the value
 * </ul>
 *
 * <p>Numbers are unsigned and wrap.
 */
public final class ArmdbContent {

  /** The command {@code churn} replaces key i by key i + CHURN_OFFSET. */
  public static final long CHURN_OFFSET = 1L << 32;

  private static final int PATTERN_BYTES = 16;

  private ArmdbContent() {}

  public static byte[] key(int keyBytes, long i) {
    return ByteBuffer.allocate(keyBytes).putLong(i).array();
  }

  public static byte[] value(int valueBytes, long i, long seed) {
    byte[] pattern = ByteBuffer.allocate(PATTERN_BYTES).putLong(i).putLong(i * 31 + seed).array();
    byte[] value = new byte[valueBytes];
    for (int at = 0; at < valueBytes; at++) {
      value[at] = pattern[at % PATTERN_BYTES];
    }
    return value;
  }

  /** A line of a dump. */
  public static String line(byte[] key, byte[] value) {
    HexFormat hex = HexFormat.of();
    return hex.formatHex(key) + " " + hex.formatHex(value);
  }

  /** A line of a dump for key(i) = value(i, seed). */
  public static String line(ArmdbStore store, long i, long seed) {
    return line(key(store.keyBytes(), i), value(store.valueBytes(), i, seed));
  }

  /** The dump of a new directory after {@code write --keys keys --seed seed}. */
  public static List<String> written(ArmdbStore store, long keys, long seed) {
    List<String> lines = new ArrayList<>();
    for (long i = 0; i < keys; i++) {
      if (i % 7 != 0) {
        lines.add(line(store, i, i % 3 == 0 ? seed + 1 : seed));
      }
    }
    for (long i = keys; i < keys + keys / 10; i++) {
      lines.add(line(store, i, seed));
    }
    return lines;
  }
}
