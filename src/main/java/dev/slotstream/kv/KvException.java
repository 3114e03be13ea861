package dev.slotstream.kv;

import java.io.Serial;

/** Carries a {@link KvError} out of code that cannot answer it as a value. */
public final class KvException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient KvError error;

  /** No stack trace: it is an answer, not a fault. */
  public KvException(KvError error) {
    super(error.detail(), null, false, false);
    this.error = error;
  }

  /** What went wrong. */
  public KvError error() {
    return error;
  }
}
