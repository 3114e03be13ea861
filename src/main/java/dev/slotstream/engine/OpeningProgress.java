package dev.slotstream.engine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How far the opening of a store has come with what takes long: reading all slots of the shards
 * whose index was not kept. Any thread.
 */
public final class OpeningProgress {
  private final AtomicLong expected = new AtomicLong();
  private final AtomicLong read = new AtomicLong();

  /** A shard has to read so many slots. */
  void expect(int slots) {
    expected.addAndGet(slots);
  }

  /** So many more were read. */
  void read(int slots) {
    read.addAndGet(slots);
  }

  /** Slots to be read, of the shards that have come so far; 0 while there are none. */
  public long slotsExpected() {
    return expected.get();
  }

  /** Slots that were read. */
  public long slotsRead() {
    return read.get();
  }
}
