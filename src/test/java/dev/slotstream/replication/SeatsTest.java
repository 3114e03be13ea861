package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.slotstream.replication.Seats.Seat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** One session for each follower and shard: the newest. */
class SeatsTest {
  private static final UUID FOLLOWER = new UUID(1, 1);

  private final Seats seats = new Seats();
  private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
  private final List<String> told = new ArrayList<>();

  private Seat ask(UUID follower, int shard, String name) {
    return seats.ask(
        follower,
        shard,
        loop::add,
        () -> told.add(name + " sits"),
        () -> told.add(name + " is replaced"));
  }

  private List<String> run() {
    told.clear();
    for (Runnable step = loop.poll(); step != null; step = loop.poll()) {
      step.run();
    }
    return List.copyOf(told);
  }

  @Test
  void everyFollowerAndEveryShardHasItsOwn() {
    ask(FOLLOWER, 0, "a");
    ask(FOLLOWER, 1, "b");
    ask(new UUID(1, 2), 0, "c");
    assertEquals(List.of("a sits", "b sits", "c sits"), run());
    assertEquals(3, seats.taken());
  }

  @Test
  void theNewerSitsWhenTheOlderHasLeft() {
    Seat older = ask(FOLLOWER, 0, "older");
    run();
    Seat newer = ask(FOLLOWER, 0, "newer");
    assertEquals(List.of("older is replaced"), run());
    older.close();
    older.close();
    assertEquals(List.of("newer sits"), run());
    newer.close();
    assertEquals(0, seats.taken());
  }

  @Test
  void theNewestGetsItAfterAllOthers() {
    Seat first = ask(FOLLOWER, 0, "first");
    Seat second = ask(FOLLOWER, 0, "second");
    ask(FOLLOWER, 0, "third");
    assertEquals(
        List.of("first sits", "first is replaced", "first is replaced", "second is replaced"),
        run());
    second.close();
    assertEquals(List.of(), run());
    first.close();
    assertEquals(List.of("third sits"), run());
  }

  @Test
  void whoHasLeftHearsNothingMore() {
    Seat first = ask(FOLLOWER, 0, "first");
    ask(FOLLOWER, 0, "second");
    first.close(); // before its calls arrive
    assertEquals(List.of("second sits"), run());
  }
}
