package dev.slotstream.crash;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** What woven code calls. Any thread. */
public final class CrashTrigger {
  /** As a process ends that was killed by signal 9. */
  static final int STATUS = 137;

  private static final AtomicInteger LEFT = new AtomicInteger();
  private static final int NONE = -1;
  private static volatile int armed = NONE;
  private static volatile PointCounters counters;
  private static volatile boolean resting;

  private CrashTrigger() {}

  /** Counts from now on; halts when the armed point is reached for the n-th time. */
  static void arm(PointCounters counting, Optional<CrashPoint> point, int n) {
    counters = counting;
    LEFT.set(n);
    armed = point.map(CrashPoint::number).orElse(NONE);
  }

  /** Nothing is counted, and nothing halts, until work is to begin. */
  static void rest() {
    resting = true;
  }

  /** The rest is over. */
  static void work() {
    resting = false;
  }

  /** The thread is at this point. */
  public static void reach(int point) {
    PointCounters counting = counters;
    if (counting != null && !resting) {
      counting.passed(point);
      if (point == armed && LEFT.decrementAndGet() == 0) {
        counting.halted(point);
        Runtime.getRuntime().halt(STATUS);
      }
    }
  }

  /**
   * Takes the place of {@link MemorySegment#copy(Object, int, MemorySegment, ValueLayout, long,
   * int)}: a point stands between the two halves of the bytes.
   */
  public static void copyInHalves(
      Object from,
      int index,
      MemorySegment to,
      ValueLayout layout,
      long offset,
      int count,
      int at) {
    int half = count / 2;
    MemorySegment.copy(from, index, to, layout, offset, half);
    reach(at);
    MemorySegment.copy(from, index + half, to, layout, offset + half, count - half);
  }
}
