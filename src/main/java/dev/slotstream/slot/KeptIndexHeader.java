package dev.slotstream.slot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The header of a {@link KeptIndexLayout kept index} as it was read. */
final class KeptIndexHeader {
  private final byte[] page;
  private final ByteBuffer fields;

  /**
   * A header.
   *
   * @param page {@link KeptIndexLayout#HEADER_SIZE} bytes
   */
  KeptIndexHeader(byte[] page) {
    this.page = page;
    this.fields = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * What it says of a table.
   *
   * @param offset of its entries in the file
   */
  record Table(long offset, int homes, int spill, int used, int crc) {
    /** Bytes of its entries. */
    long bytes() {
      return ((long) homes + spill) * Long.BYTES;
    }
  }

  /** True when its checksum fits. All else that it says counts only then. */
  boolean isWhole() {
    return fields.getInt(KeptIndexLayout.HEADER_CRC) == KeptIndexLayout.headerCrc(page);
  }

  /** Offset of the first byte of the binding that is not as this one's, or -1. */
  int firstDifference(IndexBinding binding) {
    int bound = KeptIndexLayout.BINDING_SIZE;
    return Arrays.mismatch(page, 0, bound, KeptIndexLayout.bind(binding), 0, bound);
  }

  /** The first byte that should be zero and is not, or -1. */
  int firstStray() {
    for (int at = KeptIndexLayout.HEADER_CRC + Integer.BYTES; at < page.length; at++) {
      if (page[at] != 0) {
        return at;
      }
    }
    return -1;
  }

  /** Bytes of the whole file. */
  long fileBytes() {
    return fields.getLong(KeptIndexLayout.FILE_BYTES);
  }

  /** Slots that the index knows of. */
  int slots() {
    return fields.getInt(KeptIndexLayout.SLOTS);
  }

  /** How many of its findings are damaged slots. */
  int damaged() {
    return fields.getInt(KeptIndexLayout.DAMAGED);
  }

  /** How many of its findings are duplicates. */
  int duplicates() {
    return fields.getInt(KeptIndexLayout.DUPLICATES);
  }

  /** The slot from which the next review goes on. */
  int reviewFrom() {
    return fields.getInt(KeptIndexLayout.REVIEW_FROM);
  }

  /** Bytes of free list and findings, which follow the header. */
  long listsSize() {
    return KeptIndexLayout.listsSize(slots(), damaged() + duplicates());
  }

  /** The checksum of free list and findings. */
  int listsCrc() {
    return fields.getInt(KeptIndexLayout.LISTS_CRC);
  }

  Table table(int t) {
    int at = KeptIndexLayout.TABLES + t * KeptIndexLayout.TABLE_SIZE;
    return new Table(
        fields.getLong(at + KeptIndexLayout.TABLE_OFFSET),
        fields.getInt(at + KeptIndexLayout.TABLE_HOMES),
        fields.getInt(at + KeptIndexLayout.TABLE_SPILL),
        fields.getInt(at + KeptIndexLayout.TABLE_USED),
        fields.getInt(at + KeptIndexLayout.TABLE_CRC));
  }
}
