package dev.slotstream.slot;

import dev.slotstream.file.MappedFile;
import dev.slotstream.file.Room;
import dev.slotstream.file.Storage;
import dev.slotstream.slot.Checkpoint.SyncEdge;
import dev.slotstream.slot.SlotFileException.Kind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * {@code fixed.data} of one shard: its header page and its slots, and the only owner of their
 * mapping. Slots are read and written by {@link ShardSlots}; this class opens, grows, forces and
 * closes.
 *
 * <p>Threads: grown, checkpointed and closed by one thread at a time, beside readers and the
 * shard's writer.
 */
public final class SlotFile implements AutoCloseable {
  static final String NAME = "fixed.data";
  private static final long MIN_RESERVE = 1L << 30;
  private static final int RESERVE_FACTOR = 4;

  private final SlotLayout layout;
  private final MappedFile file;
  private final boolean foreignChanges;

  /** Taken by whoever writes a checkpoint block: the checkpointer, and the one that grows. */
  private final Object header = new Object();

  private volatile int slotCount;
  private volatile Checkpoint checkpoint;

  private SlotFile(SlotLayout layout, MappedFile file, Path path, int shard) throws IOException {
    MemorySegment page = page(file, path);
    this.layout = layout;
    this.file = file;
    int counted = SlotFileHeader.check(page, layout, shard, path);
    requireSlots(counted, path);
    boolean adopted = SlotFileHeader.adopted(page, path);
    this.foreignChanges = SlotFileHeader.closedByArmdb(page, path) || !adopted;
    this.checkpoint = adopted ? SlotFileHeader.newestCheckpoint(page) : Checkpoint.NONE;
    if (checkpoint == null) {
      throw new SlotFileException(Kind.CORRUPT, "both checkpoint blocks are damaged, file=" + path);
    }
    this.slotCount = foreignChanges || checkpoint.slots() == 0 ? counted : checkpoint.slots();
    requireSlots(slotCount, path);
    // A crash while growing can leave the two numbers a growth apart: those slots are unused then.
    cutUncounted(Math.min(counted, slotCount), path);
    SlotFileHeader.writeSlotCount(page, slotCount);
    if (foreignChanges) {
      file.fillHoles();
    }
  }

  private void requireSlots(int slots, Path path) throws SlotFileException {
    if (file.length() < endOf(slots)) {
      throw new SlotFileException(
          Kind.CORRUPT,
          "file is shorter than its header says, file=%s length=%d expected=%d slots=%d"
              .formatted(path, file.length(), endOf(slots), slots));
    }
  }

  /** A crash while growing leaves bytes that no header counts. They are zeros, or holes. */
  private void cutUncounted(int counted, Path path) throws IOException {
    long end = endOf(counted);
    long excess = file.length() - end;
    MemorySegment uncounted = file.mapping().asSlice(end, excess);
    for (long at = 0; at < excess; at++) {
      if (uncounted.get(ValueLayout.JAVA_BYTE, at) != 0) {
        throw new SlotFileException(
            Kind.CORRUPT,
            "file goes on behind the slots its header counts, file=%s length=%d expected=%d slots=%d"
                .formatted(path, file.length(), end, counted));
      }
    }
    file.cut(endOf(slotCount));
  }

  private static MemorySegment page(MappedFile file, Path path) throws SlotFileException {
    if (file.length() < SlotFileHeader.SIZE) {
      throw new SlotFileException(
          Kind.FOREIGN,
          "file is shorter than a header, file=%s length=%d expected=%d"
              .formatted(path, file.length(), SlotFileHeader.SIZE));
    }
    return file.mapping();
  }

  /** Opens a shard's slot file, or creates it with this many slots. */
  public static SlotFile open(
      Storage storage, Path directory, SlotLayout layout, int shard, int newSlots)
      throws IOException {
    Path path = directory.resolve(NAME);
    long newLength = SlotFileHeader.SIZE + (long) newSlots * layout.slotSize();
    long reserve = Math.max(MIN_RESERVE, newLength * RESERVE_FACTOR);
    MappedFile file =
        storage.exists(path)
            ? storage.open(path, reserve)
            : storage.create(
                path, SlotFileHeader.create(layout, shard, newSlots), newLength, reserve);
    try {
      SlotFile slots = new SlotFile(layout, file, path, shard);
      // What a killed process left may be in the kernel's memory only. Whoever opens the file acts
      // on what its header says, and may delete a log over it: from here on it is on disk.
      file.force(0, SlotFileHeader.SIZE);
      return slots;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** The layout of its slots. */
  public SlotLayout layout() {
    return layout;
  }

  /** Slots that may be used; grows, never shrinks. */
  public int slotCount() {
    return slotCount;
  }

  /** Bytes of the file. */
  public long bytes() {
    return file.length();
  }

  /** The newest checkpoint. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** True when armdb was the last to close the file: a log beside it tells of another past. */
  public boolean changedByArmdb() {
    return foreignChanges;
  }

  MemorySegment mapping() {
    return file.mapping();
  }

  long offsetOf(int slot) {
    return SlotFileHeader.SIZE + (long) slot * layout.slotSize();
  }

  /** Gives back the memory of slots that nobody will read soon: see {@link MappedFile#unload}. */
  void unload(int first, int end) {
    file.unload(offsetOf(first), offsetOf(end) - offsetOf(first));
  }

  private long endOf(int slots) {
    return offsetOf(slots);
  }

  /**
   * Adds slots. Their room is on the disk before the header counts them, in both its places, so a
   * crash in between leaves a file that is only too long.
   *
   * @throws dev.slotstream.file.NoSpaceException when the disk is full; nothing has changed
   */
  public void grow(int newCount) throws IOException {
    if (newCount <= slotCount) {
      return;
    }
    file.extend(endOf(newCount), Room.RESERVED);
    synchronized (header) {
      SlotFileHeader.writeSlotCount(file.mapping(), newCount);
      write(checkpoint.grown(newCount));
    }
    slotCount = newCount;
  }

  /** Declares the file in use, before the first write to a slot: not clean, Slotstream's. */
  public void markInUse(long sequence, int epoch) throws IOException {
    // The mark goes last: a page that is torn here still has no mark, or has a valid block.
    writeCheckpoint(sequence, epoch, false);
    SlotFileHeader.adopt(file.mapping());
    file.force(0, SlotFileHeader.SIZE);
  }

  /**
   * Forces all slots and then records that they hold everything up to {@code sequence}. The caller
   * has seen to it that those records are in their slots; later ones may be, too.
   */
  public void checkpoint(long sequence, int epoch, boolean clean) throws IOException {
    // 1. The slots reach the disk. 2. Only then does the header claim that they did.
    file.force(SlotFileHeader.SIZE, file.length() - SlotFileHeader.SIZE);
    writeCheckpoint(sequence, epoch, clean);
  }

  /** Brings the slots to the disk, as they stand; the header claims nothing. */
  public void force() throws IOException {
    file.force(SlotFileHeader.SIZE, file.length() - SlotFileHeader.SIZE);
  }

  /** Declares the slots a mixture, on disk, before the first slot of a full sync is written. */
  public void beginSync(long sequence, int epoch) throws IOException {
    synchronized (header) {
      write(checkpoint.next(sequence, epoch, SyncEdge.BEGINS).withSlots(slotCount));
    }
  }

  /** Forces all slots and then declares that they hold everything up to {@code sequence}. */
  public void endSync(long sequence, int epoch) throws IOException {
    file.force(SlotFileHeader.SIZE, file.length() - SlotFileHeader.SIZE);
    synchronized (header) {
      write(checkpoint.next(sequence, epoch, SyncEdge.ENDS).withSlots(slotCount));
    }
  }

  private void writeCheckpoint(long sequence, int epoch, boolean clean) throws IOException {
    synchronized (header) {
      write(checkpoint.next(sequence, epoch, clean).withSlots(slotCount));
    }
  }

  /** Under the header's lock: one block is on the disk before the other is written again. */
  private void write(Checkpoint next) throws IOException {
    SlotFileHeader.write(file.mapping(), next);
    file.force(0, SlotFileHeader.SIZE);
    checkpoint = next;
  }

  @Override
  public void close() {
    file.close();
  }
}
