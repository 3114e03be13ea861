package dev.slotstream.crash;

import dev.slotstream.crash.Operation.Kind;
import dev.slotstream.crash.Operation.Outcome;
import dev.slotstream.engine.Condition;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.TestWrite;
import dev.slotstream.slot.SlotBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One client of an engine, in the engine's own process: it asks, and notes before and after. Most
 * clients fight for a few keys; the first one puts and deletes keys of its own, always new ones, so
 * that the store grows. Belongs to one thread.
 */
final class StoreClient {
  static final int CLIENTS = 8;
  static final int SHARED_KEYS = 24;
  static final long FIRST_OWN_KEY = 1_000;
  private static final long PAUSE_NANOS = 1_000_000;

  private final SlotEngine engine;
  private final OperationLog log;
  private final SplittableRandom random;
  private final int client;
  private final SlotBuffer buffer;
  private final Map<Long, Seen> seen = new HashMap<>();
  private final long firstOwnKey;
  private long nextOwnKey;
  private long nextValue;

  /** What a client has last seen of a key. */
  private record Seen(long value, int slot, int meta) {}

  /**
   * A client.
   *
   * @param life of its process, which has values of its own
   */
  StoreClient(SlotEngine engine, OperationLog log, int client, Life life) {
    this.engine = engine;
    this.log = log;
    this.client = client;
    this.random = new SplittableRandom((long) life.number() << 8 | client);
    this.buffer = engine.newBuffer();
    this.firstOwnKey = life.newKey();
    this.nextOwnKey = life.newKey();
    this.nextValue = (long) life.number() << 32 | (long) client << 24;
  }

  /** Goes on as long as it may, until the process ends, or until its log is full. */
  void run(BooleanSupplier goOn) {
    boolean more = true;
    while (more && goOn.getAsBoolean()) {
      more = client == 0 ? ownKey() : sharedKey();
      LockSupport.parkNanos(random.nextLong(PAUSE_NANOS));
    }
  }

  private boolean ownKey() {
    if (nextOwnKey > firstOwnKey && random.nextInt(4) == 0) {
      return write(Kind.DELETE, random.nextLong(firstOwnKey, nextOwnKey), null);
    }
    return write(Kind.PUT, nextOwnKey++, null);
  }

  private boolean sharedKey() {
    long key = random.nextInt(SHARED_KEYS);
    Seen known = seen.get(key);
    int dice = random.nextInt(10);
    if (dice < 3 || (dice > 6 && known == null)) {
      return get(client, key);
    }
    return switch (dice) {
      case 3, 4 -> write(Kind.PUT, key, null);
      case 5 -> write(Kind.PUT_IF_ABSENT, key, null);
      case 6 -> write(Kind.DELETE, key, null);
      case 7 -> write(Kind.DELETE_IF, key, known);
      default -> write(Kind.PUT_IF, key, known);
    };
  }

  /** Reads and notes it; false when there is no room for notes. */
  boolean get(int as, long key) {
    int entry = log.begin(as, Kind.GET, key, 0, 0);
    if (entry < 0) {
      return false;
    }
    seen.remove(key);
    long value = 0;
    try {
      if (engine.get(CampaignStore.key(key), buffer)) {
        value = CampaignStore.value(buffer.bytes(), buffer.valueOffset());
        if (value == 0) {
          log.notWhole();
        }
        seen.put(key, new Seen(value, buffer.slot(), buffer.meta()));
      }
    } catch (EngineException.Damaged e) {
      log.notWhole();
    }
    log.endGet(entry, value);
    return true;
  }

  private boolean write(Kind kind, long key, Seen known) {
    boolean deletes = kind == Kind.DELETE || kind == Kind.DELETE_IF;
    long value = deletes ? 0 : ++nextValue;
    int entry = log.begin(client, kind, key, known == null ? 0 : known.value(), value);
    if (entry < 0) {
      return false;
    }
    TestWrite write = new TestWrite();
    Condition condition = condition(kind, known);
    if (deletes) {
      write.delete(CampaignStore.key(key), condition);
    } else {
      write.put(
          CampaignStore.key(key),
          CampaignStore.bytes(value),
          CampaignStore.LAYOUT.valueLength(),
          condition);
    }
    engine.submit(write);
    boolean done = write.await() == TestWrite.End.COMMITTED;
    log.end(entry, done ? Outcome.OK : Outcome.REFUSED);
    return true;
  }

  private static Condition condition(Kind kind, Seen known) {
    return switch (kind) {
      case PUT_IF_ABSENT -> current -> !current.present();
      case PUT_IF, DELETE_IF ->
          current ->
              current.present() && current.slot() == known.slot() && current.meta() == known.meta();
      default -> Condition.NONE;
    };
  }
}
