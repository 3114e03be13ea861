package dev.slotstream.crash;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.SlotEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A child process: opens a store, notes all that is in it, lets clients at it for a while, closes
 * it and ends. Crash points count only while it closes.
 *
 * <p>Arguments as those of {@link CrashingStore}.
 */
final class ClosingStore {
  private static final long WORK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private ClosingStore() {}

  public static void main(String[] arguments) throws InterruptedException {
    CrashingStore.endOnFailure();
    CrashTrigger.rest();
    Path directory = Path.of(arguments[0]);
    Durability durability = Durability.valueOf(arguments[1]);
    OperationLog log = new OperationLog(Path.of(arguments[2]));
    int life = Integer.parseInt(arguments[3]);
    long newKey = Long.parseLong(arguments[4]);
    SlotEngine engine = SlotEngine.open(CampaignStore.options(directory, durability));
    CrashingStore.noteAll(engine, log, life, newKey);
    long end = System.nanoTime() + WORK_NANOS;
    List<Thread> clients =
        CrashingStore.begin(engine, log, life, newKey, () -> System.nanoTime() < end);
    for (Thread client : clients) {
      client.join();
    }
    CrashTrigger.work();
    engine.close();
    Runtime.getRuntime().halt(CrashTrigger.STATUS); // as whoever is told to halt ends
  }
}
