package dev.slotstream.slot;

import dev.slotstream.file.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * One shard's slots with their index and free list.
 *
 * <p>Threads: any number of readers ({@link #get}, {@link #copy}), which take no lock and allocate
 * nothing; all other methods belong to the shard's one writer, whoever holds its lock.
 *
 * <p>A reader of a slot: read meta; copy the body; read meta again; the copy counts when both are
 * the same and not WRITING. A writer of a slot: meta = WRITING; body; meta = the new version.
 */
public final class ShardSlots {
  private static final int SPINS_BEFORE_YIELD = 100;

  /** Bytes of free slots that are given back at a time, at most. */
  private static final int PIECE_BYTES = 1 << 21;

  /** A writer is inside a slot for microseconds. One that never leaves it has died there. */
  private static final long WRITING_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final VarHandle HEAP_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final SlotFile file;
  private final SlotLayout layout;
  private final KeyIndex index = new KeyIndex();
  private final SlotAllocator allocator;
  private final SlotCensus census;
  private final SlotBuffer scratch;

  @SuppressWarnings("unused") // means nothing; written so that what it was made of is read
  private int foreseen;

  /** Slots of a piece, a power of two. */
  private final int piece;

  /** Slots whose checksums failed; few, and any thread's. */
  private final Set<Integer> damaged = ConcurrentHashMap.newKeySet();

  /** Slots that hold a key that another one holds, too; fewer still. */
  private final Set<Integer> duplicates = new ConcurrentSkipListSet<>();

  /** Slots of an open file; the index is empty until {@link #rebuild} or {@link #adopt}. */
  public ShardSlots(SlotFile file, KeyHash keyHash) {
    this.file = file;
    this.layout = file.layout();
    this.allocator = new SlotAllocator(file.slotCount());
    this.scratch = new SlotBuffer(layout);
    this.census = new SlotCensus(this, keyHash, index, allocator);
    this.piece = Integer.highestOneBit(Math.max(1, PIECE_BYTES / layout.slotSize()));
  }

  /** The file under the slots. */
  public SlotFile file() {
    return file;
  }

  /**
   * Finds a key and copies its slot. Any thread.
   *
   * @param key the whole key field, K bytes
   * @param newer what slots will hold that are not written yet
   * @return false when no slot holds the key
   * @throws SlotDamagedException when the slot's checksum does not fit
   */
  public boolean get(long hash, byte[] key, NewerSlots newer, SlotBuffer into) {
    int fingerprint = KeyIndex.fingerprint(hash);
    while (true) {
      IndexTable table = index.table(hash);
      int version = table.version();
      int place = table.seek(fingerprint, table.home(fingerprint));
      while (place != IndexTable.NONE) {
        int slot = table.slotAt(place);
        if (slot >= 0 && read(slot, key, newer, into)) {
          return true;
        }
        place = table.seek(fingerprint, place + 1);
      }
      if (table.unchangedSince(version)) {
        return false;
      }
      Thread.onSpinWait();
    }
  }

  private boolean read(int slot, byte[] key, NewerSlots newer, SlotBuffer into) {
    // Asked first: what leaves there has been written to its slot before.
    NewerSlots.Newer waiting = newer.of(slot);
    if (waiting != null) {
      boolean found = MetaWord.occupied(waiting.meta()) && waiting.keyIs(key);
      if (found) {
        into.fill(waiting);
        into.identify(slot, waiting.meta());
      }
      return found;
    }
    if (!MetaWord.occupied(copy(slot, into)) || !holds(into, key)) {
      return false;
    }
    if (!into.intact()) {
      throw new SlotDamagedException(slot, into.meta());
    }
    return true;
  }

  private boolean holds(SlotBuffer buffer, byte[] key) {
    return Arrays.equals(
        buffer.bytes(), SlotLayout.KEY, layout.valueOffset(), key, 0, layout.keyLength());
  }

  /**
   * Copies one slot as it stands at one moment, whatever its status; answers its meta.
   *
   * @throws SlotDamagedException when a writer died inside the slot
   */
  @SuppressWarnings("ThreadPriorityCheck") // a writer that was descheduled inside a slot needs it
  public int copy(int slot, SlotBuffer into) {
    MemorySegment mapping = file.mapping();
    long offset = file.offsetOf(slot);
    long givesUp = 0;
    for (int spins = 0; ; spins++) {
      int before = (int) SlotLayout.META_WORD.getAcquire(mapping, offset);
      if (MetaWord.status(before) != MetaWord.WRITING) {
        MemorySegment.copy(
            mapping, ValueLayout.JAVA_BYTE, offset, into.bytes(), 0, layout.usedSize());
        VarHandle.acquireFence();
        if ((int) SlotLayout.META_WORD.getOpaque(mapping, offset) == before) {
          int meta = into.lostItsStatus() ? asOpened(before) : before;
          into.identify(slot, meta);
          return meta;
        }
      }
      if (spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        long now = System.nanoTime();
        givesUp = givesUp == 0 ? now + WRITING_NANOS : givesUp;
        if (now - givesUp > 0) {
          throw new SlotDamagedException(slot, before);
        }
        Thread.yield();
      }
    }
  }

  /** True when the slot that was copied last is whole; asks this only of occupied slots. */
  public static boolean intact(SlotBuffer copied) {
    return copied.intact();
  }

  /** Copies a slot; false when its checksum fails, or nobody will end its writing. */
  boolean isWholeOrEmpty(int slot, SlotBuffer into) {
    try {
      return !MetaWord.occupied(copy(slot, into)) || into.intact();
    } catch (SlotDamagedException e) {
      return false;
    }
  }

  /**
   * The meta word of a slot. A status that nobody leaves behind is one that went bad: such a slot
   * is taken for what an opening makes of it.
   */
  public int meta(int slot) {
    int stored = storedMeta(slot);
    return switch (MetaWord.status(stored)) {
      case MetaWord.WRITING -> asOpened(stored);
      case MetaWord.FREE -> lostItsStatus(slot, stored) ? asOpened(stored) : stored;
      default -> stored;
    };
  }

  private static int asOpened(int meta) {
    return MetaWord.withStatus(meta, MetaWord.OCCUPIED);
  }

  private boolean lostItsStatus(int slot, int meta) {
    return meta != MetaWord.FREE
        && file.mapping().get(ValueLayout.JAVA_INT_UNALIGNED, file.offsetOf(slot) + SlotLayout.CRC)
            != 0;
  }

  /** The meta word of a slot as it stands there. */
  int storedMeta(int slot) {
    return (int) SlotLayout.META_WORD.getAcquire(file.mapping(), file.offsetOf(slot));
  }

  /** The first slot under this hash that matches, or -1. */
  public int find(long hash, SlotMatch match) {
    return index.find(hash, match);
  }

  /** True when the slot's key field is this one; asks nothing of its status. */
  public boolean keyIs(int slot, byte[] key) {
    MemorySegment mapping = file.mapping();
    long offset = file.offsetOf(slot) + SlotLayout.KEY;
    int at = 0;
    for (; at + Long.BYTES <= key.length; at += Long.BYTES) {
      if (mapping.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + at)
          != (long) HEAP_LONG.get(key, at)) {
        return false;
      }
    }
    for (; at < key.length; at++) {
      if (mapping.get(ValueLayout.JAVA_BYTE, offset + at) != key[at]) {
        return false;
      }
    }
    return true;
  }

  /** True when the slot is whole and its key and value fields are these. For the writer. */
  public boolean holds(int slot, byte[] bytes, int keyOffset, int valueOffset) {
    copy(slot, scratch);
    return scratch.intact()
        && !scratch.lostItsStatus()
        && same(SlotLayout.KEY, bytes, keyOffset, layout.keyLength())
        && same(layout.valueOffset(), bytes, valueOffset, layout.valueLength());
  }

  private boolean same(int offset, byte[] bytes, int other, int length) {
    return Arrays.equals(scratch.bytes(), offset, offset + length, bytes, other, other + length);
  }

  /** Copies the slot's key field into an array of K bytes. */
  public void keyInto(int slot, byte[] key) {
    MemorySegment.copy(
        file.mapping(),
        ValueLayout.JAVA_BYTE,
        file.offsetOf(slot) + SlotLayout.KEY,
        key,
        0,
        layout.keyLength());
  }

  /** Four bytes of the slot's value as a little-endian number. */
  public int valueInt(int slot, int offsetInValue) {
    return file.mapping()
        .get(
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
            file.offsetOf(slot) + layout.valueOffset() + offsetInValue);
  }

  /** Writes key and value into a slot under a new meta word. */
  public void occupy(int slot, int meta, SlotContent content) {
    scratch.fill(content);
    scratch.storeChecksum(scratch.checksum(meta));
    MemorySegment mapping = file.mapping();
    long offset = file.offsetOf(slot);
    // A crash between the first and the last step leaves WRITING, and the log has the record.
    SlotLayout.META_WORD.setOpaque(mapping, offset, MetaWord.withStatus(meta, MetaWord.WRITING));
    VarHandle.storeStoreFence();
    MemorySegment.copy(
        scratch.bytes(),
        SlotLayout.CRC,
        mapping,
        ValueLayout.JAVA_BYTE,
        offset + SlotLayout.CRC,
        layout.usedSize() - SlotLayout.CRC);
    SlotLayout.META_WORD.setRelease(mapping, offset, meta);
    noteWritten(slot);
  }

  private void noteWritten(int slot) {
    if (!damaged.isEmpty()) {
      damaged.remove(slot);
    }
    if (!duplicates.isEmpty()) {
      duplicates.remove(slot);
    }
  }

  /** Writes only a slot's meta word: a deletion leaves the bytes as they are. */
  public void vacate(int slot, int meta) {
    SlotLayout.META_WORD.setRelease(file.mapping(), file.offsetOf(slot), meta);
    noteWritten(slot);
  }

  /** So many slots will be taken soon. */
  public void expect(int slots) {
    index.expect(slots);
  }

  /** Reads what writes of these keys will read, all at once. Any thread. */
  public void foresee(long[] hashes) {
    foreseen = Foresight.of(index, file, hashes);
  }

  /** Lets readers find a key in a slot. */
  public void addEntry(long hash, int slot) {
    index.add(hash, slot);
  }

  /** Readers no longer look for this hash in this slot. */
  public void removeEntry(long hash, int slot) {
    index.remove(hash, slot);
  }

  /** Takes the lowest free slot, or answers -1. */
  public int takeFree() {
    return allocator.take();
  }

  /** Takes this slot; nothing happens when it is taken. */
  public void take(int slot) {
    allocator.mark(slot);
  }

  /** Gives a slot back. */
  public void release(int slot) {
    allocator.free(slot);
  }

  /** Slots that are free. */
  public int free() {
    return allocator.free();
  }

  /** Slots that are taken. */
  public int taken() {
    return allocator.taken();
  }

  /** Slots that the writer may use: those of the file, but for what it has just grown by. */
  public int usable() {
    return allocator.slots();
  }

  /** Lets the writer use the slots that the file has grown by. */
  public void useGrownSlots() {
    allocator.grow(file.slotCount());
  }

  /** Slots whose checksums failed, and that were not written since. */
  public int damaged() {
    return damaged.size();
  }

  /**
   * Slots that held a key that another slot held as well, when the shard was opened or its slots
   * were reviewed, and that nobody has written to since. A power cut in {@code os} can leave that
   * behind, and a slot that was written to the wrong place.
   */
  public List<Integer> duplicates() {
    return List.copyOf(duplicates);
  }

  /** Checks one slot's checksum; a damaged one is counted from now on. Any thread. */
  public boolean check(int slot, SlotBuffer into) {
    if (isWhole(slot, into)) {
      return true;
    }
    damaged.add(slot);
    // A writer may have come in between, and taken it off a list that it was not on yet.
    boolean repaired = isWhole(slot, into);
    if (repaired) {
      damaged.remove(slot);
    }
    return repaired;
  }

  private boolean isWhole(int slot, SlotBuffer into) {
    return isWholeOrEmpty(slot, into) && !into.lostItsStatus();
  }

  /** Bytes of memory that index and free list take. */
  public long memoryBytes() {
    return index.bytes() + allocator.bytes();
  }

  /**
   * Reads all slots and makes index and free list from them.
   *
   * @param progress hears how many slots more were read
   */
  public void rebuild(IntConsumer progress) {
    census.rebuild(progress);
  }

  /** Goes on with an index that was kept, before anybody uses it. */
  public void adopt(KeptIndex kept) {
    allocator.adopt(kept.freeWords());
    damaged.addAll(kept.damaged());
    duplicates.addAll(kept.duplicates());
    index.adopt(kept, census.remaking());
  }

  /**
   * Keeps the index for the next opening, when nothing is written any more.
   *
   * @param reviewFrom the slot from which its review goes on
   */
  public void keep(Storage storage, Path path, IndexBinding binding, int reviewFrom)
      throws IOException {
    KeptIndex.write(
        storage,
        path,
        binding,
        new KeptIndex.Content(
            index.tables(),
            allocator.words(),
            List.copyOf(damaged),
            duplicates.stream().filter(census::isSecond).toList(),
            reviewFrom));
  }

  /** Checks what was not checked yet of an index that was kept. Any thread. */
  public void checkIndex() {
    index.tables();
  }

  /** True when an index that was kept turned out to be damaged, and was made from the slots. */
  public boolean keptIndexDamaged() {
    return index.keptDamaged();
  }

  /**
   * True when a slot is whole, and what index and free list say that it is. Any thread; one that
   * comes between two steps of the writer may be told that it is not.
   *
   * @param key room for a key
   */
  public boolean isAsKept(int slot, SlotBuffer into, byte[] key) {
    return census.isAsKept(slot, into, key);
  }

  /**
   * Makes index and free list what a slot says, and notes what is wrong with it. For the writer,
   * while nothing waits for the slot.
   */
  public void review(int slot) {
    census.review(slot);
  }

  /**
   * True when a slot was found to be the second of its key, and nobody has written to it or emptied
   * the other one since. For the writer.
   */
  public boolean isSecond(int slot) {
    return census.isSecond(slot);
  }

  void foundDamaged(int slot) {
    damaged.add(slot);
  }

  Set<Integer> damagedSlots() {
    return damaged;
  }

  void foundDuplicate(int slot) {
    duplicates.add(slot);
  }

  boolean isDuplicate(int slot) {
    return !duplicates.isEmpty() && duplicates.contains(slot);
  }

  /**
   * For whoever reads all slots in order, after each: the memory of pieces of the file in which no
   * slot is taken is given back, since nobody will read there soon. Other pieces stay: their
   * readers would have to fetch each page again.
   */
  public void unloadFreeBehind(int slot) {
    int end = slot + 1;
    if ((end & (piece - 1)) == 0 || end == file.slotCount()) {
      // The piece before once more: an access brings back pages on both sides of its own.
      int first = Math.max(0, end - 2 * piece);
      if (allFree(first, end)) {
        file.unload(first, end);
      }
    }
  }

  private boolean allFree(int first, int end) {
    for (int slot = first; slot < end; slot++) {
      if (storedMeta(slot) != MetaWord.FREE) {
        return false;
      }
    }
    return true;
  }
}
