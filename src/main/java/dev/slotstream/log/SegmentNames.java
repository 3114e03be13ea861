package dev.slotstream.log;

import java.nio.file.Path;

/** What the files of a log are called in their shard's directory. */
public final class SegmentNames {
  /** The segment that is prepared next, and one that was begun just now. */
  static final String NEXT = "redo-next.log";

  /** One that was purged and waits to be used again. What it holds says nothing. */
  static final String USED = "redo-used.tmp";

  private static final String PREFIX = "redo-";
  private static final String SUFFIX = ".log";

  private SegmentNames() {}

  static String of(long firstSequence) {
    return PREFIX + "%016x".formatted(firstSequence) + SUFFIX;
  }

  /** True for a segment, also the one that is prepared next. */
  public static boolean isSegment(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
  }

  /** True for the segment that is prepared next, and for one that was begun just now. */
  public static boolean isNext(Path path) {
    return path.endsWith(NEXT);
  }

  /** True for one that waits to be used again. */
  public static boolean isUsed(Path path) {
    return path.endsWith(USED);
  }

  /** The first sequence of a segment that has its final name. */
  public static long firstSequence(Path segment) {
    String name = segment.getFileName().toString();
    String digits = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
    return Long.parseUnsignedLong(digits, 16);
  }
}
