package dev.slotstream.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Submissions that wait, in their order. Under the shard's lock, but for the count. */
final class Waiters {
  private final ArrayDeque<Submission> queue = new ArrayDeque<>();
  private volatile int size;

  void add(Submission submission) {
    queue.add(submission);
    size = queue.size();
  }

  /** The first one, which stays; null when there is none. */
  Submission peek() {
    return queue.peek();
  }

  /** Takes the first one out; null when there is none. */
  Submission poll() {
    Submission first = queue.poll();
    size = queue.size();
    return first;
  }

  /** Takes the first ones out, as many as this holds for. */
  List<Submission> take(Predicate<Submission> wanted) {
    List<Submission> taken = new ArrayList<>();
    while (!queue.isEmpty() && wanted.test(queue.peek())) {
      taken.add(poll());
    }
    return taken;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** How many there are. Any thread. */
  int size() {
    return size;
  }
}
