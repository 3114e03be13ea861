package dev.slotstream.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Who waits for the disk, in the order of their records. Under the shard's lock, but the count. */
final class DiskWaiters {
  private final ArrayDeque<Submission> queue = new ArrayDeque<>();
  private volatile int size;

  void add(Submission submission) {
    queue.add(submission);
    size = queue.size();
  }

  /** Takes the first ones out, as many as this holds for. */
  List<Submission> take(Predicate<Submission> ended) {
    List<Submission> taken = new ArrayList<>();
    while (!queue.isEmpty() && ended.test(queue.peek())) {
      taken.add(queue.poll());
    }
    size = queue.size();
    return taken;
  }

  /** How many there are. Any thread. */
  int size() {
    return size;
  }
}
