package dev.slotstream.replication;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * How many full syncs a leader sends at once: each costs it a scan and the follower's share of the
 * network. Who comes first is served first; others wait, as many as there are connections. Any
 * thread.
 */
final class SyncPermits {
  private final int permits;
  private final Set<Permit> held = new HashSet<>();
  private final ArrayDeque<Permit> waiting = new ArrayDeque<>();

  SyncPermits(int permits) {
    this.permits = permits;
  }

  /**
   * Asks for a permit.
   *
   * @param loop where {@code granted} runs: the asker's own event loop
   * @param granted runs once, as soon as it is the asker's turn; never after {@link Permit#close}
   */
  synchronized Permit ask(Executor loop, Runnable granted) {
    Permit permit = new Permit(loop, granted);
    waiting.add(permit);
    grant();
    return permit;
  }

  private void grant() {
    while (held.size() < permits && !waiting.isEmpty()) {
      Permit next = waiting.poll();
      held.add(next);
      next.loop.execute(next::begin);
    }
  }

  private synchronized void giveBack(Permit permit) {
    if (!waiting.remove(permit) && held.remove(permit)) {
      grant();
    }
  }

  /** How many wait for their turn. */
  synchronized int waiting() {
    return waiting.size();
  }

  /** How many have a permit. */
  synchronized int held() {
    return held.size();
  }

  /** One asker's permit, had or waited for. Belongs to the asker's event loop. */
  final class Permit implements AutoCloseable {
    private final Executor loop;
    private final Runnable granted;
    private boolean closed;

    private Permit(Executor loop, Runnable granted) {
      this.loop = loop;
      this.granted = granted;
    }

    private void begin() {
      if (!closed) {
        granted.run();
      }
    }

    /** Gives the permit back, or waits for it no longer. May be called more than once. */
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        giveBack(this);
      }
    }
  }
}
