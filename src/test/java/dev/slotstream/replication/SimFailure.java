package dev.slotstream.replication;

import java.io.Serial;

/** Something that must never be was seen in a simulation. */
final class SimFailure extends AssertionError {
  @Serial private static final long serialVersionUID = 1L;

  SimFailure(String what) {
    super(what);
  }

  SimFailure(String what, Throwable cause) {
    super(what, cause);
  }
}
