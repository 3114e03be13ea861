package dev.slotstream.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * What armdb 0.1.14 itself computed: lines that begin with a name, their words parted by spaces.
 */
public final class Vectors {
  private static final String RESOURCE = "/vectors/armdb-0.1.14.txt";

  private Vectors() {}

  /** The words behind a name, of each line that has it. */
  public static List<String[]> lines(String name) {
    try (InputStream in = Vectors.class.getResourceAsStream(RESOURCE);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    Objects.requireNonNull(in, RESOURCE), StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .map(line -> line.substring(name.length() + 1).split(" "))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one word behind a name. */
  public static String word(String name) {
    return lines(name).getFirst()[0];
  }

  /** Bytes that are written as hex digits. */
  public static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
