package dev.slotstream.slot;

import dev.slotstream.file.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An index with its free list as a shard was closed with it, read from {@link KeptIndexLayout its
 * file}. Header, free list and findings are checked when it is opened; a table when it is asked for
 * first: of a large index an opening touches nothing but these few pages. Any thread.
 *
 * <p>Tables are mapped privately: the shard goes on in their memory, and the file is of no use once
 * the shard is open.
 */
public final class KeptIndex {
  /** The file's name in its shard's directory. */
  public static final String NAME = "index.kept";

  private final MemorySegment file;
  private final KeptIndexHeader header;
  private final ByteBuffer lists;

  private KeptIndex(MemorySegment file, KeptIndexHeader header, ByteBuffer lists) {
    this.file = file;
    this.header = header;
    this.lists = lists;
  }

  /**
   * What came of looking for a kept index.
   *
   * @param refusal why the one that is there is not taken; empty where there is none
   */
  public record Opening(Optional<KeptIndex> index, Optional<String> refusal) {
    /** There is no file. */
    public static final Opening NONE = new Opening(Optional.empty(), Optional.empty());

    /** It is there, and not taken. */
    public static Opening refused(Path path, String why) {
      return new Opening(
          Optional.empty(),
          Optional.of("kept index is not used, file=%s: %s".formatted(path, why)));
    }
  }

  /**
   * Content of a kept index.
   *
   * @param freeWords the free list
   * @param reviewFrom the slot from which the next review goes on
   */
  record Content(
      List<IndexTable> tables,
      long[] freeWords,
      List<Integer> damaged,
      List<Integer> duplicates,
      int reviewFrom) {}

  /** Writes the file, and brings it to the disk. */
  static void write(Storage storage, Path path, IndexBinding binding, Content content)
      throws IOException {
    int findings = content.damaged().size() + content.duplicates().size();
    int slotCount = binding.checkpoint().slots();
    byte[] listed = new byte[(int) KeptIndexLayout.listsSize(slotCount, findings)];
    ByteBuffer lists = littleEndian(listed);
    lists.asLongBuffer().put(content.freeWords());
    lists.position((int) KeptIndexLayout.freeListSize(slotCount));
    content.damaged().forEach(lists::putInt);
    content.duplicates().forEach(lists::putInt);
    byte[] page = KeptIndexLayout.bind(binding);
    ByteBuffer header = littleEndian(page);
    header.putInt(KeptIndexLayout.DAMAGED, content.damaged().size());
    header.putInt(KeptIndexLayout.DUPLICATES, content.duplicates().size());
    header.putInt(KeptIndexLayout.REVIEW_FROM, content.reviewFrom());
    header.putInt(KeptIndexLayout.LISTS_CRC, KeptIndexLayout.crc(MemorySegment.ofArray(listed)));
    List<MemorySegment> pieces = new ArrayList<>();
    pieces.add(MemorySegment.ofArray(page));
    pieces.add(MemorySegment.ofArray(listed));
    long offset = (long) KeptIndexLayout.HEADER_SIZE + listed.length;
    for (int t = 0; t < content.tables().size(); t++) {
      IndexTable table = content.tables().get(t);
      int entry = KeptIndexLayout.TABLES + t * KeptIndexLayout.TABLE_SIZE;
      header.putLong(entry + KeptIndexLayout.TABLE_OFFSET, offset);
      header.putInt(entry + KeptIndexLayout.TABLE_HOMES, table.homes());
      header.putInt(entry + KeptIndexLayout.TABLE_SPILL, table.spill());
      header.putInt(entry + KeptIndexLayout.TABLE_USED, table.used());
      header.putInt(entry + KeptIndexLayout.TABLE_CRC, KeptIndexLayout.crc(table.entries()));
      pieces.add(table.entries());
      offset += table.bytes();
    }
    header.putLong(KeptIndexLayout.FILE_BYTES, offset);
    header.putInt(KeptIndexLayout.HEADER_CRC, KeptIndexLayout.headerCrc(page));
    storage.replace(path, pieces);
  }

  /** Opens the file, when it is whole so far, and made for what it is wanted for. */
  public static Opening open(Storage storage, Path path, IndexBinding binding) throws IOException {
    MemorySegment file = storage.mapPrivately(path);
    if (file.byteSize() < KeptIndexLayout.HEADER_SIZE) {
      return Opening.refused(path, "it is shorter than a header, length=" + file.byteSize());
    }
    try {
      return open(file, path, binding);
    } catch (InternalError e) {
      return Opening.refused(path, "it could not be read: " + e.getMessage()); // a page of it
    }
  }

  private static Opening open(MemorySegment file, Path path, IndexBinding binding) {
    KeptIndexHeader header =
        new KeptIndexHeader(
            file.asSlice(0, KeptIndexLayout.HEADER_SIZE).toArray(ValueLayout.JAVA_BYTE));
    if (!header.isWhole()) {
      return Opening.refused(path, "its header is damaged");
    }
    int differs = header.firstDifference(binding);
    if (differs >= 0) {
      return Opening.refused(
          path,
          "it belongs to something else, offset=%d: %s"
              .formatted(differs, KeptIndexLayout.fieldAt(differs)));
    }
    if (header.fileBytes() != file.byteSize()) {
      return Opening.refused(
          path,
          "its length is wrong, length=%d expected=%d"
              .formatted(file.byteSize(), header.fileBytes()));
    }
    byte[] lists =
        file.asSlice(KeptIndexLayout.HEADER_SIZE, header.listsSize())
            .toArray(ValueLayout.JAVA_BYTE);
    if (KeptIndexLayout.crc(MemorySegment.ofArray(lists)) != header.listsCrc()) {
      return Opening.refused(path, "its free list is damaged");
    }
    return new Opening(
        Optional.of(new KeptIndex(file, header, littleEndian(lists))), Optional.empty());
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** One table, ready for use; empty when it is damaged. */
  Optional<IndexTable> table(int t) {
    KeptIndexHeader.Table table = header.table(t);
    MemorySegment entries = file.asSlice(table.offset(), table.bytes());
    try {
      if (KeptIndexLayout.crc(entries) != table.crc()) {
        return Optional.empty();
      }
    } catch (InternalError e) {
      return Optional.empty(); // a page that the disk could not read
    }
    return Optional.of(new IndexTable(entries, table.homes(), table.spill(), table.used()));
  }

  /** Bytes of a table's entries. */
  long tableBytes(int t) {
    return header.table(t).bytes();
  }

  /** The slot from which the review of this opening goes on. */
  public int reviewFrom() {
    return header.reviewFrom();
  }

  /** The free list: a bit a slot. */
  long[] freeWords() {
    long[] words = new long[SlotAllocator.wordsFor(header.slots())];
    lists.asLongBuffer().get(words);
    return words;
  }

  List<Integer> damaged() {
    return findings(0, header.damaged());
  }

  List<Integer> duplicates() {
    return findings(header.damaged(), header.duplicates());
  }

  private List<Integer> findings(int first, int count) {
    int at = (int) KeptIndexLayout.freeListSize(header.slots());
    List<Integer> slots = new ArrayList<>();
    for (int f = first; f < first + count; f++) {
      slots.add(lists.getInt(at + f * Integer.BYTES));
    }
    return slots;
  }
}
