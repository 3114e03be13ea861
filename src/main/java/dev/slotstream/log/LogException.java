package dev.slotstream.log;

import java.io.IOException;
import java.io.Serial;

/** The log cannot be used as it is; the message names file, offset and sequence. */
public final class LogException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /** What is wrong. */
  public enum Kind {
    /** A file with a log's name that is not a segment, or of another store or shard. */
    FOREIGN,
    /** Written by a newer format. */
    TOO_NEW,
    /** A record that had been on disk is not whole any more. */
    DAMAGED,
    /** Records that are needed are not there. */
    MISSING
  }

  private final Kind kind;

  LogException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What is wrong. */
  public Kind kind() {
    return kind;
  }

  /** True when records were there and are not any more; false when the log is not this store's. */
  public boolean isDamage() {
    return kind == Kind.DAMAGED || kind == Kind.MISSING;
  }
}
