package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Failure;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.MemoryDisk.Death;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An index that is kept at a closing: when it is trusted, when it is not, and what is told. */
class KeptIndexTest {
  private static final int KEYS = 200;
  private static final int HEADER = 4096;
  private static final int FIRST_TABLE = 8192;

  private final TestStore store = TestStore.at(Path.of("/store")).shards(2).growSlots(32);
  private final Map<Long, Long> content = new TreeMap<>();
  private MemoryDisk disk;
  private ManualEngine node;

  @BeforeEach
  void fill() throws IOException {
    begin(1);
  }

  private void begin(long seed) throws IOException {
    content.clear();
    disk = new MemoryDisk(new SplittableRandom(seed));
    ManualEngine.identify(store.options(), disk, new UUID(1, 2));
    node = ManualEngine.open(store.options(), disk);
    for (long key = 0; key < KEYS; key++) {
      write(key, key);
    }
    for (long key = 0; key < KEYS; key += 5) {
      write(key, null);
    }
    node.engine().close();
    end(Death.KILL);
  }

  private void write(long key, Long n) {
    if (n == null) {
      TestStore.submitDelete(node.engine(), key);
      content.remove(key);
    } else {
      TestStore.submitPut(node.engine(), key, n);
      content.put(key, n);
    }
    node.makeRoom();
    node.sync(node.engine().shardOf(TestStore.key(key)));
  }

  private void end(Death death) {
    disk.die(death);
    disk = disk.next();
  }

  private void open() throws IOException {
    node = ManualEngine.open(store.options(), disk);
  }

  private void open(int kept) throws IOException {
    open();
    assertEquals(kept, node.engine().recovery().keptIndexes(), refusals().toString());
    assertFalse(disk.exists(index(0)) || disk.exists(index(1)), "a crash would find it");
  }

  private List<String> refusals() {
    return node.engine().recovery().refusedIndexes();
  }

  private Path index(int shard) {
    return store.shardDirectory(shard).resolve("index.kept");
  }

  private void assertContent() {
    for (long key = 0; key < KEYS + 100; key++) {
      assertEquals(content.get(key), TestStore.read(node.engine(), key), "key=" + key);
    }
  }

  private Shard shard(int number) {
    return node.engine().shards().get(number);
  }

  @Test
  void isTrustedAndTheStoreGoesOnWithIt() throws IOException {
    for (int time = 0; time < 3; time++) {
      open(2);
      assertTrue(node.engine().recovery().clean());
      assertContent();
      for (long key = 0; key < KEYS + 50; key += 3) {
        write(key, key % 2 == 0 ? null : key + 1_000L * time);
      }
      assertContent();
      int used = shard(0).slotsUsed() + shard(1).slotsUsed();
      assertEquals(content.size(), used);
      node.review();
      assertEquals(0, shard(0).slotsDamaged() + shard(0).slotsDuplicate());
      assertContent();
      node.engine().close();
      end(Death.POWER_CUT);
    }
  }

  @Test
  void isTheSameAsWhatTheSlotsSay() throws IOException {
    open(2);
    final List<Integer> kept = used();
    node.engine().close();
    end(Death.KILL);
    disk.remove(index(0));
    disk.remove(index(1));
    open(0);
    assertEquals(List.of(), refusals());
    assertEquals(kept, used());
    assertContent();
  }

  private List<Integer> used() {
    return List.of(shard(0).slotsUsed(), shard(1).slotsUsed());
  }

  @Test
  void isNotLookedForAfterACrash() throws IOException {
    open(2);
    write(1, 77L);
    end(Death.KILL);
    open(0);
    assertContent();
  }

  @Test
  void anEarlierOneIsRefused() throws IOException {
    byte[] earlier = disk.read(index(0));
    open(2);
    write(1, 77L);
    write(2, 78L);
    node.engine().close();
    end(Death.KILL);
    disk.place(index(0), earlier);
    open(1);
    assertTrue(refusals().getFirst().endsWith(": generation"), refusals().toString());
    assertContent();

    write(3, 79L);
    end(Death.KILL); // not closed
    disk.place(index(0), earlier);
    open(0);
    assertTrue(refusals().getFirst().contains("not closed"), refusals().toString());
    assertContent();
  }

  @Test
  void oneOfAnotherShardOrStoreIsRefused() throws IOException {
    disk.place(index(0), disk.read(index(1)));
    Map<Path, byte[]> mine = disk.everything();
    open(1);
    assertTrue(refusals().getFirst().endsWith(": shard"), refusals().toString());
    assertContent();

    disk = new MemoryDisk(new SplittableRandom(1));
    ManualEngine.identify(store.options(), disk, new UUID(3, 4));
    open();
    node.engine().close();
    end(Death.KILL);
    byte[] anothers = disk.read(index(0));
    disk = new MemoryDisk(new SplittableRandom(1));
    mine.forEach(disk::place);
    disk.place(index(0), anothers);
    open(1);
    assertTrue(refusals().getFirst().endsWith(": directory"), refusals().toString());
    assertContent();
  }

  /** Whatever is damaged of it: every key is there, before and after the next writes. */
  @Test
  void damagedTablesAreMadeFromTheSlotsWhileTheStoreIsUsed() throws IOException {
    Map<Path, byte[]> closed = disk.everything();
    for (int seed = 0; seed < 30; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      disk = new MemoryDisk(random);
      closed.forEach(disk::place);
      byte[] bytes = disk.read(index(0));
      for (int n = random.nextInt(1, 40); n > 0; n--) {
        bytes[random.nextInt(FIRST_TABLE + 64, bytes.length)] ^= 4;
      }
      disk.place(index(0), bytes);
      final Map<Long, Long> before = new TreeMap<>(content);
      open(2);
      for (int n = 0; n < 100; n++) {
        long key = random.nextInt(KEYS + 50);
        if (random.nextInt(3) == 0) {
          assertEquals(content.get(key), TestStore.read(node.engine(), key), "key=" + key);
        } else {
          write(key, random.nextInt(3) == 0 ? null : random.nextLong(1_000_000));
        }
      }
      assertContent();
      node.review();
      assertTrue(shard(0).keptIndexDamaged());
      assertFalse(shard(1).keptIndexDamaged());
      assertContent();
      assertEquals(content.size(), shard(0).slotsUsed() + shard(1).slotsUsed());
      node.engine().close();
      end(Death.KILL);
      open(2);
      assertContent();
      content.clear();
      content.putAll(before);
    }
  }

  /** In front of and within every operation of a closing and of the opening behind it. */
  @ParameterizedTest
  @EnumSource
  void neverLeavesAStoreThatLacksSomething(Death death) throws IOException {
    boolean died = true;
    int operation = 1;
    for (; died; operation++) {
      begin(operation);
      open(2);
      write(1, 77L);
      write(KEYS + 1, 78L);
      write(6, null);
      disk.dieAt(operation, death);
      node.engine().close();
      if (!disk.dead()) {
        end(Death.KILL);
        disk.dieAt(operation, death);
        try {
          open();
        } catch (IOException e) {
          assertTrue(disk.dead(), e.toString());
        }
      }
      died = disk.dead();
      if (died) {
        disk = disk.next();
        open();
        assertContent();
        assertFalse(hasUnfinished(0) || hasUnfinished(1));
        node.review();
        assertContent();
        write(8, 80L);
        end(Death.KILL);
        open(0);
      }
      assertContent();
    }
    assertTrue(operation > 12, "operations=" + operation);
  }

  private boolean hasUnfinished(int shard) throws IOException {
    return disk.list(store.shardDirectory(shard)).stream()
        .anyMatch(path -> path.endsWith("index.kept.tmp"));
  }

  @Test
  void aClosingThatCannotKeepItIsAClosing() throws IOException {
    for (Failure failure : List.of(FaultyStorage.FULL, FaultyStorage.BROKEN)) {
      begin(1);
      FaultyStorage faulty = new FaultyStorage(disk);
      node = ManualEngine.open(store.options(), faulty);
      write(1, 77L);
      faulty.fail(FaultyStorage.always(FaultyStorage.on(Operation.REPLACE, "index.kept"), failure));
      node.engine().close();
      assertEquals(2, node.engine().indexesNotKept().size());
      end(Death.POWER_CUT);
      open(0);
      assertTrue(node.engine().recovery().clean());
      assertEquals(List.of(), refusals());
      assertContent();
    }
  }

  @Test
  void oneThatCannotBeReadIsNotUsed() throws IOException {
    FaultyStorage faulty = new FaultyStorage(disk);
    faulty.fail(
        FaultyStorage.always(FaultyStorage.on(Operation.OPEN, "index.kept"), FaultyStorage.BROKEN));
    node = ManualEngine.open(store.options(), faulty);
    assertEquals(0, node.engine().recovery().keptIndexes());
    assertTrue(refusals().getFirst().contains("could not be read"), refusals().toString());
    assertContent();
  }

  private int slotOf(long key) {
    SlotBuffer buffer = node.engine().newBuffer();
    assertTrue(node.engine().get(TestStore.key(key), buffer));
    return buffer.slot();
  }

  /** Changes the slot file of a closed store, as a disk does that goes bad: nobody is told. */
  private void change(long key, SlotChange change) throws IOException {
    open(2);
    int shard = node.engine().shardOf(TestStore.key(key));
    final int slot = slotOf(key);
    node.engine().close();
    end(Death.KILL);
    byte[] bytes = disk.read(store.slotFile(shard));
    change.to(
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN),
        HEADER + slot * store.layout().slotSize());
    disk.place(store.slotFile(shard), bytes);
    open(2);
  }

  @FunctionalInterface
  private interface SlotChange {
    void to(ByteBuffer file, int slot);
  }

  @Test
  void theReviewFindsWhatWentBadMeanwhile() throws IOException {
    change(1, (file, slot) -> file.put(slot + 20, (byte) (file.get(slot + 20) ^ 1)));
    int shard = node.engine().shardOf(TestStore.key(1));
    assertThrows(EngineException.Damaged.class, () -> TestStore.read(node.engine(), 1));
    assertEquals(0, shard(shard).slotsDamaged());
    assertTrue(shard(shard).slotsToBeReviewed() > 0);
    node.review();
    assertEquals(1, shard(shard).slotsDamaged());
    assertEquals(0, shard(shard).slotsToBeReviewed());
    node.engine().close();
    end(Death.KILL);
    open(2);
    assertEquals(1, node.engine().recovery().damagedSlots(), "what is known is kept, too");
    write(1, 5L);
    assertContent();
    assertEquals(0, shard(shard).slotsDamaged());
  }

  @ParameterizedTest
  @EnumSource(names = {"FREE", "WRITING"})
  void aStatusThatWentBadCostsNothing(Status status) throws IOException {
    for (boolean reviewed : new boolean[] {false, true}) {
      begin(1);
      change(
          1,
          (file, slot) -> file.putInt(slot, MetaWord.withStatus(file.getInt(slot), status.value)));
      if (reviewed) {
        node.review();
      }
      if (reviewed || status == Status.FREE) {
        assertContent();
      }
      write(1, 99L);
      write(2, null);
      node.review();
      assertContent();
      assertEquals(content.size(), shard(0).slotsUsed() + shard(1).slotsUsed());
    }
  }

  enum Status {
    FREE(MetaWord.FREE),
    WRITING(MetaWord.WRITING);

    private final int value;

    Status(int value) {
      this.value = value;
    }
  }

  /** A slot that says DELETED is empty, as it is after an opening that reads all slots. */
  @Test
  void theReviewGivesBackASlotThatSaysItIsEmpty() throws IOException {
    change(
        1,
        (file, slot) ->
            file.putInt(slot, MetaWord.withStatus(file.getInt(slot), MetaWord.DELETED)));
    content.remove(1L);
    assertContent();
    node.review();
    assertContent();
    assertEquals(content.size(), shard(0).slotsUsed() + shard(1).slotsUsed());
    write(1, 3L);
    assertContent();
    assertEquals(content.size(), shard(0).slotsUsed() + shard(1).slotsUsed());
  }

  /** The bytes of one slot at the place of another, before it or behind it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theReviewHasTheSecondSlotOfAKeyEmptied(boolean before) throws IOException {
    open(2);
    final int shard = 0;
    long one = 1;
    while (!isIn(shard, one)) {
      one++;
    }
    long another = one + 1;
    while (!isIn(shard, another)) {
      another++;
    }
    assertTrue(slotOf(one) < slotOf(another));
    final long copied = before ? another : one;
    final long lost = before ? one : another;
    final int from = HEADER + slotOf(copied) * store.layout().slotSize();
    node.engine().close();
    end(Death.KILL);
    change(
        lost,
        (file, slot) -> {
          byte[] bytes = new byte[store.layout().slotSize()];
          file.get(from, bytes).put(slot, bytes);
        });
    content.remove(lost);
    assertContent();
    node.review();
    assertEquals(1, shard(shard).slotsDuplicate());
    node.makeRoom();
    node.sync(shard);
    assertEquals(0, shard(shard).slotsDuplicate());
    assertContent();
    assertEquals(content.size(), shard(0).slotsUsed() + shard(1).slotsUsed());
    write(copied, null);
    assertContent();
    node.engine().close();
    end(Death.KILL);
    open(2);
    assertEquals(0, node.engine().recovery().duplicateSlots());
    assertContent();
  }

  private boolean isIn(int shard, long key) {
    return content.containsKey(key) && node.engine().shardOf(TestStore.key(key)) == shard;
  }

  @Test
  void aReviewThatWasNotEndedGoesOnAfterTheNextOpening() throws IOException {
    change(3, (file, slot) -> file.put(slot + 20, (byte) (file.get(slot + 20) ^ 1)));
    int shard = node.engine().shardOf(TestStore.key(3));
    int slots = shard(shard).slotCount();
    int found = 0;
    for (int n = 0; n < slots && found == 0; n += 7) {
      shard(shard).indexKeeping().review(7);
      found = shard(shard).slotsDamaged();
      node.engine().close();
      end(Death.KILL);
      open(2);
      assertEquals(slots, shard(shard).slotsToBeReviewed());
    }
    assertEquals(1, found);
  }
}
