package dev.slotstream.kv;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Writes that are under way, and whether new ones may begin. Any thread. */
final class InFlight {
  private static final long POLL_NANOS = 1_000_000;

  private final AtomicInteger count = new AtomicInteger();
  private volatile boolean shut;

  /**
   * Counts one, until {@link #end}. Whether it may go on is asked after that: whoever shuts and
   * then finds nothing counted knows that nothing will come.
   */
  void begin() {
    count.incrementAndGet();
  }

  void end() {
    count.decrementAndGet();
  }

  void shut() {
    shut = true;
  }

  boolean isShut() {
    return shut;
  }

  /** Waits until nothing is under way; false when that took too long. */
  boolean awaitNone(Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (count.get() > 0) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }
}
