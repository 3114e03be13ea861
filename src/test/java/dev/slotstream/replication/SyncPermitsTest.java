package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.replication.SyncPermits.Permit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** How many may sync at once, and who is next. */
class SyncPermitsTest {
  private final SyncPermits permits = new SyncPermits(2);
  private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
  private final List<String> granted = new ArrayList<>();

  private Permit ask(String name) {
    return permits.ask(loop::add, () -> granted.add(name));
  }

  private List<String> run() {
    granted.clear();
    for (Runnable step = loop.poll(); step != null; step = loop.poll()) {
      step.run();
    }
    return List.copyOf(granted);
  }

  @Test
  void grantsAsManyAsThereAreAndThenInTurn() {
    Permit first = ask("first");
    Permit second = ask("second");
    ask("third");
    ask("fourth");
    assertEquals(List.of("first", "second"), run());
    assertEquals(2, permits.held());
    assertEquals(2, permits.waiting());
    second.close();
    assertEquals(List.of("third"), run());
    first.close();
    assertEquals(List.of("fourth"), run());
    assertEquals(0, permits.waiting());
  }

  @Test
  void nothingRunsInTheAskersCall() {
    ask("first");
    assertEquals(List.of(), granted);
    assertEquals(List.of("first"), run());
  }

  @Test
  void whoNoLongerWaitsIsLeftOut() {
    Permit first = ask("first");
    ask("second");
    Permit third = ask("third");
    ask("fourth");
    run();
    third.close();
    first.close();
    assertEquals(List.of("fourth"), run());
  }

  @Test
  void whoLeavesBeforeItHearsOfItsPermitIsNotCalled() {
    Permit first = ask("first");
    ask("second");
    ask("third");
    first.close(); // its call is on its way already
    assertEquals(List.of("second", "third"), run());
    assertEquals(2, permits.held());
  }

  @Test
  void closingTwiceGivesBackOnce() {
    Permit first = ask("first");
    ask("second");
    ask("third");
    ask("fourth");
    run();
    first.close();
    first.close();
    assertEquals(List.of("third"), run());
    assertEquals(1, permits.waiting());
  }

  /** An asker on an event loop of its own: works for a moment with its permit, then leaves. */
  private final class Asker {
    private final ExecutorService ownLoop =
        Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
    private Permit permit;

    private void ask(AtomicInteger running, AtomicInteger most, CountDownLatch done) {
      ownLoop.execute(
          () ->
              permit =
                  permits.ask(
                      ownLoop,
                      () -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        LockSupport.parkNanos(20_000);
                        running.decrementAndGet();
                        permit.close();
                        done.countDown();
                        ownLoop.shutdown();
                      }));
    }
  }

  @Test
  void neverMoreThanTheNumberWhateverTheThreads() throws InterruptedException {
    int askers = 2_000;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(askers);
    for (int i = 0; i < askers; i++) {
      new Asker().ask(running, most, done);
    }
    assertTrue(done.await(60, TimeUnit.SECONDS));
    assertTrue(most.get() <= 2, () -> "at once: " + most);
    assertEquals(0, permits.held());
  }
}
