package dev.slotstream.crash;

import dev.slotstream.engine.SlotEngine;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A child process: opens a store, notes all that is in it, lets clients at it for a while, closes
 * it and ends. Crash points count only while it closes.
 *
 * <p>Its arguments are its {@link Life}.
 */
final class ClosingStore {
  private static final long WORK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private ClosingStore() {}

  public static void main(String[] arguments) throws InterruptedException {
    CrashingStore.endOnFailure();
    CrashTrigger.rest();
    Life life = Life.parse(arguments);
    OperationLog log = new OperationLog(life.notes());
    SlotEngine engine = SlotEngine.open(CampaignStore.options(life.directory(), life.durability()));
    CrashingStore.noteAll(engine, log, life);
    long end = System.nanoTime() + WORK_NANOS;
    List<Thread> clients = CrashingStore.begin(engine, log, life, () -> System.nanoTime() < end);
    for (Thread client : clients) {
      client.join();
    }
    CrashTrigger.work();
    engine.close();
    Runtime.getRuntime().halt(CrashTrigger.STATUS); // as whoever is told to halt ends
  }
}
