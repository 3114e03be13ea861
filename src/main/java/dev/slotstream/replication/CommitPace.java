package dev.slotstream.replication;

import java.util.concurrent.TimeUnit;

/**
 * Tells a stream of records from single ones, by how many were committed in the last millisecond or
 * more. Where they stream, waking for each few of them costs more than the records do.
 *
 * <p>All calls come from one event loop.
 */
final class CommitPace {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** From here on, of all shards of the loop together: one in 40 microseconds. */
  private static final long RECORDS_PER_SECOND = 24_000;

  private long began;
  private long records;
  private boolean fast;

  CommitPace(long now) {
    this.began = now;
  }

  /** So many more records were committed by now; true where they stream. */
  boolean isFast(long more, long now) {
    records += more;
    long nanos = now - began;
    if (nanos >= LOOK_NANOS) {
      fast = records * TimeUnit.SECONDS.toNanos(1) >= nanos * RECORDS_PER_SECOND;
      began = now;
      records = 0;
    }
    return fast;
  }
}
