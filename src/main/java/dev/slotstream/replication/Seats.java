package dev.slotstream.replication;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;

/**
 * One session for each follower and shard. A follower that connects again has lost its former
 * connection, whether its leader knows already or not: the newer one gets the seat as soon as the
 * older has left it, so that what is counted and named for a follower is so for one session at a
 * time. Any thread.
 */
final class Seats {
  private final Map<Place, ArrayDeque<Seat>> lines = new HashMap<>();

  private record Place(UUID follower, int shard) {}

  /**
   * Asks for a seat.
   *
   * @param loop where both calls run: the asker's own event loop
   * @param seated runs once, when nobody else has it; never after {@link Seat#close}
   * @param replaced runs when somebody newer asks: the seat is to be closed
   */
  synchronized Seat ask(
      UUID follower, int shard, Executor loop, Runnable seated, Runnable replaced) {
    Place place = new Place(follower, shard);
    ArrayDeque<Seat> line = lines.computeIfAbsent(place, p -> new ArrayDeque<>());
    for (Seat older : line) {
      older.call(older.replaced);
    }
    Seat seat = new Seat(place, loop, seated, replaced);
    line.add(seat);
    if (line.size() == 1) {
      seat.call(seated);
    }
    return seat;
  }

  private synchronized void leave(Seat seat) {
    ArrayDeque<Seat> line = lines.get(seat.place);
    boolean sat = line.peek() == seat;
    line.remove(seat);
    if (line.isEmpty()) {
      lines.remove(seat.place);
    } else if (sat) {
      line.peek().call(line.peek().seated);
    }
  }

  /** How many places are taken. */
  synchronized int taken() {
    return lines.size();
  }

  /** One session's seat, had or waited for. Belongs to the session's event loop. */
  final class Seat implements AutoCloseable {
    private final Place place;
    private final Executor loop;
    private final Runnable seated;
    private final Runnable replaced;
    private boolean closed;

    private Seat(Place place, Executor loop, Runnable seated, Runnable replaced) {
      this.place = place;
      this.loop = loop;
      this.seated = seated;
      this.replaced = replaced;
    }

    private void call(Runnable what) {
      loop.execute(
          () -> {
            if (!closed) {
              what.run();
            }
          });
    }

    /** Leaves the seat, or waits for it no longer. May be called more than once. */
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        leave(this);
      }
    }
  }
}
