package dev.slotstream.engine;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that is held for less than a microsecond at a time, mostly. Whoever finds it taken waits
 * on its processor for a few of these: to sleep and to be woken costs a writer, and the one that
 * wakes it, many times as much. One that is held longer puts it to sleep like any other.
 */
final class ShardLock extends ReentrantLock {
  private static final long serialVersionUID = 1L;

  /** Some microseconds. */
  private static final int SPINS = 100;

  @Override
  public void lock() {
    for (int spins = 0; spins < SPINS; spins++) {
      if (tryLock()) {
        return;
      }
      Thread.onSpinWait();
    }
    super.lock();
  }
}
