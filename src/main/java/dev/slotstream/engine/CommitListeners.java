package dev.slotstream.engine;

import java.util.Arrays;

/**
 * Who is told of commits. Told on the write path, so telling allocates nothing; coming and going is
 * rare.
 */
final class CommitListeners {
  private volatile Runnable[] listeners = {};

  synchronized void add(Runnable listener) {
    Runnable[] more = Arrays.copyOf(listeners, listeners.length + 1);
    more[more.length - 1] = listener;
    listeners = more;
  }

  synchronized void remove(Runnable listener) {
    listeners =
        Arrays.stream(listeners).filter(one -> !one.equals(listener)).toArray(Runnable[]::new);
  }

  void tell() {
    for (Runnable listener : listeners) {
      listener.run();
    }
  }
}
