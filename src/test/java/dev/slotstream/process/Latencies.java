package dev.slotstream.process;

import java.util.Arrays;

/** Times that things took. Any thread. */
final class Latencies {
  private long[] nanos = new long[1 << 16];
  private int count;

  synchronized void add(long took) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = took;
  }

  synchronized int count() {
    return count;
  }

  /** What so great a part of them did not exceed, in milliseconds; 0 when there are none. */
  synchronized double millis(double part) {
    Arrays.sort(nanos, 0, count);
    return count == 0 ? 0 : nanos[Math.min(count - 1, (int) (count * part))] / 1e6;
  }
}
