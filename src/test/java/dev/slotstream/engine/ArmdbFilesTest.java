package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.Corrupt;
import dev.slotstream.engine.EngineException.Mismatch;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.kit.Vectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that armdb 0.1.14 wrote, or would write. */
class ArmdbFilesTest {
  private static final int HEADER_SIZE = 4096;
  private static final int OWN_FIELDS = 64;
  private static final int CLEAN_FLAG = 17;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private TestStore store() {
    return TestStore.at(directory.resolve("data"));
  }

  /** The one value under a key in the vectors is the key times the golden ratio. */
  private static byte[] vectorValue(long n) {
    byte[] value = new byte[16];
    System.arraycopy(TestStore.value(n), 0, value, 0, 16);
    return value;
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void writesWhatArmdbWrites(Durability durability) {
    TestStore store = store().durability(durability);
    try (SlotEngine engine = store.open()) {
      TestWrite.put(engine, TestStore.key(1), vectorValue(1));
      TestWrite.put(engine, TestStore.key(2), vectorValue(2));
      TestWrite.delete(engine, TestStore.key(1));
    }
    byte[] file = TestFiles.read(store.slotFile(0));
    assertEquals(Integer.parseInt(Vectors.word("file_len")), file.length);
    assertEquals(HEADER_SIZE, Integer.parseInt(Vectors.word("header_size")));
    byte[] head = Vectors.bytes(Vectors.word("file_head"));
    head[CLEAN_FLAG] = 0; // Slotstream's own truth is elsewhere
    assertArrayEquals(head, Arrays.copyOf(file, head.length));
    assertArrayEquals(
        new byte[OWN_FIELDS - head.length], Arrays.copyOfRange(file, head.length, OWN_FIELDS));
    byte[] slots = Vectors.bytes(Vectors.word("slots"));
    assertArrayEquals(slots, Arrays.copyOfRange(file, HEADER_SIZE, HEADER_SIZE + slots.length));
    assertArrayEquals(
        Vectors.bytes(Vectors.word("db_meta")),
        TestFiles.read(store.directory().resolve("db.meta")));
  }

  /** A directory as armdb closes it, out of the vectors. */
  private TestStore armdbs() throws IOException {
    TestStore store = store();
    Files.createDirectories(store.shardDirectory(0));
    Files.write(store.directory().resolve("db.meta"), Vectors.bytes(Vectors.word("db_meta")));
    byte[] file = new byte[Integer.parseInt(Vectors.word("file_len"))];
    byte[] head = Vectors.bytes(Vectors.word("file_head"));
    byte[] slots = Vectors.bytes(Vectors.word("slots"));
    System.arraycopy(head, 0, file, 0, head.length);
    file[CLEAN_FLAG] = 1;
    System.arraycopy(slots, 0, file, HEADER_SIZE, slots.length);
    Files.write(store.slotFile(0), file);
    return store;
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void opensADirectoryOfArmdbsWithExactContent(Durability durability) throws IOException {
    TestStore store = armdbs().durability(durability);
    try (SlotEngine engine = store.open()) {
      assertTrue(engine.recovery().created());
      assertEquals(0, engine.recovery().damagedSlots());
      assertEquals(1, engine.epoch());
      assertNull(TestStore.read(engine, 1));
      assertEquals(2, TestStore.read(engine, 2));
      assertEquals(64, engine.shards().get(0).slotCount());
      assertEquals(1, engine.shards().get(0).slotsUsed());
      assertEquals(0, TestStore.put(engine, 3, 3).slot(), "the lowest free slot");
    }
    try (SlotEngine engine = store.open()) {
      assertTrue(engine.recovery().clean());
      assertEquals(2, TestStore.read(engine, 2));
      assertEquals(3, TestStore.read(engine, 3));
    }
  }

  @Test
  void refusesADirectoryOfArmdbsWhenContentIsToBeFramed() throws IOException {
    TestStore store = armdbs();
    Mismatch e = assertThrows(Mismatch.class, () -> store.content(Content.FRAMED).open());
    assertTrue(e.getMessage().contains("stored=exact"), e.getMessage());
    assertTrue(e.getMessage().contains("configured=framed"), e.getMessage());
    store.open().close();
  }

  @Test
  void refusesADirectoryOfAnotherKind() throws IOException {
    TestStore store = armdbs();
    for (int at = 0; at < 6; at++) {
      byte[] meta = Vectors.bytes(Vectors.word("db_meta"));
      meta[at] ^= 4;
      Files.write(store.directory().resolve("db.meta"), meta);
      Corrupt e = assertThrows(Corrupt.class, store::open);
      assertTrue(e.getMessage().contains("db.meta"), e.getMessage());
    }
    Files.write(store.directory().resolve("db.meta"), new byte[15]);
    assertThrows(Corrupt.class, store::open);
  }

  @Test
  void takesWhatArmdbWroteAfterSlotstreamAndForgetsItsLog() throws IOException {
    TestStore store = store().durability(Durability.OS);
    Path crashed = directory.resolve("crashed");
    try (SlotEngine engine = store.open()) {
      TestStore.put(engine, 1, 1);
      TestStore.put(engine, 2, 2);
      engine.checkpoint();
      TestStore.put(engine, 1, 100); // in the log, behind the checkpoint
      TestFiles.copyTree(store.directory(), crashed);
    }
    // armdb takes the crashed directory, writes key 2 into key 1's slot, and closes.
    TestStore taken = store.in(crashed);
    byte[] file = TestFiles.read(taken.slotFile(0));
    byte[] slots = Vectors.bytes(Vectors.word("slots"));
    System.arraycopy(slots, 0, file, HEADER_SIZE, 64);
    file[CLEAN_FLAG] = 1;
    Files.write(taken.slotFile(0), file);
    int epoch;
    try (SlotEngine engine = taken.open()) {
      assertEquals(0, engine.recovery().replayed());
      assertEquals(false, engine.recovery().clean());
      assertNull(TestStore.read(engine, 1));
      assertEquals(2, TestStore.read(engine, 2));
      epoch = engine.epoch();
      assertTrue(epoch > 1, "what followers know of the past is not true any more");
      assertFalse(
          TestFiles.startingWith(taken.shardDirectory(0), "before-armdb-redo-").isEmpty(),
          "records that were only in the log are kept");
      TestStore.put(engine, 5, 5);
    }
    try (SlotEngine engine = taken.open()) {
      assertEquals(epoch, engine.epoch());
      assertEquals(5, TestStore.read(engine, 5));
    }
  }

  @Test
  void doesNotReplayALogOverASlotFileThatArmdbBroughtAnew() throws IOException {
    TestStore store = store().durability(Durability.OS);
    Path crashed = directory.resolve("crashed");
    try (SlotEngine engine = store.open()) {
      TestStore.put(engine, 1, 100);
      TestFiles.copyTree(store.directory(), crashed);
    }
    TestStore armdbs = armdbs();
    TestStore mixed = store.in(crashed);
    Files.write(mixed.slotFile(0), TestFiles.read(armdbs.slotFile(0)));
    try (SlotEngine engine = mixed.open()) {
      assertEquals(0, engine.recovery().replayed());
      assertNull(TestStore.read(engine, 1));
      assertEquals(2, TestStore.read(engine, 2));
    }
  }
}
