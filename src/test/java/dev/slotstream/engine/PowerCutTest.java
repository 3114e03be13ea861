package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.Damaged;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Held;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.file.PowerCutStorage;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.Seeded;
import dev.slotstream.kit.TestFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power is cut at every operation of the disk in turn, with any part of what was not forced
 * written or not. What is found afterwards is what the first so many writes made, and at least all
 * those that were acknowledged.
 */
class PowerCutTest {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final int KEYS = 24;
  private static final int EACH_OPENING = 20;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  /** One write that was submitted: a put of n, or a delete when n is null. */
  private record Submitted(TestWrite write, long key, Long n, boolean onDisk) {
    Submitted(TestWrite write, long key, Long n) {
      this(write, key, n, false);
    }
  }

  private final List<Submitted> history = new ArrayList<>();

  /** How many of the first writes must be there: those acknowledged, or found by a recovery. */
  private int served;

  private int runs;

  private TestStore store(Durability durability) {
    return TestStore.at(directory.resolve("live" + runs))
        .durability(durability)
        .layout(TestStore.KEY, 1000)
        .segmentSize(16 << 10)
        .growSlots(16);
  }

  private PowerCutStorage disk(Path live, SplittableRandom random) {
    return new PowerCutStorage(live, directory.resolve("stable" + runs++), random);
  }

  /** Submits writes a few at a time, until there were enough or the power is off. */
  private void write(SlotEngine engine, PowerCutStorage disk, SplittableRandom random, int bursts) {
    for (int burst = 0; burst < bursts && !disk.isCut(); burst++) {
      List<Submitted> now = new ArrayList<>();
      for (int w = random.nextInt(1, 30); w > 0; w--) {
        long key = random.nextInt(KEYS);
        long n = random.nextInt(1 << 20);
        now.add(
            random.nextInt(4) == 0
                ? new Submitted(TestStore.submitDelete(engine, key), key, null)
                : random.nextInt(20) == 0
                    ? new Submitted(TestStore.submitPutOnDisk(engine, key, n), key, n, true)
                    : new Submitted(TestStore.submitPut(engine, key, n), key, n));
      }
      history.addAll(now);
      if (random.nextInt(3) == 0) {
        disk.writeBack(random.nextInt(100));
      }
      for (Submitted one : now) {
        try {
          one.write().await();
        } catch (EngineException e) {
          assertTrue(disk.isCut(), e.getMessage());
        }
      }
      if (random.nextInt(6) == 0) {
        engine.checkpoint();
      }
    }
  }

  /**
   * How many writes there were up to the last that was acknowledged; in INTERVAL only those count
   * that demanded the disk.
   */
  private int acknowledged(Durability durability) {
    int count = 0;
    for (int h = 0; h < history.size(); h++) {
      boolean counts = durability == Durability.FSYNC || history.get(h).onDisk();
      if (counts && history.get(h).write().succeeded()) {
        count = h + 1;
      }
    }
    return count;
  }

  private static Map<Long, Long> contentOf(SlotEngine engine) {
    Map<Long, Long> content = new HashMap<>();
    for (long key = 0; key < KEYS; key++) {
      Long n = TestStore.read(engine, key);
      if (n != null) {
        content.put(key, n);
      }
    }
    return content;
  }

  /** Fails unless the content is what some of the first writes made, all acknowledged ones in. */
  private void checkPrefix(Map<Long, Long> content) {
    Map<Long, Long> model = new HashMap<>();
    for (int h = 0; h <= history.size(); h++) {
      if (h >= served && model.equals(content)) {
        served = h; // what was found once must not be lost any more, either
        return;
      }
      if (h < history.size()) {
        Submitted one = history.get(h);
        model.compute(one.key(), (key, before) -> one.n());
      }
    }
    throw new AssertionError(
        "no beginning of %d writes, at least %d, makes %s"
            .formatted(history.size(), served, content));
  }

  /** One life of a store, its power cut in front of the n-th operation; false when it had fewer. */
  private boolean live(long n, Durability durability, SplittableRandom random) {
    history.clear();
    served = 0;
    TestStore store = store(durability);
    PowerCutStorage disk = disk(store.directory(), random);
    disk.cutAt(n);
    try (SlotEngine engine = store.open(disk)) {
      write(engine, disk, random, 25);
    } catch (EngineException e) {
      assertTrue(disk.isCut(), e.getMessage());
    }
    boolean wasCut = disk.isCut();
    disk.cut();
    served = acknowledged(durability);
    recover(store.in(disk.stable()), durability, random);
    TestFiles.deleteTree(store.directory());
    return wasCut;
  }

  /** Opens what is left, with the power failing again a few times while that goes on. */
  private void recover(TestStore left, Durability durability, SplittableRandom random) {
    TestStore store = left;
    for (int n = random.nextInt(1, 40); n < 40; n += random.nextInt(1, 20)) {
      PowerCutStorage disk = disk(store.directory(), random);
      disk.cutAt(n);
      try (SlotEngine engine = store.open(disk)) {
        check(engine, durability);
      } catch (EngineException e) {
        assertTrue(disk.isCut(), e.getMessage());
      }
      disk.cut();
      TestFiles.deleteTree(store.directory());
      store = store.in(disk.stable());
    }
    try (SlotEngine engine = store.open()) {
      check(engine, durability);
      TestStore.put(engine, 1, 1);
    }
    TestFiles.deleteTree(store.directory());
  }

  private void check(SlotEngine engine, Durability durability) {
    if (durability != Durability.OS) {
      assertEquals(0, engine.recovery().damagedSlots());
      checkPrefix(contentOf(engine));
    } else {
      checkNothingInvented(engine);
    }
  }

  /** In OS a power cut may cost writes, and a slot; but what is read was written once. */
  private void checkNothingInvented(SlotEngine engine) {
    for (long key = 0; key < KEYS; key++) {
      try {
        Long n = TestStore.read(engine, key);
        long asked = key;
        assertTrue(
            n == null || history.stream().anyMatch(h -> h.key() == asked && n.equals(h.n())),
            "key=" + key + " n=" + n);
      } catch (Damaged e) {
        assertTrue(e.getMessage().contains("slot="), e.getMessage());
      }
    }
  }

  /** Cuts the power in front of each operation in turn; answers how many there are. */
  private long livesCutShort(Durability durability, SplittableRandom random) {
    long n = 1;
    while (live(n, durability, random.split())) {
      // An opening has few operations, and each is another case; later ones are much alike.
      n += FULL || n < EACH_OPENING ? 1 : random.nextInt(1, 10);
    }
    return n;
  }

  @Test
  void inFsyncNoAcknowledgedWriteIsLostWheneverThePowerGoes() {
    Seeded.run(
        21,
        random -> {
          assertTrue(livesCutShort(Durability.FSYNC, random) > 25);
        });
  }

  /** What is lost are the last writes, and nothing else; not even an older value is left. */
  @Test
  void inIntervalOnlyTheLastWritesAreLostWheneverThePowerGoes() {
    Seeded.run(
        24,
        random -> {
          assertTrue(livesCutShort(Durability.INTERVAL, random) > 25);
        });
  }

  /** A killed process, and a power cut in front of the n-th operation of opening again. */
  private boolean killAndCut(long n, SplittableRandom random) {
    history.clear();
    served = 0;
    TestStore store = store(Durability.FSYNC);
    PowerCutStorage disk = disk(store.directory(), random);
    TestStore next = store.at("next");
    PowerCutStorage left;
    FaultyStorage slow = new FaultyStorage(disk);
    try (SlotEngine engine = store.open(slow)) {
      write(engine, disk, random, 3);
      Held held = new Held(FaultyStorage.on(Operation.FORCE, "redo"));
      slow.fail(held);
      for (int w = 0; w < 40; w++) {
        long key = w % KEYS;
        history.add(new Submitted(TestStore.submitPut(engine, key, w), key, (long) w));
      }
      served = acknowledged(Durability.FSYNC);
      left = disk.killed(next.directory(), directory.resolve("stable" + runs++));
      held.release();
    }
    left.cutAt(n);
    try (SlotEngine engine = next.open(left)) {
      checkPrefix(contentOf(engine));
    } catch (EngineException e) {
      assertTrue(left.isCut(), e.getMessage());
    }
    boolean wasCut = left.isCut();
    left.cut();
    recover(store.in(left.stable()), Durability.FSYNC, random);
    TestFiles.deleteTree(store.directory());
    TestFiles.deleteTree(next.directory());
    return wasCut;
  }

  @Test
  void noAcknowledgedWriteIsLostWhenThePowerGoesWhileAKilledProcessIsRecovered() {
    Seeded.run(
        23,
        random -> {
          for (int round = 0; round < (FULL ? 100 : 5); round++) {
            for (long n = 1; n <= 5; n++) {
              assertTrue(killAndCut(n, random.split()));
            }
          }
        });
  }

  @Test
  void inOsTheStoreOpensWheneverThePowerGoes() {
    Seeded.run(
        22,
        random -> {
          assertTrue(livesCutShort(Durability.OS, random) > 10);
        });
  }
}
