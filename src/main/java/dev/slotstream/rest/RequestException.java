package dev.slotstream.rest;

import java.io.Serial;

/** Ends the reading of a request that is wrong. */
final class RequestException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient RequestError error;

  /** No stack trace: it is an answer, not a fault. */
  RequestException(RequestError error) {
    super(error.detail(), null, false, false);
    this.error = error;
  }

  RequestError error() {
    return error;
  }
}
