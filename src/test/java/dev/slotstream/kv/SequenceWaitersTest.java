package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.Seeded;
import dev.slotstream.kv.SequenceWaiters.End;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class SequenceWaitersTest {
  private static final int LIMIT = 4;

  private final HandClock clock = new HandClock(Instant.EPOCH);
  private final SequenceWaiters waiters = new SequenceWaiters(2, LIMIT, clock::nanos);
  private final List<String> ended = new ArrayList<>();

  @Test
  void thoseWhoWaitForLessGoFirst() {
    await(0, 7, 100);
    await(0, 5, 100);
    await(0, 6, 100);
    waiters.reached(0, 4);
    assertEquals(List.of(), ended);
    waiters.reached(0, 6);
    assertEquals(List.of("5 REACHED", "6 REACHED"), ended);
    waiters.reached(0, 1000);
    assertEquals(List.of("5 REACHED", "6 REACHED", "7 REACHED"), ended);
  }

  @Test
  void thoseWhoWaitForTheSameGoAsTheyCame() {
    for (String name : List.of("a", "b", "c")) {
      assertTrue(waiters.enter());
      waiters.await(0, 5, nanos(100), how -> ended.add(name));
    }
    waiters.reached(0, 5);
    assertEquals(List.of("a", "b", "c"), ended);
  }

  @Test
  void aLaneDoesNotMoveAnother() {
    await(0, 5, 100);
    await(1, 5, 100);
    waiters.reached(1, 5);
    assertEquals(List.of("5 REACHED"), ended);
    assertTrue(waiters.awaited(0));
    assertFalse(waiters.awaited(1));
  }

  @Test
  void whoeverWaitsTooLongIsToldSo() {
    await(0, 5, 100);
    await(0, 3, 300);
    await(1, 9, 200);
    pass(99);
    assertEquals(List.of(), ended);
    pass(1);
    assertEquals(List.of("5 LATE"), ended);
    pass(100);
    assertEquals(List.of("5 LATE", "9 LATE"), ended);
    waiters.reached(0, 3);
    pass(1000);
    assertEquals(List.of("5 LATE", "9 LATE", "3 REACHED"), ended);
  }

  /** The hand clock begins just before nanoseconds wrap. */
  @Test
  void aClockThatWrapsHurtsNobody() {
    assertTrue(clock.nanos() > 0);
    await(0, 1, 50);
    pass(1);
    assertTrue(clock.nanos() < 0);
    await(0, 2, 10);
    pass(10);
    assertEquals(List.of("2 LATE"), ended);
    pass(39);
    assertEquals(List.of("2 LATE", "1 LATE"), ended);
  }

  @Test
  void placesAreCountedInAllLanesTogether() {
    for (int n = 0; n < LIMIT; n++) {
      await(n % 2, n, 100);
    }
    assertEquals(LIMIT, waiters.taken());
    assertFalse(waiters.enter());
    waiters.reached(0, 0);
    assertTrue(waiters.enter());
    assertFalse(waiters.enter());
    waiters.leave();
    assertTrue(waiters.enter());
    pass(100);
    waiters.leave();
    assertEquals(0, waiters.taken());
  }

  @Test
  void aPlaceIsFreeWhenItsEndingIsCalled() {
    for (int n = 0; n < LIMIT; n++) {
      assertTrue(waiters.enter());
      waiters.await(0, 1, nanos(100), how -> ended.add(Boolean.toString(waiters.enter())));
    }
    waiters.reached(0, 1);
    assertEquals(List.of("true", "true", "true", "true"), ended);
  }

  @Test
  void nobodyWaitsAnyMoreOnceItIsShut() {
    await(0, 5, 100);
    await(1, 6, 100);
    waiters.shut();
    assertEquals(List.of("5 SHUT", "6 SHUT"), ended);
    await(0, 7, 100);
    assertEquals("7 SHUT", ended.getLast());
    pass(100);
    waiters.reached(0, 100);
    assertEquals(3, ended.size());
    assertEquals(0, waiters.taken());
  }

  @Test
  void anEndingThatFailsLeavesTheOthersAlone() {
    assertTrue(waiters.enter());
    waiters.await(
        0,
        1,
        nanos(100),
        how -> {
          throw new IllegalStateException("on purpose");
        });
    await(0, 2, 100);
    waiters.reached(0, 2);
    assertEquals(List.of("2 REACHED"), ended);
    assertEquals(0, waiters.taken());
  }

  @Test
  void anEndingMayWaitAnew() {
    assertTrue(waiters.enter());
    waiters.await(0, 1, nanos(100), how -> await(0, 2, 100));
    waiters.reached(0, 1);
    assertTrue(waiters.awaited(0));
    waiters.reached(0, 2);
    assertEquals(List.of("2 REACHED"), ended);
  }

  /** All sorts of things at once: whoever waited is ended, and once. */
  @Test
  void everyWaiterEndsOnceWhateverHappensMeanwhile() {
    Seeded.run(4, this::waitFromManyThreads);
  }

  private void waitFromManyThreads(SplittableRandom random) throws InterruptedException {
    AtomicLong now = new AtomicLong();
    AtomicLong progress = new AtomicLong();
    SequenceWaiters many = new SequenceWaiters(2, 100, now::get);
    Queue<AtomicInteger> ends = new ConcurrentLinkedQueue<>();
    List<Thread> waiting = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      SplittableRandom own = random.split();
      Runnable enterOften =
          () -> {
            for (int n = 0; n < 5_000; n++) {
              int lane = own.nextInt(2);
              while (!many.enter()) {
                LockSupport.parkNanos(1_000);
              }
              AtomicInteger count = new AtomicInteger();
              ends.add(count);
              long wanted = progress.get() + own.nextInt(50);
              many.await(lane, wanted, own.nextInt(40), how -> count.incrementAndGet());
              many.reached(lane, progress.get());
            }
          };
      waiting.add(Thread.ofPlatform().start(enterOften));
    }
    while (waiting.stream().anyMatch(Thread::isAlive)) {
      long reached = progress.incrementAndGet();
      many.reached(0, reached);
      many.reached(1, reached);
      now.incrementAndGet();
      many.expire();
    }
    for (Thread thread : waiting) {
      thread.join();
    }
    many.shut();
    assertEquals(15_000, ends.size());
    assertTrue(ends.stream().allMatch(count -> count.get() == 1));
    assertEquals(0, many.taken());
  }

  private void await(int lane, long sequence, long atMostMillis) {
    assertTrue(waiters.enter());
    waiters.await(lane, sequence, nanos(atMostMillis), how -> ended.add(text(sequence, how)));
  }

  private static String text(long sequence, End how) {
    return sequence + " " + how;
  }

  private void pass(long millis) {
    clock.advance(Duration.ofMillis(millis));
    waiters.expire();
  }

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
