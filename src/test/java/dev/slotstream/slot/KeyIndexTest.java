package dev.slotstream.slot;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.Seeded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyIndexTest {
  private static final int TABLE_SHIFT = 56;
  private static final int FINGERPRINT_SHIFT = 24;

  private final KeyIndex index = new KeyIndex();
  private final Map<Long, Set<Integer>> model = new HashMap<>();

  /** All slots that stand under a hash, by asking for each once. */
  private Set<Integer> slotsUnder(long hash) {
    Set<Integer> found = new HashSet<>();
    index.find(
        hash,
        slot -> {
          assertTrue(found.add(slot), "an entry stands twice, slot=" + slot);
          return false;
        });
    return found;
  }

  private void compare(long hash) {
    assertEquals(model.getOrDefault(hash, Set.of()), slotsUnder(hash), "hash=" + hash);
  }

  private void run(SplittableRandom random, int steps, LongSupplier hashes) {
    List<Long> used = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      long hash =
          used.isEmpty() || random.nextInt(3) > 0
              ? hashes.getAsLong()
              : used.get(random.nextInt(used.size()));
      int slot = random.nextInt(8) == 0 ? Integer.MAX_VALUE - 1 : random.nextInt(50);
      if (random.nextInt(5) < 3) {
        index.add(hash, slot);
        model.computeIfAbsent(hash, h -> new HashSet<>()).add(slot);
        used.add(hash);
      } else {
        index.remove(hash, slot);
        model.getOrDefault(hash, new HashSet<>()).remove(slot);
      }
      compare(hash);
    }
    model.keySet().forEach(this::compare);
  }

  @Test
  void behavesAsAMultimapWithSpreadHashes() {
    Seeded.run(2, random -> run(random, 60_000, random::nextLong));
  }

  @Test
  void behavesAsAMultimapWhenAllKeysGoToOneTable() {
    Seeded.run(3, random -> run(random, 20_000, () -> random.nextLong() >>> 8));
  }

  @Test
  void behavesAsAMultimapWhenFingerprintsCrowd() {
    // Neighbouring fingerprints, some equal: long runs, at the table's beginning, middle and end.
    long[] bases = {0, 0x7FFF_FFF0L, 0xFFFF_FFF8L};
    Seeded.run(
        4,
        random ->
            run(
                random,
                8_000,
                () ->
                    ((bases[random.nextInt(3)] + random.nextInt(8)) << FINGERPRINT_SHIFT)
                        | ((long) random.nextInt(2) << TABLE_SHIFT)));
  }

  @Test
  void takesAnyNumberOfSlotsUnderOneHash() {
    long last = 0xFFFF_FFFFL << FINGERPRINT_SHIFT;
    for (long hash : new long[] {0, last, -1L}) {
      for (int slot = 0; slot < 500; slot++) {
        index.add(hash, slot);
      }
      assertEquals(500, slotsUnder(hash).size());
      for (int slot = 0; slot < 500; slot += 2) {
        index.remove(hash, slot);
      }
      assertEquals(250, slotsUnder(hash).size());
    }
  }

  @Test
  void hashesThatDifferOnlyInTheirLowBitsAreTheSameToIt() {
    index.add(1, 7);
    assertEquals(Set.of(7), slotsUnder(2));
    assertEquals(KeyIndex.fingerprint(1), KeyIndex.fingerprint(2));
  }

  @Test
  void whatWasAddedLastIsFoundFirst() {
    Seeded.run(
        9,
        random -> {
          for (int step = 0; step < 2_000; step++) {
            long hash = (long) random.nextInt(4) << FINGERPRINT_SHIFT;
            int slot = random.nextInt(8);
            index.add(hash, slot);
            assertEquals(slot, index.find(hash, any -> true));
            index.remove(hash, random.nextInt(8));
          }
        });
  }

  @Test
  void findsTheFirstThatMatches() {
    index.add(42L << 32, 1);
    index.add(42L << 32, 2);
    assertEquals(2, index.find(42L << 32, slot -> slot == 2));
    assertEquals(-1, index.find(42L << 32, slot -> slot == 3));
    assertEquals(-1, index.find(43L << 32, slot -> true));
  }

  @Test
  void takesAtMostTwelveBytesAKeyOnceItIsLarge() {
    SplittableRandom random = new SplittableRandom(5);
    long empty = index.bytes();
    int keys = 500_000;
    for (int slot = 0; slot < keys; slot++) {
      index.add(random.nextLong(), slot);
    }
    long perKey = (index.bytes() - empty) / keys;
    assertTrue(perKey < 12, "bytes per key: " + perKey);
  }

  @Test
  void aTableTellsAFullRunAndAMissingEntry() {
    IndexTable table = new IndexTable(4, 2);
    assertEquals(6 * Long.BYTES, table.bytes());
    assertEquals(2, table.spill());
    int last = -1; // the last home
    for (int slot = 0; slot < 3; slot++) {
      assertTrue(table.add(last, slot));
    }
    assertFalse(table.add(last, 3));
    assertFalse(table.contains(last, 3));
    assertEquals(IndexTable.NONE, table.seek(last - 1, table.home(last - 1)));
    assertFalse(table.remove(last, 3));
    assertFalse(table.remove(0, 0));
    assertFalse(table.copyTo(new IndexTable(4, 1)));
    assertTrue(table.copyTo(new IndexTable(8, 2)));
    assertEquals(3, table.used());
    assertTrue(table.remove(last, 1));
    assertEquals(2, table.used());
    assertEquals(-1, table.slotAt(5));
  }

  @Test
  void whatIsCopiedToALargerTableIsFoundThereInTheSameOrder() {
    Seeded.run(
        10,
        random -> {
          for (int round = 0; round < 200; round++) {
            assertCopies(random, 1 + random.nextInt(200));
          }
        });
  }

  /** Few fingerprints, so that runs are long and out of order. */
  private static void assertCopies(SplittableRandom random, int homes) {
    IndexTable small = new IndexTable(homes, 64);
    int bits = 1 + random.nextInt(Integer.SIZE - 1);
    for (int n = 0; n < homes; n++) {
      int fingerprint = random.nextInt() >>> bits << random.nextInt(bits);
      small.addFirst(fingerprint, random.nextInt(50), false);
      if (random.nextInt(4) == 0) {
        small.remove(fingerprint, random.nextInt(50));
      }
    }
    IndexTable large = new IndexTable(homes + 1 + random.nextInt(homes), 4 * 64 + homes);
    assertTrue(small.copyTo(large));
    assertEquals(small.used(), large.used());
    for (int place = 0; place < homes + 64; place++) {
      int fingerprint = (int) (small.entries().getAtIndex(JAVA_LONG, place) >>> Integer.SIZE);
      if (small.slotAt(place) >= 0) {
        assertEquals(slotsUnder(small, fingerprint), slotsUnder(large, fingerprint));
      }
    }
  }

  private static List<Integer> slotsUnder(IndexTable table, int fingerprint) {
    List<Integer> slots = new ArrayList<>();
    int place = table.seek(fingerprint, table.home(fingerprint));
    while (place != IndexTable.NONE) {
      slots.add(table.slotAt(place));
      place = table.seek(fingerprint, place + 1);
    }
    return slots;
  }

  @Test
  void aFullTableTakesOnlyWhatStandsAlready() {
    IndexTable table = new IndexTable(4, 2);
    int last = -1; // the last home
    assertFalse(table.addFirst(last, 0, true));
    for (int slot = 0; slot < 3; slot++) {
      assertTrue(table.addFirst(last, slot, false));
      assertEquals(slot, table.slotAt(table.home(last)), "the last one is the first");
    }
    assertFalse(table.addFirst(last, 3, false), "the run has reached the end");
    assertTrue(table.addFirst(last, 0, true));
    assertEquals(0, table.slotAt(table.home(last)));
    assertEquals(3, table.used());
  }

  @Test
  void whatChangesItsPlaceMakesASearchDoubtful() {
    IndexTable table = new IndexTable(8, 8);
    table.addFirst(5, 1, false);
    int before = table.version();
    table.addFirst(5, 1, false);
    assertTrue(table.unchangedSince(before));
    table.addFirst(5, 2, false);
    assertFalse(table.unchangedSince(before));
  }

  @Test
  void onlyARemovalMakesASearchDoubtful() {
    IndexTable table = new IndexTable(8, 8);
    int before = table.version();
    table.add(5, 1);
    assertTrue(table.unchangedSince(before));
    table.remove(5, 2);
    assertTrue(table.unchangedSince(before));
    table.remove(5, 1);
    assertFalse(table.unchangedSince(before));
    assertFalse(table.unchangedSince(1));
  }

  @Test
  void tablesAreMadeLargeEnoughForTheKeysThatAreExpected() {
    int keys = 400_000;
    KeyIndex expecting = new KeyIndex();
    expecting.expect(keys);
    SplittableRandom random = new SplittableRandom(5);
    List<IndexTable> midway = List.of();
    for (int slot = 0; slot < keys; slot++) {
      expecting.add(random.nextLong(), slot);
      if (slot == keys / 4 * 3) {
        midway = expecting.tables();
      }
    }
    assertTrue(expecting.bytes() <= 11L * keys, "bytes=" + expecting.bytes());
    List<IndexTable> before = midway;
    List<IndexTable> after = expecting.tables();
    long grown =
        IntStream.range(0, KeyIndex.TABLES).filter(t -> before.get(t) != after.get(t)).count();
    assertTrue(grown < KeyIndex.TABLES / 20, "grew again in the last quarter: " + grown);
  }

  @Test
  void keysThatDoNotComeCostLittle() {
    int keys = 100_000;
    KeyIndex expecting = new KeyIndex();
    expecting.expect(Integer.MAX_VALUE);
    SplittableRandom random = new SplittableRandom(6);
    for (int slot = 0; slot < keys; slot++) {
      expecting.add(random.nextLong(), slot);
    }
    assertTrue(expecting.bytes() <= 4L * 12 * keys, "bytes=" + expecting.bytes());
  }
}
