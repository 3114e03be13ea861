package dev.slotstream.engine;

import java.util.concurrent.atomic.LongAdder;

/** How often a shard's log was forced, how long that took, and for how many records. */
public final class SyncCounters {
  private final LongAdder syncs = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final LongAdder records = new LongAdder();

  void add(long tookNanos, long forcedRecords) {
    syncs.increment();
    nanos.add(tookNanos);
    records.add(forcedRecords);
  }

  /** Forces so far. */
  public long syncs() {
    return syncs.sum();
  }

  /** Nanoseconds spent in them. */
  public long nanos() {
    return nanos.sum();
  }

  /** Records that they brought to the disk. */
  public long records() {
    return records.sum();
  }
}
