package dev.slotstream.wire;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The frames that the reference's own encoder wrote: lines {@code frame name hex}. */
final class ReferenceVectors {

  private static final String RESOURCE = "/vectors/armdb-0.1.14.txt";
  private static final Pattern FRAME = Pattern.compile("frame (\\S+) (\\S+)");

  private ReferenceVectors() {}

  static Map<String, byte[]> frames() {
    Map<String, byte[]> frames = new LinkedHashMap<>();
    try (InputStream in = ReferenceVectors.class.getResourceAsStream(RESOURCE);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(
                    Objects.requireNonNull(in, RESOURCE), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher frame = FRAME.matcher(line);
        if (frame.matches()) {
          frames.put(frame.group(1), HexFormat.of().parseHex(frame.group(2)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return frames;
  }
}
