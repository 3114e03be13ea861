package dev.slotstream.crash;

import dev.slotstream.engine.SlotEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A child process: opens a store, notes all that is in it, and lets clients at it until the process
 * ends, by a kill or at a point.
 *
 * <p>Its arguments are its {@link Life}.
 */
final class CrashingStore {
  private CrashingStore() {}

  public static void main(String[] arguments) throws InterruptedException {
    endOnFailure();
    Life life = Life.parse(arguments);
    OperationLog log = new OperationLog(life.notes());
    SlotEngine engine = SlotEngine.open(CampaignStore.options(life.directory(), life.durability()));
    noteAll(engine, log, life);
    for (Thread client : begin(engine, log, life, () -> true)) {
      client.join();
    }
    Thread.sleep(ChildJvm.LIFE_LIMIT);
  }

  /** Reads every key that there may be, and says that it has. */
  static void noteAll(SlotEngine engine, OperationLog log, Life life) {
    StoreClient reader = new StoreClient(engine, log, 0, life);
    for (long key = 0; key < StoreClient.SHARED_KEYS; key++) {
      note(reader, key);
    }
    for (long key = StoreClient.FIRST_OWN_KEY; key < life.newKey(); key++) {
      note(reader, key);
    }
    log.ready();
  }

  private static void note(StoreClient reader, long key) {
    if (!reader.get(OperationLog.FOUND, key)) {
      throw new IllegalStateException("no room for what is found, key=" + key);
    }
  }

  /** Lets all clients at a store, as long as they may go on. */
  static List<Thread> begin(SlotEngine engine, OperationLog log, Life life, BooleanSupplier goOn) {
    List<Thread> clients = new ArrayList<>();
    for (int number = 0; number < StoreClient.CLIENTS; number++) {
      StoreClient client = new StoreClient(engine, log, number, life);
      clients.add(Thread.ofPlatform().name("client-" + number).start(() -> client.run(goOn)));
    }
    return clients;
  }

  /** An exception that nobody catches ends the process, whatever other threads there are. */
  static void endOnFailure() {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, why) -> {
          System.err.println(thread.getName() + " failed");
          why.printStackTrace();
          Runtime.getRuntime().halt(ChildJvm.FAILED);
        });
  }
}
