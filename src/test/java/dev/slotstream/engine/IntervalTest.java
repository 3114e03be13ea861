package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.TestWrite.End;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Held;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.kit.MemoryDirectory;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes that are answered before they are on disk, while the disk is held back by the test. */
class IntervalTest {
  private final FaultyStorage disk = new FaultyStorage(new DiskStorage());
  private SlotEngine engine;
  private Held held;
  private boolean released;

  @BeforeEach
  void open(@TempDir(factory = MemoryDirectory.class) Path directory) {
    engine = TestStore.at(directory).durability(Durability.INTERVAL).open(disk);
    TestStore.submitPutOnDisk(engine, 1, 1).await();
    held = new Held(FaultyStorage.on(Operation.FORCE, "redo"));
    disk.fail(held);
  }

  @AfterEach
  void close() {
    release();
    engine.close();
  }

  /** Lets the disk go on, and waits until all that was written is on it. */
  private void bringToDisk() {
    release();
    TestStore.submitPutOnDisk(engine, 99, 99).await();
  }

  private void release() {
    if (!released) {
      released = true;
      held.release();
    }
  }

  private Shard shard() {
    return engine.shards().getFirst();
  }

  @Test
  void aWriteIsAnsweredAndReadBeforeItIsOnDisk() {
    TestWrite put = TestStore.put(engine, 2, 20);
    assertEquals(20, TestStore.read(engine, 2));
    TestStore.put(engine, 2, 21);
    assertEquals(21, TestStore.read(engine, 2));
    TestStore.put(engine, 1, 11);
    assertEquals(11, TestStore.read(engine, 1));
    assertTrue(shard().committedSequence() < put.sequence(), "followers do not have it yet");
  }

  @Test
  void aDeletedKeyIsGoneAtOnceAndItsSlotCanBeTakenAtOnce() {
    TestWrite deleted = TestStore.delete(engine, 1);
    assertNull(TestStore.read(engine, 1));
    TestWrite other = TestStore.put(engine, 5, 50);
    assertEquals(deleted.slot(), other.slot());
    assertEquals(50, TestStore.read(engine, 5));
    assertNull(TestStore.read(engine, 1));
    TestStore.put(engine, 1, 12);
    assertEquals(12, TestStore.read(engine, 1));
  }

  @Test
  void conditionsSeeWhatWaits() {
    TestStore.put(engine, 2, 20);
    TestWrite onlyNew = TestStore.submitPut(engine, 2, 21, current -> !current.present());
    assertEquals(End.REFUSED, onlyNew.await());
    TestWrite same =
        TestStore.submitPut(
            engine, 2, 22, current -> current.valueInt(0) == Integer.reverseBytes(0));
    assertEquals(End.COMMITTED, same.await());
    assertEquals(22, TestStore.read(engine, 2));
  }

  @Test
  void aWriteThatDemandsTheDiskWaitsForIt() {
    TestWrite demanding = TestStore.submitPutOnDisk(engine, 3, 30);
    TestStore.put(engine, 4, 40);
    assertFalse(demanding.ended());
    release();
    assertEquals(End.COMMITTED, demanding.await());
    assertTrue(shard().status().durableSequence() >= demanding.sequence());
    assertTrue(shard().committedSequence() >= demanding.sequence());
  }

  @Test
  void theArraysAreTheCallersAgainOnceItIsAnswered() {
    byte[] key = TestStore.key(7);
    byte[] value = TestStore.value(70);
    TestWrite.put(engine, key, value);
    key[7]++;
    value[7]++;
    assertEquals(70, TestStore.read(engine, 7));
    bringToDisk();
    assertEquals(70, TestStore.read(engine, 7));
  }

  @Test
  void whatWaitedIsInItsSlotsAfterwards() {
    for (int n = 0; n < 200; n++) {
      TestStore.put(engine, n % 10, n);
    }
    bringToDisk();
    assertEquals(202, shard().committedSequence());
    for (int n = 190; n < 200; n++) {
      assertEquals(n, TestStore.read(engine, n % 10));
    }
  }
}
