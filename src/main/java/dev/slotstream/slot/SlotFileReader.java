package dev.slotstream.slot;

import dev.slotstream.file.FileWindow;
import dev.slotstream.slot.SlotFileException.Kind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A slot file that nobody has open, read slot by slot without changing a byte of it. Takes whatever
 * shape the file says it has. One thread.
 */
public final class SlotFileReader implements AutoCloseable {
  /** The file's name in its shard's directory. */
  public static final String NAME = SlotFile.NAME;

  private final FileWindow window;
  private final SlotFileFacts facts;

  private SlotFileReader(FileWindow window, SlotFileFacts facts) {
    this.window = window;
    this.facts = facts;
  }

  /**
   * Opens the slot file of a shard's directory.
   *
   * @throws SlotFileException when it is none, or its header contradicts itself
   */
  public static SlotFileReader open(Path shardDirectory) throws IOException {
    Path path = shardDirectory.resolve(NAME);
    FileWindow window = FileWindow.open(path);
    try {
      if (window.length() < SlotFileHeader.SIZE) {
        throw new SlotFileException(
            Kind.FOREIGN,
            "file is shorter than a header, file=%s length=%d expected=%d"
                .formatted(path, window.length(), SlotFileHeader.SIZE));
      }
      window.at(0, SlotFileHeader.SIZE);
      byte[] page = Arrays.copyOf(window.bytes(), SlotFileHeader.SIZE);
      return new SlotFileReader(window, SlotFileHeader.read(MemorySegment.ofArray(page), path));
    } catch (IOException | RuntimeException e) {
      window.close();
      throw e;
    }
  }

  /** The file. */
  public Path path() {
    return window.path();
  }

  /** Bytes of the file. */
  public long bytes() {
    return window.length();
  }

  /** What its header says. */
  public SlotFileFacts facts() {
    return facts;
  }

  /** Slots that are there as a whole: fewer than the header counts when the file is too short. */
  public int readableSlots() {
    long whole = (window.length() - SlotFileHeader.SIZE) / facts.layout().slotSize();
    return (int) Math.min(facts.slots(), whole);
  }

  /** Where a slot begins in the file. */
  public long offsetOf(int slot) {
    return SlotFileHeader.SIZE + (long) slot * facts.layout().slotSize();
  }

  /** Reads a slot; answers its meta word. */
  public int read(int slot, SlotBuffer into) throws IOException {
    int used = facts.layout().usedSize();
    int at = window.at(offsetOf(slot), used);
    System.arraycopy(window.bytes(), at, into.bytes(), 0, used);
    int meta = into.readMeta();
    into.identify(slot, meta);
    return meta;
  }

  /** Where the slots end that both numbers in the header count. */
  public long countedEnd() {
    return offsetOf(Math.min(facts.slots(), facts.countedSlots()));
  }

  /**
   * Offset of the first byte behind {@link #countedEnd} that is not zero; -1 when there is none.
   */
  public long usedBehindSlots() throws IOException {
    for (long at = countedEnd(); at < window.length(); at++) {
      if (window.bytes()[window.at(at, 1)] != 0) {
        return at;
      }
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    window.close();
  }
}
