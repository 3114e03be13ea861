package dev.slotstream.file;

import java.io.IOException;
import java.io.Serial;

/** The directory is in use by another process, or by another store of this one. */
public final class AlreadyLockedException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /** The message names the lock file and, where it is known, who holds it. */
  public AlreadyLockedException(String message) {
    super(message);
  }
}
