package dev.slotstream.log;

import dev.slotstream.file.FileWindow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** A segment that nobody appends to, read record by record without changing it. One thread. */
final class SegmentReader implements AutoCloseable {
  private final FileWindow window;
  private final long firstSequence;
  private final long durableMark;

  private SegmentReader(FileWindow window, long firstSequence, long durableMark) {
    this.window = window;
    this.firstSequence = firstSequence;
    this.durableMark = durableMark;
  }

  /**
   * Opens a segment.
   *
   * @throws LogException when it is none, is damaged in its header, or is of another place
   */
  static SegmentReader open(LogOptions options, Path path) throws IOException {
    FileWindow window = FileWindow.open(path);
    try {
      byte[] head = head(window);
      long first = LogSegment.check(head, window.length(), path, options);
      return new SegmentReader(
          window, first, (long) LogLayout.LONG.get(head, LogLayout.DURABLE_MARK));
    } catch (IOException | RuntimeException e) {
      window.close();
      throw e;
    }
  }

  /** Opens a segment whose header was not written. */
  static SegmentReader headless(Path path) throws IOException {
    return new SegmentReader(FileWindow.open(path), 0, 0);
  }

  private static byte[] head(FileWindow window) throws IOException {
    byte[] head = new byte[LogLayout.HEADER_SIZE];
    int there = (int) Math.min(head.length, window.length());
    int at = window.at(0, there);
    System.arraycopy(window.bytes(), at, head, 0, there);
    return head;
  }

  /** True when a file is as long as a header and has nothing in it. */
  static boolean isSpare(Path path) throws IOException {
    try (FileWindow window = FileWindow.open(path)) {
      return window.length() >= LogLayout.HEADER_SIZE
          && Arrays.equals(head(window), new byte[LogLayout.HEADER_SIZE]);
    }
  }

  Path path() {
    return window.path();
  }

  long firstSequence() {
    return firstSequence;
  }

  long durableMark() {
    return durableMark;
  }

  long length() {
    return window.length();
  }

  /** Offset of the first byte of the header that should be zero and is not; -1 when all are. */
  int unexpectedInHeader() throws IOException {
    byte[] head = head(window);
    for (int at = LogLayout.HEADER_CRC + 4; at < head.length; at++) {
      boolean mark = at >= LogLayout.DURABLE_MARK && at < LogLayout.DURABLE_MARK + 8;
      if (!mark && head[at] != 0) {
        return at;
      }
    }
    return -1;
  }

  /** The length word at a position, 0 at the log's end. */
  int lengthAt(long position) throws IOException {
    return position + LogLayout.BODY > window.length() ? 0 : intAt(position);
  }

  private int intAt(long position) throws IOException {
    return (int) LogLayout.INT.get(window.bytes(), window.at(position, Integer.BYTES));
  }

  /** Copies the record at a position; false when there is no whole one. */
  boolean read(long position, LogRecord into) throws IOException {
    int length = lengthAt(position);
    if (!LogLayout.plausible(length, into.capacity()) || position + length > window.length()) {
      return false;
    }
    int at = window.at(position, length);
    System.arraycopy(window.bytes(), at, into.bytes(), 0, length);
    return into.intact();
  }

  /** The end of what is not zero behind a position; the position itself when all is zero. */
  long usedEnd(long position) throws IOException {
    long used = position;
    for (long at = position; at < window.length(); at += FileWindow.SIZE) {
      int count = (int) Math.min(FileWindow.SIZE, window.length() - at);
      int start = window.at(at, count);
      for (int i = count - 1; i >= 0; i--) {
        if (window.bytes()[start + i] != 0) {
          used = at + i + 1;
          break;
        }
      }
    }
    return used;
  }

  @Override
  public void close() throws IOException {
    window.close();
  }
}
