package dev.slotstream.replication;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * When a shard's sequences were committed, sampled: so that "so many records behind" can also be
 * said in seconds. Any thread.
 */
final class CommitClock {
  private static final int MAX_SAMPLES = 6_000;
  private static final long GRAIN_NANOS = 50_000_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private final ArrayDeque<Sample> samples = new ArrayDeque<>();

  private record Sample(long sequence, long nanos) {}

  /** Notes that this was the last committed sequence at this moment. */
  synchronized void sample(long sequence, long nanos) {
    Sample last = samples.peekLast();
    if (last != null && nanos - last.nanos() < GRAIN_NANOS) {
      // An age may be told too great by a grain, never too small.
      samples.removeLast();
      samples.addLast(new Sample(Math.max(sequence, last.sequence()), last.nanos()));
    } else if (last == null || last.sequence() != sequence) {
      samples.addLast(new Sample(sequence, nanos));
      if (samples.size() > MAX_SAMPLES) {
        samples.removeFirst();
      }
    }
  }

  /** How long ago the record after this one was committed, in seconds, to a sample's precision. */
  synchronized double ageOfNext(long sequence, long nanos) {
    long since = nanos;
    // From the newest on: who asks is seldom far behind, and may ask for every write.
    Iterator<Sample> newestFirst = samples.descendingIterator();
    while (newestFirst.hasNext()) {
      Sample sample = newestFirst.next();
      if (sample.sequence() <= sequence) {
        break;
      }
      since = sample.nanos();
    }
    return Math.max(0, nanos - since) / NANOS_PER_SECOND;
  }
}
