package dev.slotstream.slot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.file.DiskStorage;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardSlotsTest {
  private static final SlotLayout LAYOUT = new SlotLayout(11, 20);
  private static final int SLOT_SIZE = LAYOUT.slotSize();

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private SlotFile file;
  private ShardSlots slots;
  private SlotBuffer buffer;

  @BeforeEach
  void open() throws IOException {
    file = SlotFile.open(new DiskStorage(), directory, LAYOUT, 0, 16);
    slots = new ShardSlots(file, ShardSlotsTest::hash);
    slots.rebuild(read -> {});
    buffer = new SlotBuffer(LAYOUT);
  }

  @AfterEach
  void close() {
    file.close();
  }

  private void reopen() throws IOException {
    close();
    open();
  }

  private static long hash(byte[] bytes, int offset, int length) {
    return ByteBuffer.wrap(bytes, offset, length).getLong() * 0x9E37_79B9_7F4A_7C15L;
  }

  private static byte[] key(long n) {
    return ByteBuffer.allocate(11).putLong(n).array();
  }

  private static long hash(byte[] key) {
    return hash(key, 0, key.length);
  }

  private void put(int slot, int version, byte[] key, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
    slots.take(slot);
    slots.occupy(slot, MetaWord.of(MetaWord.OCCUPIED, version), new TestContent(key, bytes));
    slots.addEntry(hash(key), slot);
  }

  private String get(byte[] key) {
    if (!slots.get(hash(key), key, NewerSlots.NONE, buffer)) {
      return null;
    }
    int from = LAYOUT.valueOffset();
    int end = from;
    while (end < from + 20 && buffer.bytes()[end] != 0) {
      end++;
    }
    return new String(buffer.bytes(), from, end - from, StandardCharsets.US_ASCII);
  }

  @Test
  void servesWhatWasWritten() {
    put(3, 1, key(1), "one");
    put(4, 1, key(2), "twenty bytes, no less");
    assertEquals("one", get(key(1)));
    assertEquals(3, buffer.slot());
    assertEquals(MetaWord.of(MetaWord.OCCUPIED, 1), buffer.meta());
    assertEquals(null, get(key(3)));
    put(3, 2, key(1), "1");
    assertEquals("1", get(key(1)));
  }

  @Test
  void padsAShortKeyAndAShortValueWithZeros() {
    put(0, 1, key(9), "a longer value");
    slots.occupy(
        0, MetaWord.of(MetaWord.OCCUPIED, 2), new TestContent(new byte[] {1}, new byte[0]));
    slots.copy(0, buffer);
    assertTrue(ShardSlots.intact(buffer));
    byte[] expected = new byte[31];
    expected[0] = 1;
    assertArrayEquals(expected, Arrays.copyOfRange(buffer.bytes(), 8, 39));
  }

  @Test
  void aKeyThatHasLeftItsSlotIsNotFoundThere() {
    put(3, 1, key(1), "one");
    slots.vacate(3, MetaWord.of(MetaWord.DELETED, 2));
    assertEquals(null, get(key(1)));
    slots.removeEntry(hash(key(1)), 3);
    put(3, 3, key(2), "two");
    assertEquals(null, get(key(1)));
    assertEquals("two", get(key(2)));
  }

  @Test
  void aDeletionChangesOnlyTheMetaWord() {
    put(3, 1, key(1), "one");
    slots.copy(3, buffer);
    byte[] before = buffer.bytes().clone();
    slots.vacate(3, MetaWord.of(MetaWord.DELETED, 2));
    assertEquals(MetaWord.of(MetaWord.DELETED, 2), slots.copy(3, buffer));
    assertArrayEquals(
        Arrays.copyOfRange(before, 4, before.length),
        Arrays.copyOfRange(buffer.bytes(), 4, before.length));
  }

  @Test
  void comparesWholeKeyFields() {
    put(3, 1, key(1), "one");
    byte[] other = key(1);
    assertTrue(slots.keyIs(3, other));
    other[10] = 1;
    assertFalse(slots.keyIs(3, other));
    other = key(2);
    assertFalse(slots.keyIs(3, other));
    byte[] read = new byte[11];
    slots.keyInto(3, read);
    assertArrayEquals(key(1), read);
  }

  @Test
  void comparesKeyAndValueAndChecksum() {
    put(3, 1, key(1), "one");
    slots.copy(3, buffer);
    byte[] bytes = buffer.bytes().clone();
    int value = LAYOUT.valueOffset();
    assertTrue(slots.holds(3, bytes, 8, value));
    bytes[8]++;
    assertFalse(slots.holds(3, bytes, 8, value));
    bytes[8]--;
    bytes[value]++;
    assertFalse(slots.holds(3, bytes, 8, value));
    bytes[value]--;
    TestFiles.flip(directory.resolve("fixed.data"), 4096 + 3 * SLOT_SIZE + 4, 0);
    assertFalse(slots.holds(3, bytes, 8, value));
  }

  @Test
  void readsNumbersOutOfValues() {
    put(3, 1, key(1), "\u0001\u0002\u0003\u0004\u0005");
    assertEquals(0x04030201, slots.valueInt(3, 0));
    assertEquals(0x00050403 | 0, slots.valueInt(3, 2));
  }

  @Test
  void isTheSameAfterItWasOpenedAgain() throws IOException {
    put(slots.takeFree(), 1, key(1), "one");
    put(slots.takeFree(), 1, key(2), "two");
    put(slots.takeFree(), 1, key(3), "three");
    slots.vacate(1, MetaWord.of(MetaWord.DELETED, 2));
    reopen();
    assertEquals("one", get(key(1)));
    assertEquals(null, get(key(2)));
    assertEquals("three", get(key(3)));
    assertEquals(2, slots.taken());
    assertEquals(14, slots.free());
    assertEquals(1, slots.takeFree());
    assertEquals(0, slots.damaged());
  }

  @Test
  void countsDamagedSlotsAndServesNoneOfThem() throws IOException {
    for (int slot = 0; slot < 4; slot++) {
      put(slot, 1, key(slot), "value");
    }
    Path path = directory.resolve("fixed.data");
    TestFiles.flip(path, 4096 + 4, 0); // a checksum
    TestFiles.flip(path, 4096 + SLOT_SIZE + 8, 1); // a key
    TestFiles.flip(path, 4096 + 2 * SLOT_SIZE + 19, 2); // a value
    for (int slot = 0; slot < 3; slot += 2) {
      byte[] key = key(slot);
      SlotDamagedException e =
          assertThrows(
              SlotDamagedException.class, () -> slots.get(hash(key), key, NewerSlots.NONE, buffer));
      assertEquals(slot, e.slot());
      assertEquals("slot is damaged, slot=" + slot + " version=1", e.getMessage());
    }
    reopen();
    assertEquals(3, slots.damaged());
    for (int slot = 0; slot < 3; slot += 2) {
      byte[] key = key(slot);
      assertThrows(
          SlotDamagedException.class, () -> slots.get(hash(key), key, NewerSlots.NONE, buffer));
      assertEquals(MetaWord.of(MetaWord.OCCUPIED, 1), slots.meta(slot));
    }
    assertEquals(null, get(key(1)), "its key is not there any more");
    assertEquals("value", get(key(3)));
    put(0, 2, key(0), "new");
    assertEquals(2, slots.damaged(), "a write repairs a slot");
    assertEquals("new", get(key(0)));
    assertEquals(4, slots.takeFree(), "a damaged slot is kept");
  }

  @Test
  void aSlotThatAWriterNeverFinishedIsDamaged() throws IOException {
    put(0, 1, key(1), "one");
    slots.vacate(0, MetaWord.of(MetaWord.WRITING, 2));
    reopen();
    assertEquals(1, slots.damaged());
    assertEquals(MetaWord.of(MetaWord.OCCUPIED, 2), slots.meta(0));
    assertThrows(SlotDamagedException.class, () -> get(key(1)));
    assertEquals(1, slots.taken());
  }

  @Test
  void aReaderDoesNotWaitForAWriterThatDiedInsideASlot() {
    put(0, 1, key(1), "one");
    slots.vacate(0, MetaWord.of(MetaWord.WRITING, 2));
    assertThrows(SlotDamagedException.class, () -> get(key(1)));
    assertFalse(slots.check(0, buffer));
    assertEquals(1, slots.damaged());
  }

  @Test
  void checkingFindsWhatWentBad() {
    put(0, 1, key(1), "one");
    put(1, 1, key(2), "two");
    assertTrue(slots.check(0, buffer));
    TestFiles.flip(directory.resolve("fixed.data"), 4096 + 19, 2);
    assertFalse(slots.check(0, buffer));
    assertTrue(slots.check(1, buffer));
    assertEquals(1, slots.damaged());
    put(0, 2, key(1), "again");
    assertTrue(slots.check(0, buffer));
    assertEquals(0, slots.damaged());
  }

  @Test
  void findsAKeyThatStandsInTwoSlots() throws IOException {
    put(0, 5, key(1), "old");
    put(1, 1, key(2), "two");
    put(2, 1, key(1), "new");
    reopen();
    assertEquals(List.of(2), slots.duplicates());
    slots.vacate(2, MetaWord.of(MetaWord.DELETED, 2));
    reopen();
    assertEquals(List.of(), slots.duplicates());
    assertEquals("old", get(key(1)));
  }

  @Test
  void aWholeSlotCountsMoreThanADamagedOneOfTheSameKey() throws IOException {
    put(0, 5, key(1), "old");
    put(2, 1, key(1), "new");
    TestFiles.flip(directory.resolve("fixed.data"), 4096 + 19, 2);
    reopen();
    assertEquals(1, slots.damaged());
    assertEquals(List.of(), slots.duplicates());
    assertEquals("new", get(key(1)));
  }

  @Test
  void paddingDoesNotCount() throws IOException {
    put(0, 1, key(1), "one");
    TestFiles.write(directory.resolve("fixed.data"), 4096 + SLOT_SIZE - 1, (byte) 9);
    reopen();
    assertEquals(0, slots.damaged());
    assertEquals("one", get(key(1)));
  }

  @Test
  void usesSlotsThatTheFileHasGrownBy() throws IOException {
    for (int slot = 0; slot < 16; slot++) {
      assertEquals(slot, slots.takeFree());
    }
    assertEquals(-1, slots.takeFree());
    file.grow(20);
    assertEquals(-1, slots.takeFree());
    slots.useGrownSlots();
    assertEquals(16, slots.takeFree());
    slots.release(2);
    assertEquals(2, slots.takeFree());
    assertTrue(slots.memoryBytes() > 0);
    assertEquals(file, slots.file());
  }

  @Test
  void findsAmongSlotsWithOneHash() {
    slots.addEntry(5L << 40, 1);
    slots.addEntry(5L << 40, 2);
    assertEquals(2, slots.find(5L << 40, slot -> slot == 2));
    assertEquals(-1, slots.find(5L << 40, slot -> false));
  }

  @Test
  void aSlotOfWhichOnlyTheStatusWentBadIsPutRight() throws IOException {
    put(3, 5, key(1), "one");
    TestFiles.flip(directory.resolve("fixed.data"), 4096 + 3 * SLOT_SIZE, 0);
    reopen();
    assertEquals(0, slots.damaged());
    assertEquals("one", get(key(1)));
    assertEquals(MetaWord.of(MetaWord.OCCUPIED, 5), slots.meta(3));
  }

  @Test
  void aSlotThatSaysThatItIsFreeAndIsNotIsDamaged() throws IOException {
    put(3, 5, key(1), "one");
    slots.vacate(3, MetaWord.of(MetaWord.DELETED, 6));
    TestFiles.flip(directory.resolve("fixed.data"), 4096 + 3 * SLOT_SIZE, 1);
    assertFalse(slots.check(3, buffer));
    reopen();
    assertEquals(1, slots.damaged());
    assertThrows(SlotDamagedException.class, () -> get(key(1)));
  }
}
