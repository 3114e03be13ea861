package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.MemoryDisk.Death;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A leader whose slots may hold more than its records tell, since the power was cut in OS: nobody
 * who followed it may go on from where its records end.
 */
class LostPowerTest {
  private static final int RECORDS = 100;

  private final TestStore store = TestStore.at(Path.of("/store"));
  private MemoryDisk disk;
  private ManualEngine leader;

  private void open(Durability durability) throws IOException {
    leader = ManualEngine.open(store.durability(durability).options(), disk);
  }

  private Shard shard() {
    return leader.engine().shards().getFirst();
  }

  private void write(Durability durability, long seed) throws IOException {
    disk = new MemoryDisk(new SplittableRandom(seed));
    open(durability);
    for (int n = 1; n <= RECORDS; n++) {
      TestStore.submitPut(leader.engine(), n % 16, n);
      leader.makeRoom();
      leader.sync(0);
    }
    assertEquals(RECORDS, shard().committedSequence());
  }

  private void end(Death death) {
    disk.die(death);
    disk = disk.next();
  }

  @Test
  void leavesASequenceOutAfterAPowerCut() throws IOException {
    for (long seed = 0; seed < 30; seed++) {
      write(Durability.OS, seed);
      end(Death.POWER_CUT);
      open(Durability.OS);
      EpochStart second = shard().history().epochs().getLast();
      assertEquals(2, second.epoch());
      assertTrue(second.firstSequence() <= RECORDS + 1);
      assertEquals(second.firstSequence(), shard().appendedSequence());
      assertEquals(second.firstSequence() + 1, shard().oldestSequence());
    }
  }

  private void assertGoesOn(int epoch) {
    assertEquals(RECORDS, shard().appendedSequence());
    assertEquals(1, shard().oldestSequence());
    assertEquals(epoch, leader.engine().epoch());
  }

  @Test
  void goesOnAfterAKill() throws IOException {
    write(Durability.OS, 1);
    end(Death.KILL);
    open(Durability.OS);
    assertGoesOn(2);
    end(Death.KILL);
    open(Durability.FSYNC);
    assertGoesOn(3);
  }

  @Test
  void goesOnWhenItWasClosedBeforeThePowerWent() throws IOException {
    write(Durability.OS, 1);
    leader.engine().close();
    end(Death.POWER_CUT);
    open(Durability.OS);
    assertGoesOn(1);
  }

  @Test
  void inFsyncItGoesOnAfterAPowerCut() throws IOException {
    write(Durability.FSYNC, 1);
    end(Death.POWER_CUT);
    open(Durability.FSYNC);
    assertGoesOn(2);
  }

  @Test
  void leavesASequenceOutAlsoWhenItRunsInFsyncFromThenOn() throws IOException {
    write(Durability.OS, 1);
    end(Death.POWER_CUT);
    open(Durability.FSYNC);
    long left = shard().appendedSequence();
    assertEquals(left + 1, shard().oldestSequence());
    end(Death.POWER_CUT);
    open(Durability.FSYNC);
    assertEquals(left, shard().appendedSequence(), "only once");
  }

  /** False when the process outlives so many operations of its opening. */
  private boolean isEndedWhileItOpens(int operation, Death death) throws IOException {
    write(Durability.OS, operation);
    end(Death.POWER_CUT);
    disk.dieAt(operation, death);
    try {
      open(Durability.OS);
    } catch (IOException e) {
      assertTrue(disk.dead(), e.getMessage());
    }
    boolean ended = disk.dead();
    end(death);
    open(Durability.OS);
    return ended;
  }

  @Test
  void leavesASequenceOutAlsoWhenItEndsAgainWhileItOpens() throws IOException {
    for (Death death : Death.values()) {
      int operation = 1;
      while (isEndedWhileItOpens(operation, death)) {
        EpochStart second = shard().history().epochs().get(1);
        assertTrue(second.firstSequence() < shard().oldestSequence(), "operation=" + operation);
        assertEquals(shard().appendedSequence() + 1, shard().oldestSequence());
        operation++;
      }
      assertTrue(operation > 12, "operation=" + operation);
    }
  }

  @Test
  void leavesASequenceOutWhenNobodyKnowsAnyMoreHowItWasWritten() throws IOException {
    write(Durability.OS, 1);
    end(Death.POWER_CUT);
    disk.place(store.directory().resolve(LastRun.NAME), new byte[] {'n', 's', ' '});
    open(Durability.FSYNC);
    assertEquals(shard().appendedSequence() + 1, shard().oldestSequence());
  }
}
