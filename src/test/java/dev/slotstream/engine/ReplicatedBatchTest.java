package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.slotstream.engine.EngineException.DiskFull;
import dev.slotstream.engine.ReplicatedBatch.Rule;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.Seeded;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.slot.MetaWord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A leader's events, applied by a follower in both durabilities. */
class ReplicatedBatchTest {
  private static final int LAST_VERSION = (1 << 30) - 1;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private final TestBatch.Builder events = new TestBatch.Builder();
  private final FaultyStorage storage = new FaultyStorage();

  private SlotEngine open(Durability durability) {
    return TestStore.at(directory.resolve("data")).durability(durability).open(storage);
  }

  private static void same(TestBatch batch, int applied, int skipped, int highest) {
    assertEquals(applied, batch.applied());
    assertEquals(skipped, batch.skipped());
    assertEquals(highest, batch.highestVersion());
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void takesSlotsAndVersionsAsTheyAre(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      same(events.put(5, 7, 1, 10).put(2, 1, 2, 20).delete(3, 4, 9).apply(engine), 3, 0, 7);
      assertEquals(10, TestStore.read(engine, 1));
      assertEquals(20, TestStore.read(engine, 2));
      Shard shard = engine.shards().get(0);
      assertEquals(MetaWord.of(MetaWord.OCCUPIED, 7), shard.meta(5));
      assertEquals(MetaWord.of(MetaWord.DELETED, 4), shard.meta(3));
      assertEquals(2, shard.slotsUsed());
      assertEquals(0, TestStore.put(engine, 3, 3).slot(), "the lowest free slot");
    }
    try (SlotEngine engine = open(durability)) {
      assertEquals(10, TestStore.read(engine, 1));
      assertEquals(20, TestStore.read(engine, 2));
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void onlyNewerVersionsCount(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      events.put(5, 7, 1, 10).apply(engine);
      same(
          events.put(5, 7, 1, 11).put(5, 6, 1, 12).delete(5, 7, 1).put(5, 8, 1, 13).apply(engine),
          1,
          3,
          8);
      assertEquals(13, TestStore.read(engine, 1));
      same(events.put(5, 8, 1, 1).apply(engine), 0, 1, 0);
      // On the ring of versions, 0 comes after the last one.
      events.put(6, LAST_VERSION, 2, 1).apply(engine, Rule.AS_IT_STANDS);
      same(events.put(6, LAST_VERSION - 5, 2, 2).put(6, 0, 2, 3).apply(engine), 1, 1, 0);
      assertEquals(3, TestStore.read(engine, 2));
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void takenAsItStandsAnOlderVersionReplacesANewerOne(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      events.put(5, 7, 1, 10).put(6, 3, 2, 20).apply(engine);
      long appended = engine.shards().get(0).status().appendedSequence();
      // What is the same already costs no log.
      same(
          events.put(5, 7, 1, 10).put(5, 2, 1, 11).free(6).free(7).apply(engine, Rule.AS_IT_STANDS),
          2,
          2,
          2);
      assertEquals(appended + 2, engine.shards().get(0).status().appendedSequence());
      assertEquals(11, TestStore.read(engine, 1));
      assertNull(TestStore.read(engine, 2));
      assertEquals(MetaWord.FREE, engine.shards().get(0).meta(6));
      same(events.put(5, 2, 1, 12).apply(engine, Rule.AS_IT_STANDS), 1, 0, 2);
      assertEquals(12, TestStore.read(engine, 1), "the same version, another value");
      same(events.put(5, 2, 1, 13).put(5, 2, 1, 12).apply(engine, Rule.AS_IT_STANDS), 2, 0, 2);
      assertEquals(12, TestStore.read(engine, 1));
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aKeyThatMovedIsFoundWhereItIsNow(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      events.put(5, 1, 1, 10).apply(engine);
      events.put(2, 1, 1, 11).apply(engine); // a scan may show the new slot first
      assertEquals(11, TestStore.read(engine, 1), "what was written last");
      events.delete(5, 2, 1).apply(engine); // and the old one's end later
      assertEquals(11, TestStore.read(engine, 1));
      events.put(5, 3, 2, 20).apply(engine);
      assertEquals(11, TestStore.read(engine, 1));
      assertEquals(20, TestStore.read(engine, 2));
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void anOldPlaceOfAKeyThatIsToldLateDoesNotHideItsNewOne(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      events.put(2, 1, 1, 11).apply(engine); // the scan shows where the key is now
      events.put(5, 1, 1, 10).apply(engine); // the log tells where it was before
      events.delete(5, 2, 1).apply(engine);
      assertEquals(11, TestStore.read(engine, 1));
      assertEquals(2, TestStore.put(engine, 1, 12).slot());
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aKeyThatMovedAndCameBackIsFound(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      events.put(5, 1, 1, 10).apply(engine);
      events.put(2, 1, 1, 11).put(5, 3, 1, 12).delete(2, 2, 1).apply(engine);
      assertEquals(12, TestStore.read(engine, 1));
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aSlotThatIsTakenOverDropsItsFormerKey(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      events.put(5, 1, 1, 10).apply(engine);
      events.put(5, 3, 2, 20).apply(engine);
      assertNull(TestStore.read(engine, 1));
      assertEquals(20, TestStore.read(engine, 2));
      assertEquals(1, engine.shards().get(0).slotsUsed());
      events.put(5, 5, 1, 11).put(5, 7, 2, 21).put(5, 9, 1, 12).apply(engine);
      assertNull(TestStore.read(engine, 2));
      assertEquals(12, TestStore.read(engine, 1));
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aDamagedSlotIsMendedByTheLeaderAndFoundAgain(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      events.put(0, 1, 1, 10).put(1, 1, 2, 20).put(2, 1, 3, 30).apply(engine);
    }
    Path file = TestStore.at(directory.resolve("data")).slotFile(0);
    TestFiles.flip(file, 4096 + 4, 0); // the checksum
    TestFiles.flip(file, 4096 + 32 + 20, 0); // a value
    TestFiles.flip(file, 4096 + 64 + 8, 0); // a key
    try (SlotEngine engine = open(durability)) {
      assertEquals(3, engine.recovery().damagedSlots());
      events.put(0, 1, 1, 10).put(1, 1, 2, 20).put(2, 1, 3, 30).apply(engine, Rule.AS_IT_STANDS);
      assertEquals(10, TestStore.read(engine, 1));
      assertEquals(20, TestStore.read(engine, 2));
      assertEquals(30, TestStore.read(engine, 3));
    }
    try (SlotEngine engine = open(durability)) {
      assertEquals(0, engine.recovery().damagedSlots());
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void growsToTheSlotThatALeaderNames(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      events.put(1, 1, 1, 10).put(70_000, 1, 2, 20).put(3, 1, 3, 30).apply(engine);
      assertEquals(70_016, engine.shards().get(0).slotCount());
      assertEquals(20, TestStore.read(engine, 2));
      assertEquals(30, TestStore.read(engine, 3));
    }
    try (SlotEngine engine = open(durability)) {
      assertEquals(20, TestStore.read(engine, 2));
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void failsWhenThereIsNoRoomAndCanBeSentAgain(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      storage.fail(
          FaultyStorage.always(FaultyStorage.on(Operation.EXTEND, "fixed"), FaultyStorage.FULL));
      events.put(1, 1, 1, 10).put(1000, 1, 2, 20);
      assertThrows(DiskFull.class, () -> events.apply(engine));
      storage.heal();
      same(retry(engine), 1, 1, 1);
      assertEquals(10, TestStore.read(engine, 1));
      assertEquals(20, TestStore.read(engine, 2));
    }
  }

  /** A full disk is tried again only after a pause. */
  private static TestBatch retry(SlotEngine engine) {
    while (true) {
      try {
        return new TestBatch.Builder().put(1, 1, 1, 10).put(1000, 1, 2, 20).apply(engine);
      } catch (DiskFull e) {
        Thread.onSpinWait();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void anEmptyBatchIsDoneAtOnce(Durability durability) {
    try (SlotEngine engine = open(durability)) {
      TestBatch batch = events.build(Rule.ONLY_NEWER);
      assertFalse(batch.ended());
      engine.submit(0, batch);
      batch.await();
      same(batch, 0, 0, 0);
    }
  }

  /** What a leader's slot is: its version, and its key and value when it is occupied. */
  private record LeaderSlot(int version, Long key, long n) {}

  private static void submit(
      SlotEngine engine, TestBatch.Builder events, List<TestBatch> batches, Rule rule) {
    TestBatch batch = events.build(rule);
    engine.submit(0, batch);
    batches.add(batch);
  }

  private static TestBatch.Builder add(TestBatch.Builder events, int slot, LeaderSlot is) {
    return is.version() == 0
        ? events.free(slot)
        : is.key() == null
            ? events.delete(slot, is.version(), 99)
            : events.put(slot, is.version(), is.key(), is.n());
  }

  /**
   * A leader whose keys move between slots, scanned slot by slot while it goes on writing, its log
   * behind that: at the end the follower finds every key where the leader has it.
   */
  @ParameterizedTest
  @EnumSource(Durability.class)
  void convergesToTheLeaderWhateverTheScanMeets(Durability durability) {
    Seeded.run(
        15,
        random -> {
          try (SlotEngine engine = open(durability)) {
            LeaderSlot[] leader = new LeaderSlot[6];
            for (int pass = 0; pass < 150; pass++) {
              if (pass % 5 == 0) {
                Arrays.fill(leader, new LeaderSlot(0, null, 0)); // another leader
              }
              List<TestBatch> batches = new ArrayList<>();
              List<LeaderSlot> log = new ArrayList<>();
              List<Integer> logSlots = new ArrayList<>();
              for (int slot = 0; slot < leader.length; slot++) {
                for (int w = random.nextInt(4); w > 0; w--) {
                  int written = change(leader, random);
                  log.add(leader[written]);
                  logSlots.add(written);
                }
                TestBatch.Builder scan = add(new TestBatch.Builder(), slot, leader[slot]);
                submit(engine, scan, batches, Rule.AS_IT_STANDS);
              }
              for (int w = 0; w < log.size(); w++) {
                TestBatch.Builder one = add(new TestBatch.Builder(), logSlots.get(w), log.get(w));
                submit(engine, one, batches, Rule.ONLY_NEWER);
              }
              batches.forEach(TestBatch::await);
              compare(engine, leader, pass);
            }
          }
        });
  }

  /** A put of a key that is nowhere, or the deletion of one; answers the slot. */
  private static int change(LeaderSlot[] leader, SplittableRandom random) {
    int slot = random.nextInt(leader.length);
    LeaderSlot is = leader[slot];
    Long key = null;
    if (is.key() == null) {
      long wanted = random.nextInt(4);
      for (LeaderSlot other : leader) {
        if (other.key() != null && other.key() == wanted) {
          return change(leader, random);
        }
      }
      key = wanted;
    } else if (random.nextInt(3) == 0) {
      key = is.key();
    }
    leader[slot] = new LeaderSlot(is.version() + 1, key, random.nextInt(1000));
    return slot;
  }

  private static void compare(SlotEngine engine, LeaderSlot[] leader, int pass) {
    int used = 0;
    for (long key = 0; key < 4; key++) {
      Long expected = null;
      for (LeaderSlot slot : leader) {
        if (slot.key() != null && slot.key() == key) {
          expected = slot.n();
          used++;
        }
      }
      assertEquals(expected, TestStore.read(engine, key), "pass " + pass + " key " + key);
    }
    assertEquals(used, engine.shards().get(0).slotsUsed());
    for (int slot = 0; slot < leader.length; slot++) {
      assertEquals(leader[slot].version(), MetaWord.version(engine.shards().get(0).meta(slot)));
    }
    assertNotNull(engine.storeId());
  }
}
