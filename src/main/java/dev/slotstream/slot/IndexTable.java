package dev.slotstream.slot;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * One part of the index: open addressing with linear probing, off the heap.
 *
 * <pre>
 * entry (8 bytes)   bits 32-63 fingerprint of the hash, bits 0-31 slot + 1; 0 is empty
 * </pre>
 *
 * <p>A fingerprint's home is {@code fingerprint * homes / 2^32}, so entries stand almost in the
 * order of their fingerprints, any number of homes will do, and a bigger table is filled in one
 * pass from the fingerprints alone. A run never wraps: some spill places follow the last home.
 *
 * <p>One writer at a time. Readers take no lock; a reader that found nothing asks {@link
 * #version()} again, and repeats when it changed: only a removal can hide an entry from a reader,
 * by moving it to a place that the reader has passed; so can {@link #addFirst}. The memory of a
 * table that was replaced is freed once no reader can see it (by the garbage collector).
 */
final class IndexTable {
  static final int NONE = -1;

  /** Spill places of a table whose hashes are spread as they should be. */
  static final int SPILL = 64;

  /** For the writer, who alone changes entries, and for tables that no reader sees yet. */
  private static final ValueLayout.OfLong PLAIN =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle ENTRY = PLAIN.varHandle();
  private static final VarHandle VERSION;
  private static final long FINGERPRINT = 0xFFFF_FFFF_0000_0000L;

  static {
    try {
      VERSION = MethodHandles.lookup().findVarHandle(IndexTable.class, "version", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final MemorySegment entries;
  private final int homes;
  private final int places;
  private int used;

  /** Even when at rest, odd while a removal moves entries. */
  @SuppressWarnings("unused") // read and written through VERSION
  private int version;

  IndexTable(int homes, int spill) {
    this(Arena.ofAuto().allocate((long) (homes + spill) * Long.BYTES, Long.BYTES), homes, spill, 0);
  }

  /** A table that was kept, in the memory where it is. */
  IndexTable(MemorySegment entries, int homes, int spill, int used) {
    this.entries = entries;
    this.homes = homes;
    this.places = homes + spill;
    this.used = used;
  }

  /** All of its memory. */
  MemorySegment entries() {
    return entries;
  }

  int homes() {
    return homes;
  }

  int spill() {
    return places - homes;
  }

  int used() {
    return used;
  }

  long bytes() {
    return (long) places * Long.BYTES;
  }

  /** To be read before a search, and compared after one that found nothing. */
  int version() {
    return (int) VERSION.getAcquire(this);
  }

  /** True when a search that began at this version and found nothing may be trusted. */
  boolean unchangedSince(int before) {
    VarHandle.acquireFence();
    return (before & 1) == 0 && (int) VERSION.getAcquire(this) == before;
  }

  int home(int fingerprint) {
    return (int) ((Integer.toUnsignedLong(fingerprint) * homes) >>> Integer.SIZE);
  }

  /**
   * The next place from {@code place} on whose entry has this fingerprint, or -1 at the end of the
   * run.
   */
  int seek(int fingerprint, int place) {
    long wanted = (long) fingerprint << Integer.SIZE;
    for (int p = place; p < places; p++) {
      long entry = entry(p);
      if (entry == 0) {
        return NONE;
      }
      if ((entry & FINGERPRINT) == wanted) {
        return p;
      }
    }
    return NONE;
  }

  /** The slot that the entry at this place names, or -1 when a writer has just emptied it. */
  int slotAt(int place) {
    return (int) entry(place) - 1;
  }

  /** True when exactly this entry stands. */
  boolean contains(int fingerprint, int slot) {
    long wanted = pack(fingerprint, slot);
    for (int place = home(fingerprint); place < places; place++) {
      long entry = entry(place);
      if (entry == 0 || entry == wanted) {
        return entry == wanted;
      }
    }
    return false;
  }

  /** Adds an entry; false when the run has reached the end of the table, which must then grow. */
  boolean add(int fingerprint, int slot) {
    int place = gap(home(fingerprint));
    if (place == places) {
      return false;
    }
    put(place, pack(fingerprint, slot));
    used++;
    return true;
  }

  /** The first empty place from this one on, or the number of places. */
  private int gap(int from) {
    int place = from;
    while (place < places && written(place) != 0) {
      place++;
    }
    return place;
  }

  /**
   * Lets an entry stand before all others of its fingerprint: of several slots with one key, the
   * one that was written last is found first. Looks at each place once, whether the entry stands
   * already or not.
   *
   * @param full true when there must be no more entries than there are
   * @return false when the table has to grow for it
   */
  boolean addFirst(int fingerprint, int slot, boolean full) {
    long wanted = pack(fingerprint, slot);
    int first = NONE;
    int place = home(fingerprint);
    for (; place < places; place++) {
      long entry = written(place);
      if (entry == wanted) {
        break;
      }
      if (entry == 0) {
        if (full) {
          return false;
        }
        put(place, wanted);
        used++;
        break;
      }
      if (first == NONE && (entry & FINGERPRINT) == (wanted & FINGERPRINT)) {
        first = place;
      }
    }
    if (place < places && first != NONE) {
      swap(first, place);
    }
    return place < places;
  }

  /** A reader that has passed the one place may miss the entry that goes there. */
  private void swap(int one, int other) {
    long moved = written(one);
    int before = version();
    VERSION.setRelease(this, before + 1);
    VarHandle.storeStoreFence();
    put(one, written(other));
    put(other, moved);
    VERSION.setRelease(this, before + 2);
  }

  /** Removes one entry; false when it is not there. Entries behind it close the gap. */
  boolean remove(int fingerprint, int slot) {
    long wanted = pack(fingerprint, slot);
    int place = home(fingerprint);
    for (long entry = written(place); entry != wanted; entry = written(place)) {
      if (entry == 0 || ++place == places) {
        return false;
      }
    }
    int before = version();
    VERSION.setRelease(this, before + 1);
    VarHandle.storeStoreFence();
    closeGap(place);
    used--;
    VERSION.setRelease(this, before + 2);
    return true;
  }

  private void closeGap(int emptied) {
    int gap = emptied;
    for (int p = gap + 1; p < places; p++) {
      long entry = written(p);
      if (entry == 0) {
        break;
      }
      if (home((int) (entry >>> Integer.SIZE)) <= gap) {
        put(gap, entry);
        gap = p;
      }
    }
    put(gap, 0);
  }

  /**
   * Copies all entries into a larger, empty table, or answers false when they do not fit its runs.
   * They stand almost in the order of their fingerprints: nearly each goes right behind the one
   * before, or begins a run.
   */
  boolean copyTo(IndexTable larger) {
    int begin = 0;
    int end = 0; // from the one to the other there is no gap, and nothing stands behind it
    for (int p = 0; p < places; p++) {
      long entry = written(p);
      if (entry == 0) {
        continue;
      }
      int home = larger.home((int) (entry >>> Integer.SIZE));
      if (home >= end) {
        begin = home;
        end = home;
      }
      if (end == larger.places) {
        return false;
      }
      // Out of order there may be gaps behind its home.
      int place = home >= begin ? end : larger.gap(home);
      larger.entries.setAtIndex(PLAIN, place, entry);
      end = Math.max(end, place + 1);
    }
    larger.used = used;
    return true;
  }

  private static long pack(int fingerprint, int slot) {
    return ((long) fingerprint << Integer.SIZE) | Integer.toUnsignedLong(slot + 1);
  }

  private long entry(int place) {
    return (long) ENTRY.getAcquire(entries, (long) place * Long.BYTES);
  }

  /** An entry as its writer sees it, who needs no order between what it wrote itself. */
  private long written(int place) {
    return entries.getAtIndex(PLAIN, place);
  }

  private void put(int place, long entry) {
    ENTRY.setRelease(entries, (long) place * Long.BYTES, entry);
  }
}
