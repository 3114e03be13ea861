package dev.slotstream.slot;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * From a key's hash to the slots that may hold it: many small tables, chosen by the top bits of the
 * hash, each of which grows on its own by a fifth. A shard of any size is never rehashed as a
 * whole, and at most 12 bytes stand for a key.
 *
 * <p>An entry is a hint: the caller compares the key in the slot. Several slots may stand under one
 * hash. One writer at a time, readers without a lock; see {@link IndexTable}.
 *
 * <p>Of an index that was {@link KeptIndex kept} a table is checked by whoever comes to it first,
 * reader or writer; others who come to the same table wait for that. Once one of them turns out to
 * be damaged, it and all that nobody has come to yet are made from the slots. Nobody has looked for
 * or written a key of theirs since the opening, so the slots hold all that they held.
 */
final class KeyIndex {
  private static final int TABLE_BITS = 8;
  static final int TABLES = 1 << TABLE_BITS;
  private static final int FINGERPRINT_SHIFT = Long.SIZE - TABLE_BITS - Integer.SIZE;
  private static final int FIRST_HOMES = 16;
  private static final int GROWTH_FRACTION = 5;
  private static final int MAX_LOAD_PERCENT = 85;
  private static final int MOST_TIMES_LARGER = 4;

  /** Null where a kept table was not checked yet. */
  private final AtomicReferenceArray<IndexTable> tables = new AtomicReferenceArray<>(TABLES);

  private volatile KeptIndex kept;
  private Supplier<KeyIndex> fromSlots;
  private volatile boolean keptDamaged;

  /** Homes that a table will need for the keys that are expected; 0 when none are. */
  private int expectedHomes;

  KeyIndex() {
    for (int t = 0; t < TABLES; t++) {
      tables.setRelease(t, new IndexTable(FIRST_HOMES, IndexTable.SPILL));
    }
  }

  /**
   * Goes on with a kept index in place of what is here. Before anybody uses it.
   *
   * @param remake makes an index from the slots, beside readers and a writer
   */
  synchronized void adopt(KeptIndex index, Supplier<KeyIndex> remake) {
    kept = index;
    fromSlots = remake;
    for (int t = 0; t < TABLES; t++) {
      tables.setRelease(t, null);
    }
  }

  static int tableOf(long hash) {
    return (int) (hash >>> (Long.SIZE - TABLE_BITS));
  }

  IndexTable table(long hash) {
    return table(tableOf(hash));
  }

  private IndexTable table(int t) {
    IndexTable table = tables.getAcquire(t);
    return table == null ? checked(t) : table;
  }

  private synchronized IndexTable checked(int t) {
    if (tables.getAcquire(t) == null) {
      kept.table(t).ifPresentOrElse(whole -> tables.setRelease(t, whole), this::remake);
    }
    return tables.getAcquire(t);
  }

  private void remake() {
    KeyIndex made = fromSlots.get();
    for (int t = 0; t < TABLES; t++) {
      tables.compareAndSet(t, null, made.table(t));
    }
    keptDamaged = true;
  }

  /** All tables, checked. */
  List<IndexTable> tables() {
    List<IndexTable> all = IntStream.range(0, TABLES).mapToObj(this::table).toList();
    kept = null; // its memory is free once the last of its tables has grown
    return all;
  }

  /** True when a kept index turned out to be damaged, and its rest was made from the slots. */
  boolean keptDamaged() {
    return keptDamaged;
  }

  static int fingerprint(long hash) {
    return (int) (hash >>> FINGERPRINT_SHIFT);
  }

  /** The first candidate that matches, or -1; another thread than the writer's may miss one. */
  int find(long hash, SlotMatch match) {
    IndexTable table = table(hash);
    int fingerprint = fingerprint(hash);
    int place = table.seek(fingerprint, table.home(fingerprint));
    while (place != IndexTable.NONE) {
      int slot = table.slotAt(place);
      if (match.matches(slot)) {
        return slot;
      }
      place = table.seek(fingerprint, place + 1);
    }
    return IndexTable.NONE;
  }

  /** Adds an entry unless it stands already, and lets readers come to it first. */
  void add(long hash, int slot) {
    IndexTable table = table(hash);
    while (!table.addFirst(fingerprint(hash), slot, isFull(table))) {
      table = grow(hash, table);
    }
  }

  /** Adds an entry unless it stands already; readers come to it last. */
  void addLast(long hash, int slot) {
    if (!contains(hash, slot)) {
      addNew(hash, slot);
    }
  }

  /** True when the entry stands; another thread than the writer's may be told that it does not. */
  boolean contains(long hash, int slot) {
    return table(hash).contains(fingerprint(hash), slot);
  }

  private void addNew(long hash, int slot) {
    IndexTable table = table(hash);
    while (isFull(table) || !table.add(fingerprint(hash), slot)) {
      table = grow(hash, table);
    }
  }

  private static boolean isFull(IndexTable table) {
    return (long) table.used() * 100 >= (long) table.homes() * MAX_LOAD_PERCENT;
  }

  /** Removes an entry; nothing happens when it does not stand. */
  void remove(long hash, int slot) {
    table(hash).remove(fingerprint(hash), slot);
  }

  /**
   * So many keys will be here soon: tables that have to grow do it in fewer steps; 0 ends that. No
   * table becomes larger than four times what it has outgrown, whatever was said.
   */
  void expect(int keys) {
    long even = (long) keys * 100 / ((long) MAX_LOAD_PERCENT * TABLES);
    // Hashes do not spread quite evenly: hardly a table has a sixteenth more than its share.
    expectedHomes = (int) (even + even / 16);
  }

  private static int more(int homes) {
    return homes + Math.max(FIRST_HOMES / 2, homes / GROWTH_FRACTION);
  }

  private IndexTable grow(long hash, IndexTable old) {
    int homes =
        Math.max(more(old.homes()), Math.min(expectedHomes, MOST_TIMES_LARGER * old.homes()));
    // More homes alone do not help when many keys have one hash, by chance or by malice.
    int spill = isFull(old) ? old.spill() : 2 * old.spill();
    IndexTable larger = new IndexTable(homes, spill);
    while (!old.copyTo(larger)) {
      homes = more(homes);
      spill *= 2;
      larger = new IndexTable(homes, spill);
    }
    tables.setRelease(tableOf(hash), larger);
    return larger;
  }

  /** Bytes of memory the tables take. */
  long bytes() {
    long bytes = 0;
    for (int t = 0; t < TABLES; t++) {
      KeptIndex unchecked = kept; // before: all tables are there once it is gone
      IndexTable table = tables.getAcquire(t);
      bytes += table == null ? unchecked.tableBytes(t) : table.bytes();
    }
    return bytes;
  }
}
