package dev.slotstream.kit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What is wrong with one direction of a link, now. Any thread. */
public final class LinkFaults {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean blackhole;
  private boolean over;
  private volatile long bytesPerSecond;
  private volatile long delayNanos;

  /** Faults like these. */
  LinkFaults copy() {
    LinkFaults copy = new LinkFaults();
    copy.bytesPerSecond = bytesPerSecond;
    copy.delayNanos = delayNanos;
    lock.lock();
    try {
      copy.blackhole = blackhole;
    } finally {
      lock.unlock();
    }
    return copy;
  }

  /** Lets no more than so many bytes through in a second; 0 for all. */
  public void limit(long bytes) {
    bytesPerSecond = bytes;
  }

  /** Lets everything arrive later by so much. */
  public void delay(Duration by) {
    delayNanos = by.toNanos();
  }

  /** Lets nothing through, and says nothing of it: what is sent waits where it is. */
  public void blackhole() {
    set(true, over);
  }

  /** Is a good link again. What waited goes through. */
  public void heal() {
    limit(0);
    delay(Duration.ZERO);
    set(false, over);
  }

  /** The link is gone: nobody waits any more. */
  void end() {
    set(false, true);
  }

  private void set(boolean newBlackhole, boolean newOver) {
    lock.lock();
    try {
      blackhole = newBlackhole;
      over = newOver;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something may go through; false when the link is gone. */
  boolean pass() throws InterruptedException {
    lock.lock();
    try {
      while (blackhole && !over) {
        changed.await();
      }
      return !over;
    } finally {
      lock.unlock();
    }
  }

  boolean isOver() {
    lock.lock();
    try {
      return over;
    } finally {
      lock.unlock();
    }
  }

  /** When something that was sent now is to arrive. */
  long arrival() {
    return System.nanoTime() + delayNanos;
  }

  /** Waits until a moment has come, or the link is gone. */
  void until(long nanos) throws InterruptedException {
    lock.lock();
    try {
      for (long left = nanos - System.nanoTime();
          left > 0 && !over;
          left = nanos - System.nanoTime()) {
        changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many bytes may go through in one piece, so that a limit holds within a tenth of a second.
   */
  int piece(int bytes) {
    long limit = bytesPerSecond;
    return limit == 0 ? bytes : Math.clamp(limit / 10, 1, bytes);
  }

  /** How long so many bytes take. */
  long nanosFor(int bytes) {
    long limit = bytesPerSecond;
    return limit == 0 ? 0 : TimeUnit.SECONDS.toNanos(bytes) / limit;
  }
}
