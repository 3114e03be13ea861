package dev.slotstream.slot;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * From a key's hash to the slots that may hold it: many small tables, chosen by the top bits of the
 * hash, each of which grows on its own by a sixteenth. A shard of any size is never rehashed as a
 * whole, and at most 12 bytes stand for a key.
 *
 * <p>An entry is a hint: the caller compares the key in the slot. Several slots may stand under one
 * hash. One writer at a time, readers without a lock; see {@link IndexTable}.
 */
final class KeyIndex {
  private static final int TABLE_BITS = 8;
  private static final int FINGERPRINT_SHIFT = Long.SIZE - TABLE_BITS - Integer.SIZE;
  private static final int FIRST_HOMES = 16;
  private static final int GROWTH_FRACTION = 16;
  private static final int MAX_LOAD_PERCENT = 75;

  private final AtomicReferenceArray<IndexTable> tables =
      new AtomicReferenceArray<>(1 << TABLE_BITS);

  KeyIndex() {
    for (int t = 0; t < tables.length(); t++) {
      tables.setRelease(t, new IndexTable(FIRST_HOMES, IndexTable.SPILL));
    }
  }

  IndexTable table(long hash) {
    return tables.getAcquire((int) (hash >>> (Long.SIZE - TABLE_BITS)));
  }

  static int fingerprint(long hash) {
    return (int) (hash >>> FINGERPRINT_SHIFT);
  }

  /** For the writer: the first candidate that matches, or -1. */
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
    if (!table(hash).contains(fingerprint(hash), slot)) {
      addNew(hash, slot);
    }
    table(hash).promote(fingerprint(hash), slot);
  }

  private void addNew(long hash, int slot) {
    IndexTable table = table(hash);
    if ((long) table.used() * 100 >= (long) table.homes() * MAX_LOAD_PERCENT) {
      table = grow(hash, table, table.spill());
    }
    while (!table.add(fingerprint(hash), slot)) {
      // More homes alone do not help when many keys have one hash, by chance or by malice.
      table = grow(hash, table, 2 * table.spill());
    }
  }

  /** Removes an entry; nothing happens when it does not stand. */
  void remove(long hash, int slot) {
    table(hash).remove(fingerprint(hash), slot);
  }

  private IndexTable grow(long hash, IndexTable old, int leastSpill) {
    int homes = old.homes();
    int spill = leastSpill;
    IndexTable larger;
    boolean fits;
    do {
      homes += Math.max(FIRST_HOMES / 2, homes / GROWTH_FRACTION);
      larger = new IndexTable(homes, spill);
      fits = old.copyTo(larger);
      spill *= 2;
    } while (!fits);
    tables.setRelease((int) (hash >>> (Long.SIZE - TABLE_BITS)), larger);
    return larger;
  }

  /** Bytes of memory the tables take. */
  long bytes() {
    long bytes = 0;
    for (int t = 0; t < tables.length(); t++) {
      bytes += tables.getAcquire(t).bytes();
    }
    return bytes;
  }
}
