package dev.slotstream.replication;

import java.io.Serial;

/** What a follower needs next is not in the log any more: it gets a scan instead. */
final class LogPurged extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  LogPurged(String detail) {
    super("log does not reach back far enough, " + detail);
  }
}
