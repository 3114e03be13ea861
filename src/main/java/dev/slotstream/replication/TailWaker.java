package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Wakes the sessions of one event loop when records were committed for them. A commit costs the
 * writer one signal for each event loop, however many followers there are; signals that come before
 * the loop has got to it count as one.
 *
 * <p>With many followers a round takes long, and batches of one record each would take all of the
 * loop's time. So the loop is left to others for a multiple of the time that the last round took,
 * as far as that is not less than timers can tell: the records of that time share their batches.
 * With few followers there is no such pause.
 *
 * <p>All calls come from the event loop; commits are signalled by any thread.
 */
final class TailWaker {
  private static final long PAUSE_PER_ROUND = 9;
  private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Loop loop;
  private final LongSupplier clock;
  private final Map<Integer, Tails> shards = new HashMap<>();
  private final AtomicBoolean planned = new AtomicBoolean();
  private long roundEnded;
  private long pause;

  /** The event loop that the sessions are on. */
  interface Loop {
    /** Runs a step as soon as the loop gets to it. */
    void soon(Runnable step);

    /** Runs a step not earlier than that. */
    void after(long millis, Runnable step);
  }

  /** The sessions that want one shard's records. */
  private final class Tails {
    private final List<FollowerSession> sessions = new CopyOnWriteArrayList<>();
    private final Runnable onCommit = this::signal;
    private volatile boolean committed;

    private void signal() {
      committed = true;
      plan();
    }

    private void wake() {
      if (committed) {
        committed = false; // before it is looked for: what comes now is signalled anew
        sessions.forEach(FollowerSession::onCommit);
      }
    }
  }

  TailWaker(Loop loop, LongSupplier clock) {
    this.loop = loop;
    this.clock = clock;
    this.roundEnded = clock.getAsLong();
  }

  /** A session wants its shard's records from now on. */
  void add(FollowerSession session) {
    Shard shard = session.shard();
    Tails tails = shards.computeIfAbsent(shard.number(), s -> new Tails());
    tails.sessions.add(session);
    if (tails.sessions.size() == 1) {
      shard.onCommit(tails.onCommit);
    }
    tails.signal(); // for what was committed before
  }

  /** Ends {@link #add}; does nothing when it was not there. */
  void remove(FollowerSession session) {
    Shard shard = session.shard();
    Tails tails = shard == null ? null : shards.get(shard.number());
    if (tails != null && tails.sessions.remove(session) && tails.sessions.isEmpty()) {
      shards.remove(shard.number());
      shard.removeOnCommit(tails.onCommit);
    }
  }

  /** Called on the write path. */
  private void plan() {
    if (!planned.get() && planned.compareAndSet(false, true)) {
      loop.soon(this::beginRound);
    }
  }

  private void beginRound() {
    long left = roundEnded + pause - clock.getAsLong();
    if (left > 0) {
      loop.after(Math.ceilDiv(left, MIN_PAUSE_NANOS), this::round);
    } else {
      round();
    }
  }

  private void round() {
    long began = clock.getAsLong();
    planned.set(false);
    shards.values().stream().toList().forEach(Tails::wake);
    roundEnded = clock.getAsLong();
    long fair = PAUSE_PER_ROUND * (roundEnded - began);
    pause = fair < MIN_PAUSE_NANOS ? 0 : Math.min(fair, MAX_PAUSE_NANOS);
  }
}
