package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.Closed;
import dev.slotstream.engine.EngineException.Corrupt;
import dev.slotstream.engine.EngineException.Damaged;
import dev.slotstream.engine.EngineException.InUse;
import dev.slotstream.engine.EngineException.IoFailed;
import dev.slotstream.engine.EngineException.Mismatch;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.log.LogReader;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What an engine is to who opens it. */
class SlotEngineTest {
  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private TestStore store() {
    return TestStore.at(directory.resolve("data"));
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void servesWhatWasWrittenAndOpensAgainCleanly(Durability durability) {
    TestStore store = store().durability(durability).shards(3);
    UUID id;
    try (SlotEngine engine = store.open()) {
      assertTrue(engine.recovery().created());
      assertTrue(engine.recovery().clean());
      assertEquals(1, engine.epoch());
      for (int n = 0; n < 500; n++) {
        TestWrite write = TestStore.put(engine, n, n);
        assertEquals(1, write.epoch());
        assertEquals(1, write.version());
      }
      TestStore.delete(engine, 7);
      id = engine.storeId();
    }
    try (SlotEngine engine = store.open()) {
      assertFalse(engine.recovery().created());
      assertTrue(engine.recovery().clean());
      assertEquals(0, engine.recovery().replayed());
      assertEquals(0, engine.recovery().tornBytes());
      assertTrue(engine.recovery().took().toNanos() > 0);
      assertEquals(1, engine.epoch(), "a clean opening begins no epoch");
      assertEquals(id, engine.storeId());
      for (int n = 0; n < 500; n++) {
        assertEquals(n == 7 ? null : (Long) (long) n, TestStore.read(engine, n));
      }
    }
  }

  @Test
  void sequencesContinueAfterACleanClose() {
    long last;
    try (SlotEngine engine = store().open()) {
      TestStore.put(engine, 1, 1);
      last = TestStore.put(engine, 1, 2).sequence();
      assertEquals(2, last);
    }
    try (SlotEngine engine = store().open()) {
      assertEquals(last + 1, TestStore.put(engine, 1, 3).sequence());
      assertEquals(3, TestStore.put(engine, 2, 3).version() + 2);
    }
  }

  @Test
  void aSecondOpenerOfThisProcessIsRefusedByName() {
    try (SlotEngine engine = store().open()) {
      InUse e = assertThrows(InUse.class, () -> store().open());
      assertTrue(
          e.getMessage().contains("process " + ProcessHandle.current().pid()), e.getMessage());
      assertTrue(e.getMessage().contains("slotstream.lock"), e.getMessage());
      TestStore.put(engine, 1, 1);
    }
    store().open().close();
  }

  static List<Arguments> otherShapes() {
    TestStore none = TestStore.at(Path.of("x"));
    return List.of(
        Arguments.of(none.layout(16, 8), "key length differs", "stored=8 configured=16"),
        Arguments.of(none.layout(8, 24), "value length differs", "stored=16 configured=24"),
        Arguments.of(none.shards(2), "shard count differs", "stored=1 configured=2"),
        Arguments.of(none.prefixBits(12), "shard prefix bits differs", "stored=0 configured=12"),
        Arguments.of(
            none.content(Content.FRAMED), "content differs", "stored=exact configured=framed"));
  }

  @ParameterizedTest
  @MethodSource("otherShapes")
  void refusesADirectoryOfAnotherShape(TestStore other, String field, String values) {
    store().open().close();
    Mismatch e = assertThrows(Mismatch.class, () -> other.in(store().directory()).open());
    assertTrue(e.getMessage().contains(field), e.getMessage());
    assertTrue(e.getMessage().contains(values), e.getMessage());
    store().open().close();
  }

  @Test
  void remembersThatContentIsFramed() {
    store().content(Content.FRAMED).open().close();
    Mismatch e = assertThrows(Mismatch.class, () -> store().open());
    assertTrue(e.getMessage().contains("stored=framed configured=exact"), e.getMessage());
    store().content(Content.FRAMED).open().close();
  }

  @Test
  void noticesADamagedIdentity() {
    store().open().close();
    Path meta = store().directory().resolve("slotstream.meta");
    byte[] good = TestFiles.read(meta);
    for (int at = 0; at < good.length; at++) {
      TestFiles.flip(meta, at, at % 8);
      Corrupt e = assertThrows(Corrupt.class, () -> store().open());
      assertTrue(e.getMessage().contains(meta.toString()), e.getMessage());
      TestFiles.write(meta, 0, good);
    }
    TestFiles.resize(meta, 20);
    assertThrows(Corrupt.class, () -> store().open());
  }

  @Test
  void writesTheArmdbIdentityThatACrashAtCreationLeftOut() {
    store().prefixBits(5).open().close();
    TestFiles.delete(store().directory().resolve("db.meta"));
    store().prefixBits(5).open().close();
    assertTrue(Files.exists(store().directory().resolve("db.meta")));
    assertThrows(Mismatch.class, () -> store().open());
  }

  @Test
  void refusesAForeignSlotFileAndAForeignLog() {
    store().open().close();
    TestFiles.flip(store().slotFile(0), 0, 0);
    Corrupt slots = assertThrows(Corrupt.class, () -> store().open());
    assertTrue(slots.getMessage().contains("fixed.data"), slots.getMessage());
    TestFiles.flip(store().slotFile(0), 0, 0);
    Path log = TestFiles.startingWith(store().shardDirectory(0), "redo-").getFirst();
    TestFiles.flip(log, 1, 0);
    Corrupt foreign = assertThrows(Corrupt.class, () -> store().open());
    assertTrue(foreign.getMessage().contains(log.toString()), foreign.getMessage());
    TestFiles.flip(log, 1, 0);
    store().open().close();
  }

  @Test
  void cannotOpenWhereAFileStands() throws IOException {
    Path file = directory.resolve("file");
    Files.writeString(file, "x");
    assertThrows(IoFailed.class, () -> store().in(file).open());
    assertThrows(IoFailed.class, () -> store().in(file.resolve("below")).open());
  }

  @Test
  void answersClosedAfterItWasClosed() {
    SlotEngine engine = store().open();
    TestStore.put(engine, 1, 1);
    engine.close();
    engine.close();
    assertThrows(Closed.class, () -> TestStore.read(engine, 1));
    assertThrows(Closed.class, () -> TestStore.put(engine, 1, 2));
    assertThrows(Closed.class, engine::checkpoint);
    assertNotNull(engine.shards().get(0).whyNotWritable());
  }

  @ParameterizedTest
  @CsvSource({"7, 16", "9, 16", "0, 16", "8, 17"})
  void refusesAWriteThatDoesNotFitASlot(int key, int value) {
    try (SlotEngine engine = store().open()) {
      TestWrite write = new TestWrite();
      write.put(new byte[key], new byte[value], value, Condition.NONE);
      assertThrows(IllegalArgumentException.class, () -> engine.submit(write));
      assertEquals(0, engine.shards().get(0).slotsUsed());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1048576, 0",
    "256, 0, 1048576, 0",
    "1, -1, 1048576, 0",
    "1, 256, 1048576, 0",
    "1, 0, 1024, 0",
    "1, 0, 1073741825, 0",
    "1, 0, 1048576, -1"
  })
  void refusesOptionsThatAreOutOfRange(int shards, int prefixBits, int segment, long retention) {
    TestStore store =
        store().shards(shards).prefixBits(prefixBits).segmentSize(segment).retention(retention);
    assertThrows(IllegalArgumentException.class, store::options);
    assertThrows(IllegalArgumentException.class, () -> store().growSlots(0).options());
  }

  @Test
  void aShortValueIsPaddedWithZeros() {
    try (SlotEngine engine = store().open()) {
      TestStore.put(engine, 1, -1);
      TestWrite write = new TestWrite();
      write.put(TestStore.key(1), new byte[] {5, 6, 7}, 2, Condition.NONE);
      engine.submit(write);
      write.await();
      SlotBuffer buffer = engine.newBuffer();
      assertTrue(engine.get(TestStore.key(1), buffer));
      byte[] value = Arrays.copyOfRange(buffer.bytes(), buffer.valueOffset(), 32);
      assertEquals("[5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]", Arrays.toString(value));
    }
  }

  @Test
  void aDamagedSlotIsNeverServedAndItsKeyCanBeWrittenAgain() {
    TestStore store = store().durability(Durability.OS);
    try (SlotEngine engine = store.open()) {
      TestStore.put(engine, 1, 1);
      TestStore.put(engine, 2, 2);
    }
    TestFiles.flip(store.slotFile(0), 4096 + 20, 3);
    try (SlotEngine engine = store.open()) {
      assertEquals(1, engine.recovery().damagedSlots());
      assertEquals(1, engine.shards().get(0).status().slotsDamaged());
      assertThrows(Damaged.class, () -> TestStore.read(engine, 1));
      assertEquals(2, TestStore.read(engine, 2));
      assertEquals(0, TestStore.put(engine, 1, 10).slot(), "the write repairs the slot");
      assertEquals(10, TestStore.read(engine, 1));
      TestFiles.flip(store.slotFile(0), 4096 + 32 + 20, 3);
      Damaged e = assertThrows(Damaged.class, () -> TestStore.read(engine, 2));
      assertTrue(e.getMessage().contains("shard=0"), e.getMessage());
      assertTrue(e.getMessage().contains("slot=1 version=1"), e.getMessage());
    }
  }

  @Test
  void tellsTheFiguresOfAShard() throws IOException {
    AtomicInteger heard = new AtomicInteger();
    try (SlotEngine engine = store().retention(8 << 20).open()) {
      Shard shard = engine.shards().get(0);
      shard.onCommit(heard::incrementAndGet);
      TestStore.put(engine, 1, 1);
      TestStore.put(engine, 2, 2);
      assertTrue(heard.get() >= 2);
      shard.removeOnCommit(heard::incrementAndGet);
      assertEquals(0, shard.number());
      assertEquals(2, shard.committedSequence());
      assertTrue(shard.syncs().syncs() >= 2);
      assertEquals(2, shard.syncs().records());
      assertTrue(shard.syncs().nanos() > 0);
      assertNull(shard.whyNotWritable());
      assertTrue(engine.checkpoint());
      ShardStatus status = shard.status();
      assertEquals(64, status.slots());
      assertEquals(2, status.slotsUsed());
      assertEquals(2, status.appendedSequence());
      assertEquals(2, status.durableSequence());
      assertEquals(2, status.committedSequence());
      assertEquals(1, status.oldestSequence());
      assertEquals(2, status.checkpointSequence());
      assertTrue(status.writable());
      assertEquals(4096 + 64 * 32, status.slotBytes());
      assertTrue(engine.idleNanos() >= 0);
      SlotBuffer buffer = engine.newBuffer();
      int meta = shard.copySlot(1, buffer);
      assertEquals(MetaWord.of(MetaWord.OCCUPIED, 1), meta);
      assertEquals(meta, shard.meta(1));
      try (LogReader reader = shard.readLog(2)) {
        assertTrue(reader.next(2));
        assertEquals(1, reader.record().slot());
      }
    }
  }

  @Test
  void shardsShareTheKeys() {
    try (SlotEngine engine = store().shards(3).open()) {
      int[] used = new int[3];
      for (int n = 0; n < 300; n++) {
        byte[] key = TestStore.key(n);
        TestWrite write = new TestWrite();
        write.put(key, TestStore.value(n), 16, Condition.NONE);
        int shard = engine.submit(write);
        write.await();
        assertEquals(engine.shardOf(key), shard);
        used[shard]++;
      }
      for (Shard shard : engine.shards()) {
        assertEquals(used[shard.number()], shard.slotsUsed());
        assertTrue(shard.slotsUsed() > 50);
      }
    }
  }
}
