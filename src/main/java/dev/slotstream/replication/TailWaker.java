package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Wakes the sessions of one event loop when records were committed for them. A commit costs the
 * writer one signal for each event loop, however many followers there are; signals that come before
 * the loop has got to it count as one.
 *
 * <p>With many followers, batches of one record each would take all of the loop's time. So a turn
 * ends when it has taken long enough, and the next one comes a multiple of that later, for whoever
 * is still to be woken: the records of that time share their batches. The more are still to be
 * woken, the longer that is. A few followers are woken in one turn, and there is no pause.
 *
 * <p>Unless records stream: then a turn comes every millisecond ({@link CommitPace}). Otherwise a
 * writer that is faster than the loop would pay for a signal with every other record.
 *
 * <p>All calls come from the event loop; commits are signalled by any thread.
 */
final class TailWaker {
  private static final long TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final int DUE_PER_PAUSE_MILLI = 16;
  private static final int MAX_PAUSE_MILLIS = 4;

  private final Loop loop;
  private final LongSupplier clock;
  private final Map<Integer, Tails> shards = new HashMap<>();
  private final Set<FollowerSession> due = new LinkedHashSet<>();
  private final CommitPace pace;

  /** True while a turn is to come. */
  private final AtomicBoolean planned = new AtomicBoolean();

  /** The event loop that the sessions are on. */
  interface Loop {
    /** Runs a step as soon as the loop gets to it. */
    void soon(Runnable step);

    /** Runs a step not earlier than that. */
    void after(long millis, Runnable step);
  }

  /** The sessions that want one shard's records. */
  private final class Tails {
    private final Set<FollowerSession> sessions = new LinkedHashSet<>();
    private final Runnable onCommit = this::signal;
    private final Shard shard;
    private volatile boolean committed;
    private long seen;

    private Tails(Shard shard) {
      this.shard = shard;
      this.seen = shard.committedSequence();
    }

    private void signal() {
      if (!committed) { // a look costs the writer less than a word
        committed = true;
      }
      plan();
    }

    /** Answers how many records there are more than at the last look. */
    private long collect() {
      if (!committed) {
        return 0;
      }
      committed = false; // before it is looked for: what comes now is signalled anew
      due.addAll(sessions);
      long before = seen;
      seen = shard.committedSequence();
      return Math.max(0, seen - before); // a full sync begins another log
    }
  }

  TailWaker(Loop loop, LongSupplier clock) {
    this.loop = loop;
    this.clock = clock;
    this.pace = new CommitPace(clock.getAsLong());
  }

  /** A session wants its shard's records from now on. */
  void add(FollowerSession session) {
    Shard shard = session.shard();
    Tails tails = shards.computeIfAbsent(shard.number(), s -> new Tails(shard));
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
    due.remove(session);
  }

  /** Called on the write path. */
  private void plan() {
    if (!planned.get() && planned.compareAndSet(false, true)) {
      loop.soon(this::turn);
    }
  }

  private void turn() {
    long more = 0;
    for (Tails tails : shards.values()) {
      more += tails.collect();
    }
    wakeForATurn();
    if (pace.isFast(more, clock.getAsLong()) || !due.isEmpty()) {
      loop.after(Math.clamp(due.size() / DUE_PER_PAUSE_MILLI, 1, MAX_PAUSE_MILLIS), this::turn);
      return;
    }
    planned.set(false);
    for (Tails tails : shards.values()) {
      if (tails.committed) {
        plan(); // it was signalled when a turn was still under way
      }
    }
  }

  /** Wakes who is due until the turn is over. */
  private void wakeForATurn() {
    long began = clock.getAsLong();
    boolean over = false;
    while (!due.isEmpty() && !over) {
      Iterator<FollowerSession> first = due.iterator();
      FollowerSession session = first.next();
      first.remove();
      session.onCommit();
      over = clock.getAsLong() - began >= TURN_NANOS;
    }
  }
}
