package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.TestWrite.End;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Held;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.kit.MemoryDirectory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A write that is to be on disk on top of a store that promises less. */
class DemandDiskTest {
  @Test
  void inOsItWaitsForTheDiskAndTheOthersDoNot(
      @TempDir(factory = MemoryDirectory.class) Path directory) {
    FaultyStorage disk = new FaultyStorage(new DiskStorage());
    try (SlotEngine engine = TestStore.at(directory).durability(Durability.OS).open(disk)) {
      Held held = new Held(FaultyStorage.on(Operation.FORCE, "redo"));
      disk.fail(held);
      TestWrite demanding = TestStore.submitPutOnDisk(engine, 1, 1);
      TestStore.put(engine, 2, 2);
      assertFalse(demanding.ended());
      assertEquals(1, TestStore.read(engine, 1), "it is there already, and not answered yet");
      held.release();
      assertEquals(End.COMMITTED, demanding.await());
      assertTrue(engine.shards().getFirst().status().durableSequence() >= demanding.sequence());
    }
  }
}
