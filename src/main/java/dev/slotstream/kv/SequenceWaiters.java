package dev.slotstream.kv;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Those who wait until something has come to a sequence: so many at most, and each no longer than
 * it said. They stand in lanes, one for each thing that advances; in a lane in the order of their
 * sequences.
 *
 * <p>Any thread. No thread waits, and nobody has a timer of its own: whoever sees a lane advance
 * calls {@link #reached}, and somebody calls {@link #expire} now and then. An ending is called
 * once, without a lock, on the thread that brought it, and must be quick.
 */
final class SequenceWaiters {
  private static final Logger LOG = Logger.getLogger(SequenceWaiters.class);

  private final int limit;
  private final LongSupplier clock;
  private final AtomicReferenceArray<Lane> lanes;
  private final AtomicInteger places = new AtomicInteger();
  private final AtomicLong arrivals = new AtomicLong();
  private volatile boolean shut;

  /** How waiting ended. */
  enum End {
    /** The sequence was reached. */
    REACHED,
    /** It was not, in time. */
    LATE,
    /** Nobody waits here any more. */
    SHUT
  }

  /**
   * Nobody waits yet.
   *
   * @param lanes how many there are
   * @param limit how many may wait, in all lanes together
   * @param clock nanoseconds that only go forward
   */
  SequenceWaiters(int lanes, int limit, LongSupplier clock) {
    this.lanes = new AtomicReferenceArray<>(lanes);
    this.limit = limit;
    this.clock = clock;
  }

  private record Waiter(long arrival, long sequence, long deadline, Consumer<End> ending) {
    void end(End how) {
      try {
        ending.accept(how);
      } catch (RuntimeException e) {
        // The others who are ended with this one must hear of it too.
        LOG.errorf(e, "ending failed, sequence=%d end=%s", sequence, how);
      }
    }
  }

  private static final class Lane {
    private static final Comparator<Waiter> BY_SEQUENCE =
        Comparator.comparingLong(Waiter::sequence).thenComparingLong(Waiter::arrival);

    /** By differences: the clock may wrap. */
    private static final Comparator<Waiter> BY_DEADLINE =
        ((Comparator<Waiter>) (a, b) -> Long.signum(a.deadline() - b.deadline()))
            .thenComparingLong(Waiter::arrival);

    private final NavigableSet<Waiter> bySequence = new TreeSet<>(BY_SEQUENCE);
    private final NavigableSet<Waiter> byDeadline = new TreeSet<>(BY_DEADLINE);
    private volatile boolean empty = true;

    synchronized void add(Waiter waiter) {
      bySequence.add(waiter);
      byDeadline.add(waiter);
      empty = false;
    }

    synchronized List<Waiter> takeReached(long sequence) {
      List<Waiter> taken = new ArrayList<>();
      while (!bySequence.isEmpty() && bySequence.first().sequence() <= sequence) {
        Waiter waiter = bySequence.removeFirst();
        byDeadline.remove(waiter);
        taken.add(waiter);
      }
      empty = bySequence.isEmpty();
      return taken;
    }

    synchronized List<Waiter> takeLate(long now) {
      List<Waiter> taken = new ArrayList<>();
      while (!byDeadline.isEmpty() && byDeadline.first().deadline() - now <= 0) {
        Waiter waiter = byDeadline.removeFirst();
        bySequence.remove(waiter);
        taken.add(waiter);
      }
      empty = bySequence.isEmpty();
      return taken;
    }
  }

  /**
   * Takes a place, for one {@link #await} or one {@link #leave}.
   *
   * @return false when all are taken
   */
  boolean enter() {
    int before;
    do {
      before = places.get();
      if (before >= limit) {
        return false;
      }
    } while (!places.compareAndSet(before, before + 1));
    return true;
  }

  /** Gives a place back that was not used. */
  void leave() {
    places.decrementAndGet();
  }

  /** How many places there are. */
  int limit() {
    return limit;
  }

  /** How many of them are taken. */
  int taken() {
    return places.get();
  }

  /**
   * Waits in a place that was taken, and gives it back at its end.
   *
   * <p>A lane that advanced just before does not tell of it again: whoever waits has to look once
   * more after this, and call {@link #reached}.
   */
  void await(int lane, long sequence, long atMostNanos, Consumer<End> ending) {
    long deadline = clock.getAsLong() + atMostNanos;
    Waiter waiter = new Waiter(arrivals.getAndIncrement(), sequence, deadline, ending);
    lane(lane).add(waiter);
    if (shut) {
      end(lanes.get(lane).takeReached(Long.MAX_VALUE), End.SHUT);
    }
  }

  private Lane lane(int number) {
    Lane lane = lanes.get(number);
    if (lane == null) {
      lanes.compareAndSet(number, null, new Lane());
      lane = lanes.get(number);
    }
    return lane;
  }

  /** Whether somebody waits in a lane: a look at memory, for those who see it advance often. */
  boolean awaited(int number) {
    Lane lane = lanes.get(number);
    return lane != null && !lane.empty;
  }

  /** A lane has come to this sequence, or further. */
  void reached(int number, long sequence) {
    if (awaited(number)) {
      end(lanes.get(number).takeReached(sequence), End.REACHED);
    }
  }

  /** Ends those whose time is over. */
  void expire() {
    long now = clock.getAsLong();
    for (int number = 0; number < lanes.length(); number++) {
      if (awaited(number)) {
        end(lanes.get(number).takeLate(now), End.LATE);
      }
    }
  }

  /** Ends all who wait, and from now on everybody at once. */
  void shut() {
    shut = true;
    for (int number = 0; number < lanes.length(); number++) {
      if (awaited(number)) {
        end(lanes.get(number).takeReached(Long.MAX_VALUE), End.SHUT);
      }
    }
  }

  private void end(List<Waiter> waiters, End how) {
    for (Waiter waiter : waiters) {
      places.decrementAndGet();
      waiter.end(how);
    }
  }
}
