package dev.slotstream.slot;

import java.io.IOException;
import java.io.Serial;

/** A slot file that cannot be used as it is; the message names file, field and both values. */
public final class SlotFileException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /** What is wrong with the file. */
  public enum Kind {
    /** Not a slot file at all. */
    FOREIGN,
    /** Written by an older format than this program reads. */
    TOO_OLD,
    /** Written by a newer format than this program reads. */
    TOO_NEW,
    /** A good file of another shape: key length, value length or shard. */
    MISMATCH,
    /** A slot file whose content contradicts itself. */
    CORRUPT
  }

  private final Kind kind;

  SlotFileException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What is wrong. */
  public Kind kind() {
    return kind;
  }
}
