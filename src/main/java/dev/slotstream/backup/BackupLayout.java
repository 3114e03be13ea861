package dev.slotstream.backup;

import java.util.zip.CRC32C;

/**
 * Where everything stands in a backup. Little-endian; an id is its 16 bytes as they come.
 *
 * <pre>
 * the file's beginning           a chunk
 * offset  bytes  field           offset  bytes  field
 *      0      4  "SLBK"               0      4  length of the whole chunk
 *      4      2  format version       4      4  CRC-32C of the length and all behind this field
 *      6      2  zero                 8      4  the CRC of the chunk before; 0 in the first
 *      8      …  chunks              12      1  kind
 *                                    13      1  shard; 0 where it is of none
 *                                    14      2  zero
 *                                    16      …  body, by kind
 * </pre>
 *
 * <pre>
 * 1 STORE      content u8 (0 exact, 1 framed), shards u8, prefix bits u8, zero u8, key length u16,
 *              value length u16, store id 16, made at u64 (seconds since 1970)
 * 2 SHARD      slots to scan u32, epochs e u32, start; e times: epoch u32, zero u32, first
 *              sequence u64
 * 3 SLOTS      first slot u32, slot behind the last u32, entries u32, damaged u32, seen; entries
 * 4 SCANNED    end
 * 5 RECORDS    epoch u32, entries u32, first sequence u64; entries, one for each sequence
 * 6 SHARD_END  slots u64, records u64, damaged u64, end
 * 7 END        slots u64, records u64, damaged u64, shards n u32, zero u32; n times: end
 * 8 BROKEN     length u16, reason; length u16, text
 *
 * start, seen, end   epoch u32, zero u32, sequence u64
 * an entry           slot u32, meta u32, key length u16, value length u16, key, value; both without
 *                    their trailing zeros; a damaged slot is WRITING and has neither
 * </pre>
 */
final class BackupLayout {
  static final int MAGIC = 0x4B424C53;
  static final int FORMAT_VERSION = 1;
  static final int PREFACE_SIZE = 8;

  static final int LENGTH = 0;
  static final int CRC = LENGTH + Integer.BYTES;
  static final int BEFORE = CRC + Integer.BYTES;
  static final int KIND = BEFORE + Integer.BYTES;
  static final int SHARD = KIND + 1;
  static final int BODY = SHARD + 1 + Short.BYTES;

  static final int STORE_SIZE = 8 + 16 + Long.BYTES;
  static final int POSITION_SIZE = 16;
  static final int EPOCH_SIZE = 16;
  static final int SHARD_SIZE = 8 + POSITION_SIZE;
  static final int SLOTS_SIZE = 16 + POSITION_SIZE;
  static final int SCANNED_SIZE = POSITION_SIZE;
  static final int RECORDS_SIZE = 16;
  static final int COUNTS_SIZE = 24;
  static final int SHARD_END_SIZE = COUNTS_SIZE + POSITION_SIZE;
  static final int END_SIZE = COUNTS_SIZE + 8;
  static final int ENTRY_SIZE = 12;

  /**
   * A chunk of entries ends with the entry that reaches this. A node sends one after the other with
   * pauses between: a short one keeps no write waiting.
   */
  static final int ENTRIES_TARGET = 16 << 10;

  /** Bytes of the longest chunk: above the target, by more than the longest entry. */
  static final int MAX_CHUNK = 512 << 10;

  /** What a chunk is. */
  enum Kind {
    STORE(1),
    SHARD(2),
    SLOTS(3),
    SCANNED(4),
    RECORDS(5),
    SHARD_END(6),
    END(7),
    BROKEN(8);

    private static final Kind[] ALL = values();
    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    byte code() {
      return code;
    }

    /** Null for a number that is none. */
    static Kind of(byte code) {
      for (Kind kind : ALL) {
        if (kind.code == code) {
          return kind;
        }
      }
      return null;
    }
  }

  private BackupLayout() {}

  /** The checksum of a whole chunk. */
  static int checksum(byte[] chunk) {
    CRC32C crc = new CRC32C();
    crc.update(chunk, LENGTH, Integer.BYTES);
    crc.update(chunk, BEFORE, chunk.length - BEFORE);
    return (int) crc.getValue();
  }
}
