package dev.slotstream.slot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.file.NoSpaceException;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.slot.SlotFileException.Kind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlotFileTest {
  private static final SlotLayout LAYOUT = new SlotLayout(8, 16);
  private static final int SLOTS = 64;
  private static final int BLOCK_A = 512;
  private static final int BLOCK_B = 1024;
  private static final int BLOCK_SIZE = 36;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private final FaultyStorage storage = new FaultyStorage(new DiskStorage());

  private SlotFile open() throws IOException {
    return open(LAYOUT, 3);
  }

  private SlotFile open(SlotLayout layout, int shard) throws IOException {
    return SlotFile.open(storage, directory, layout, shard, SLOTS);
  }

  private Path path() {
    return directory.resolve("fixed.data");
  }

  private void create() throws IOException {
    open().close();
  }

  private void refuses(Kind kind, String... parts) {
    SlotFileException e = assertThrows(SlotFileException.class, () -> open().close());
    assertEquals(kind, e.kind(), e.getMessage());
    assertTrue(e.getMessage().contains(path().toString()), e.getMessage());
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  @Test
  void aNewFileIsWhatTheTableSays() throws IOException {
    create();
    ByteBuffer page = ByteBuffer.wrap(TestFiles.read(path())).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(4096 + SLOTS * 32, page.capacity());
    assertEquals("FIXD", new String(Arrays.copyOf(page.array(), 4), StandardCharsets.US_ASCII));
    assertEquals(2, page.getShort(4));
    assertEquals(32, page.getShort(6));
    assertEquals(SLOTS, page.getInt(8));
    assertEquals(8, page.getShort(12));
    assertEquals(16, page.getShort(14));
    assertEquals(3, page.get(16));
    assertEquals(0, page.get(17));
    assertEquals(0x54534C53, page.getInt(64));
    assertEquals(0x54504B43, page.getInt(BLOCK_A));
    assertEquals(1, page.get(BLOCK_A + 5));
    assertEquals(1, page.getLong(BLOCK_A + 8));
    assertEquals(0, page.getLong(BLOCK_A + 16));
    assertEquals(SLOTS, page.getInt(BLOCK_A + 28));
    assertEquals(0, page.getInt(BLOCK_B));
    try (SlotFile file = open()) {
      assertEquals(SLOTS, file.slotCount());
      assertEquals(4096 + SLOTS * 32, file.bytes());
      assertEquals(new Checkpoint(1, 0, 0, false, true, SLOTS), file.checkpoint());
      assertFalse(file.changedByArmdb());
    }
  }

  @Test
  void keepsTheNewestCheckpoint() throws IOException {
    try (SlotFile file = open()) {
      file.markInUse(0, 1);
      assertEquals(new Checkpoint(2, 0, 1, false, false, SLOTS), file.checkpoint());
      for (int n = 1; n <= 5; n++) {
        file.checkpoint(n * 10L, n, n == 5);
      }
    }
    try (SlotFile file = open()) {
      assertEquals(new Checkpoint(7, 50, 5, false, true, SLOTS), file.checkpoint());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {BLOCK_A, BLOCK_B})
  void aTornCheckpointLeavesTheOneBefore(int torn) throws IOException {
    try (SlotFile file = open()) {
      file.checkpoint(10, 1, false); // generation 2, block B
      file.checkpoint(20, 1, false); // generation 3, block A
    }
    byte[] good = TestFiles.read(path());
    for (int at = 0; at < BLOCK_SIZE; at++) {
      TestFiles.flip(path(), torn + at, at % 8);
      try (SlotFile file = open()) {
        assertEquals(torn == BLOCK_A ? 10 : 20, file.checkpoint().sequence(), "byte " + at);
        // The torn block is written next.
        file.checkpoint(30, 1, false);
        assertEquals(30, file.checkpoint().sequence());
      }
      try (SlotFile file = open()) {
        assertEquals(30, file.checkpoint().sequence());
      }
      TestFiles.write(path(), 0, good);
    }
  }

  @Test
  void refusesAFileWithTwoTornCheckpoints() throws IOException {
    try (SlotFile file = open()) {
      file.checkpoint(10, 1, false);
    }
    TestFiles.flip(path(), BLOCK_A + 16, 0);
    TestFiles.flip(path(), BLOCK_B + 32, 0);
    refuses(Kind.CORRUPT, "both checkpoint blocks");
  }

  @Test
  void remembersAFullSyncUnderWay() throws IOException {
    create();
    Checkpoint syncing = new Checkpoint(4, 7, 2, true, false, SLOTS);
    assertTrue(syncing.next(8, 2, true).syncing());
    byte[] block = new byte[4096];
    MemorySegment page = MemorySegment.ofArray(block);
    SlotFileHeader.write(page, syncing);
    assertEquals(syncing, SlotFileHeader.newestCheckpoint(page));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 88, FOREIGN, not a slot file, not a slot file",
    "4, 3, TOO_NEW, stored=3, readable=2",
    "4, 1, TOO_OLD, stored=1, readable=2",
    "6, 33, MISMATCH, slot size differs, stored=33 configured=32",
    "12, 9, MISMATCH, key length differs, stored=9 configured=8",
    "14, 17, MISMATCH, value length differs, stored=17 configured=16",
    "16, 4, MISMATCH, shard differs, stored=4 configured=3",
    "11, 128, CORRUPT, slot count out of range, stored=2147483712 limit=2147483647",
    "9, 1, CORRUPT, shorter than its header says, length=6144 expected=14336 slots=320",
    "8, 63, CORRUPT, goes on behind the slots, length=6144 expected=6112 slots=63"
  })
  void refusesABadField(int offset, int value, Kind kind, String part, String values)
      throws IOException {
    create();
    TestFiles.write(path(), 4096 + (SLOTS - 1) * 32, (byte) 5); // the last slot was used
    TestFiles.write(path(), offset, (byte) value);
    refuses(kind, part, values);
  }

  @ParameterizedTest
  @CsvSource({
    "16, 16, 3, key length differs, stored=8 configured=16",
    "8, 32, 3, value length differs, stored=16 configured=32",
    "8, 16, 254, shard differs, stored=3 configured=254"
  })
  void refusesAnotherShape(int key, int value, int shard, String field, String values)
      throws IOException {
    create();
    SlotFileException e =
        assertThrows(
            SlotFileException.class, () -> open(new SlotLayout(key, value), shard).close());
    assertEquals(Kind.MISMATCH, e.kind());
    assertTrue(e.getMessage().contains(field), e.getMessage());
    assertTrue(e.getMessage().contains(values), e.getMessage());
  }

  @Test
  void refusesAFileThatIsShorterThanAHeader() throws IOException {
    TestFiles.write(path(), 0, new byte[100]);
    refuses(Kind.FOREIGN, "length=100 expected=4096");
    TestFiles.resize(path(), 0);
    refuses(Kind.FOREIGN, "length=0 expected=4096");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 31, 32, 5000, 1 << 20})
  void cutsWhatACrashWhileGrowingLeft(long excess) throws IOException {
    create();
    long length = TestFiles.size(path());
    TestFiles.resize(path(), length + excess);
    try (SlotFile file = open()) {
      assertEquals(SLOTS, file.slotCount());
      assertEquals(length, file.bytes());
    }
    assertEquals(length, TestFiles.size(path()));
  }

  @Test
  void growsInRealZerosAndKeepsThem() throws IOException {
    try (SlotFile file = open()) {
      file.grow(10);
      assertEquals(SLOTS, file.slotCount());
      file.grow(1000);
      assertEquals(1000, file.slotCount());
      assertEquals(4096 + 32_000, TestFiles.size(path()));
    }
    try (SlotFile file = open()) {
      assertEquals(1000, file.slotCount());
    }
    byte[] content = TestFiles.read(path());
    assertArrayEquals(new byte[32_000], Arrays.copyOfRange(content, 4096, content.length));
  }

  @Test
  void isAsBeforeWhenThereIsNoRoomToGrow() throws IOException {
    try (SlotFile file = open()) {
      storage.fail(
          FaultyStorage.always(FaultyStorage.on(Operation.EXTEND, "fixed"), FaultyStorage.FULL));
      assertThrows(NoSpaceException.class, () -> file.grow(1000));
      assertEquals(SLOTS, file.slotCount());
      storage.heal();
      file.grow(100);
      assertEquals(100, file.slotCount());
    }
  }

  @Test
  void countsNewSlotsOnlyWhenItsHeaderIsOnDisk() throws IOException {
    try (SlotFile file = open()) {
      storage.fail(
          FaultyStorage.always(FaultyStorage.on(Operation.FORCE, "fixed"), FaultyStorage.BROKEN));
      assertThrows(IOException.class, () -> file.grow(1000));
      assertEquals(SLOTS, file.slotCount());
    }
  }

  @Test
  void claimsNoCheckpointWhenTheSlotsCouldNotBeForced() throws IOException {
    try (SlotFile file = open()) {
      storage.fail(
          FaultyStorage.from(1, FaultyStorage.on(Operation.FORCE, "fixed"), FaultyStorage.BROKEN));
      assertThrows(IOException.class, () -> file.checkpoint(9, 1, true));
      assertEquals(0, file.checkpoint().sequence());
    }
    storage.heal();
    try (SlotFile file = open()) {
      assertEquals(0, file.checkpoint().sequence());
    }
  }

  private void makeArmdbs() {
    byte[] page = TestFiles.read(path());
    Arrays.fill(page, 17, 4096, (byte) 0);
    page[17] = 1;
    TestFiles.write(path(), 0, page);
  }

  @Test
  void adoptsAFileOfArmdbsAndFillsItsHoles() throws IOException {
    create();
    makeArmdbs();
    long length = TestFiles.size(path());
    TestFiles.write(path(), 8, (byte) 0, (byte) 16); // 4,096 slots
    TestFiles.resize(path(), 4096 + 4096 * 32); // most of them a hole
    int[] filled = {0};
    storage.fail((operation, file) -> filled[0] += operation == Operation.FILL_HOLES ? 1 : 0);
    try (SlotFile file = open()) {
      assertEquals(1, filled[0]);
      assertTrue(length < file.bytes());
      assertEquals(4096, file.slotCount());
      assertEquals(Checkpoint.NONE, file.checkpoint());
      assertTrue(file.changedByArmdb());
      file.markInUse(0, 1);
    }
    assertEquals(0, TestFiles.read(path())[17]);
    try (SlotFile file = open()) {
      assertFalse(file.changedByArmdb());
      assertEquals(1, filled[0]);
      assertEquals(new Checkpoint(1, 0, 1, false, false, 4096), file.checkpoint());
    }
  }

  @Test
  void noticesThatArmdbClosedTheFileAfterSlotstream() throws IOException {
    try (SlotFile file = open()) {
      file.checkpoint(5, 1, true);
    }
    TestFiles.write(path(), 17, (byte) 1);
    int[] filled = {0};
    storage.fail((operation, file) -> filled[0] += operation == Operation.FILL_HOLES ? 1 : 0);
    try (SlotFile file = open()) {
      assertTrue(file.changedByArmdb());
      assertEquals(1, filled[0], "armdb may have made new holes");
      assertEquals(5, file.checkpoint().sequence());
      file.markInUse(5, 2);
    }
    try (SlotFile file = open()) {
      assertFalse(file.changedByArmdb());
    }
  }

  @Test
  void closesTheFileThatItRefuses() throws IOException {
    create();
    TestFiles.write(path(), 0, (byte) 0);
    refuses(Kind.FOREIGN);
    TestFiles.write(path(), 0, (byte) 'F');
    create();
  }

  private void writeSlotCount(int offset, int slots) {
    ByteBuffer count = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(slots);
    TestFiles.write(path(), offset, count.array());
  }

  @ParameterizedTest
  @ValueSource(ints = {48, 96})
  void aValidBlockKnowsBetterHowManySlotsThereAre(int other) throws IOException {
    create();
    writeSlotCount(8, other);
    TestFiles.resize(path(), 4096 + Math.max(other, SLOTS) * 32L); // a growth was under way
    for (int again = 0; again < 2; again++) {
      try (SlotFile file = open()) {
        assertEquals(SLOTS, file.slotCount());
        assertEquals(4096 + SLOTS * 32, file.bytes());
      }
    }
  }

  @Test
  void refusesSlotsThatOneCountKnowsAndTheOtherDoesNotWhenTheyAreUsed() throws IOException {
    create();
    TestFiles.write(path(), 4096 + 50 * 32, (byte) 5);
    writeSlotCount(8, 48);
    refuses(Kind.CORRUPT, "goes on behind the slots", "slots=48");
  }

  @Test
  void readsABlockThatDoesNotTellTheSlotCountYet() throws IOException {
    create();
    writeSlotCount(BLOCK_A + 28, 0);
    CRC32C crc = new CRC32C();
    crc.update(TestFiles.read(path()), BLOCK_A, 32);
    writeSlotCount(BLOCK_A + 32, (int) crc.getValue());
    try (SlotFile file = open()) {
      assertEquals(SLOTS, file.slotCount());
      assertEquals(0, file.checkpoint().slots());
      file.markInUse(0, 1);
      assertEquals(SLOTS, file.checkpoint().slots());
      file.grow(100);
      assertEquals(new Checkpoint(3, 0, 1, false, false, 100), file.checkpoint());
    }
  }

  @ParameterizedTest
  @CsvSource({"64", "65", "66", "67", "17"})
  void refusesAMarkAndAFlagThatNobodyWrites(int offset) throws IOException {
    create();
    TestFiles.flip(path(), offset, 3);
    refuses(Kind.CORRUPT, "is damaged", "offset=" + (offset == 17 ? 17 : 64));
  }
}
