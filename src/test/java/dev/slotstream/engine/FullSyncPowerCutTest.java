package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.ReplicatedBatch.Rule;
import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.MemoryDisk.Death;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A follower whose process ends, or whose power is cut, at every operation of its disk in turn. */
class FullSyncPowerCutTest {
  private static final TestStore STORE = TestStore.at(Path.of("/store"));
  private static final UUID LEADERS = new UUID(7, 8);

  private MemoryDisk disk;
  private ManualEngine follower;

  private void open() throws IOException {
    follower = ManualEngine.open(STORE.options().following(), disk);
    assertEquals(List.of(), follower.engine().recovery().damagedLogs());
  }

  private Shard shard() {
    return follower.engine().shards().getFirst();
  }

  private static ShardHistory leaders(EpochStart... epochs) {
    return new ShardHistory(LEADERS, true, List.of(epochs));
  }

  private void begin(ShardHistory leaders, long sequence) {
    shard().beginFullSync(leaders, sequence, (aside, failure) -> {});
    follower.checkpoint();
  }

  private void end() {
    shard().endFullSync((aside, failure) -> {});
    follower.checkpoint();
  }

  /** A record that puts its sequence under that key. */
  private void append(int epoch, long sequence) {
    TestBatch batch =
        new TestBatch.Builder()
            .put((int) sequence, 1, sequence, sequence)
            .build(new Rule.InSequence(epoch, sequence));
    follower.engine().submit(0, batch);
  }

  /** A follower with ten records of a leader, all on its disk. */
  private void followTenRecords(long seed) throws IOException {
    disk = new MemoryDisk(new SplittableRandom(seed));
    open();
    begin(leaders(new EpochStart(1, 1)), 0);
    end();
    for (int sequence = 1; sequence <= 10; sequence++) {
      append(1, sequence);
    }
    follower.sync(0);
    assertEquals(10, shard().committedSequence());
  }

  private boolean isKeptAside(long n) throws IOException {
    String value = new String(TestStore.value(n), StandardCharsets.ISO_8859_1);
    for (Path path : disk.list(STORE.shardDirectory(0))) {
      if (path.getFileName().toString().startsWith("diverged-")
          && new String(disk.read(path), StandardCharsets.ISO_8859_1).contains(value)) {
        return true;
      }
    }
    return false;
  }

  /** The leader lost records 8 to 10; false when its follower's process outlived that. */
  private boolean isEndedWhileItGivesUpItsRecords(int operation, Death death, long seed)
      throws IOException {
    followTenRecords(seed);
    disk.dieAt(operation, death);
    begin(leaders(new EpochStart(1, 1), new EpochStart(2, 8)), 20);
    boolean ended = disk.dead();
    disk.die(death);
    disk = disk.next();
    return ended;
  }

  private void assertNothingIsLost() throws IOException {
    open();
    if (shard().syncing()) {
      assertTrue(isKeptAside(8) && isKeptAside(9) && isKeptAside(10));
    } else {
      assertEquals(10, shard().committedSequence());
      assertEquals(10L, TestStore.read(follower.engine(), 10));
    }
  }

  @ParameterizedTest
  @EnumSource
  void keepsAsideWhatTheLeaderNeverHadWheneverItEnds(Death death) throws IOException {
    int operation = 1;
    while (isEndedWhileItGivesUpItsRecords(operation, death, operation)) {
      assertNothingIsLost();
      operation++;
    }
    assertNothingIsLost();
    assertTrue(shard().syncing() && operation > 8, "operation=" + operation);
  }

  @Test
  void opensAfterAKillAndAPowerCutWhileItOpened() throws IOException {
    for (int first = 1; isEndedWhileItGivesUpItsRecords(first, Death.KILL, first); first++) {
      for (int second = 1; second < 12; second++) {
        isEndedWhileItGivesUpItsRecords(first, Death.KILL, second);
        disk.dieAt(second, Death.POWER_CUT);
        try {
          open();
        } catch (IOException e) {
          assertTrue(disk.dead(), e.getMessage());
        }
        disk.die(Death.POWER_CUT);
        disk = disk.next();
        assertNothingIsLost();
      }
    }
  }

  /** The records are in the log, but not on the disk, when their leaderships could be noted. */
  private void losePower(boolean whileSyncing, long seed) throws IOException {
    followTenRecords(seed);
    if (whileSyncing) {
      begin(leaders(new EpochStart(1, 1)), 10);
    }
    append(1, 11);
    append(2, 12);
    append(3, 13);
    if (whileSyncing) {
      end();
    } else {
      follower.checkpointAll();
    }
    disk.die(Death.POWER_CUT);
    disk = disk.next();
    open();
  }

  @Test
  void believesInNoLeadershipWhoseRecordsThePowerHasTaken() throws IOException {
    boolean lost = false;
    for (long seed = 0; seed < 50; seed++) {
      losePower(seed % 2 == 0, seed);
      long next = shard().appendedSequence() + 1;
      lost |= next == 11;
      for (EpochStart start : shard().history().epochs()) {
        assertTrue(start.firstSequence() <= next, "next=" + next + " " + shard().history());
      }
    }
    assertTrue(lost);
  }
}
