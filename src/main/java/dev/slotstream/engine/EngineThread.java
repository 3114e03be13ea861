package dev.slotstream.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that works when it is signalled, and at least once in a while. Signals are coalesced. It
 * is never interrupted: an interrupt would close the files under it.
 */
abstract class EngineThread {
  private final Thread thread;
  private final long idleNanos;
  private volatile boolean signalled;
  private volatile boolean stopping;
  private volatile long lastRunNanos = System.nanoTime();

  EngineThread(String name, long idleMillis) {
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    this.idleNanos = TimeUnit.MILLISECONDS.toNanos(idleMillis);
  }

  /** One round of work. Expected errors are handled inside. */
  abstract void work();

  /** A round ended in an error that nobody expected, such as a fault on a mapped page. */
  abstract void broken(Throwable why);

  final void start() {
    thread.start();
  }

  /** Makes the thread work soon. Cheap when it is about to anyway. */
  final void signal() {
    if (!signalled) {
      signalled = true;
      LockSupport.unpark(thread);
    }
  }

  /** When its last round began, by {@link System#nanoTime}. */
  final long lastRunNanos() {
    return lastRunNanos;
  }

  private void run() {
    while (!stopping) {
      if (!signalled) {
        LockSupport.parkNanos(this, idleNanos);
      }
      round();
    }
  }

  /** One round. Only for the thread itself, or for who runs the rounds when it never started. */
  final void round() {
    signalled = false;
    lastRunNanos = System.nanoTime();
    try {
      work();
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  /** True once a round that takes long should come to its end. */
  final boolean stopping() {
    return stopping;
  }

  /** False while its rounds are run by somebody else. */
  final boolean started() {
    return thread.getState() != Thread.State.NEW;
  }

  /** Lets the round in progress end, and waits for that. */
  final void stop() {
    stopping = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
