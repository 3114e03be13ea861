package dev.slotstream.log;

/**
 * How much log is kept beyond what recovery needs.
 *
 * @param keepBytes kept in any case, for followers that come back
 * @param limitBytes of what is kept for those who say that they still need it
 */
public record LogRetention(long keepBytes, long limitBytes) {
  /** Checks the range. */
  public LogRetention {
    if (keepBytes < 0 || limitBytes < keepBytes) {
      throw new IllegalArgumentException(
          "out of range, retention=%d (from 0) limit=%d (from retention)"
              .formatted(keepBytes, limitBytes));
    }
  }

  /**
   * Whether the oldest segment may be deleted.
   *
   * @param bytes of the whole log
   * @param oldest bytes of its oldest segment
   * @param wanted true when somebody still needs a record of it
   */
  boolean letsGo(long bytes, long oldest, boolean wanted) {
    return wanted ? bytes > limitBytes : bytes - oldest >= keepBytes;
  }
}
