package dev.slotstream.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Lines of UTF-8, each of a bounded length. */
final class LineReader implements AutoCloseable {
  /** A key and a value of the greatest slot, in base64 or escaped, take less. */
  static final int MOST_BYTES = 1 << 20;

  private final InputStream bytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long number;

  LineReader(InputStream bytes) {
    this.bytes = new BufferedInputStream(bytes, 64 << 10);
  }

  /**
   * The next line without its end; null at the end.
   *
   * @throws CommandException when it is too long
   */
  String next() throws IOException {
    line.reset();
    number++;
    int one = bytes.read();
    if (one < 0) {
      return null;
    }
    while (one >= 0 && one != '\n') {
      if (line.size() == MOST_BYTES) {
        throw new CommandException(
            "line is too long, line=%d limit=%d bytes".formatted(number, MOST_BYTES));
      }
      line.write(one);
      one = bytes.read();
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /** The number of the last line, from 1. */
  long number() {
    return number;
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
