package dev.slotstream.slot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * {@code index.kept} of one shard: what its opening would make from all slots, as it was when the
 * shard was closed. Little-endian; what is not named is zero.
 *
 * <pre>
 * offset  bytes  field
 *      0      4  "SLIX"
 *      4      2  format version: 1
 *      6      1  shard
 *      7      1  zero
 *      8     16  id of the directory
 *     24     16  store id
 *     40      8  generation of the slot file's checkpoint
 *     48      8  its sequence
 *     56      4  its epoch
 *     60      4  its slot count n
 *     64      2  key length K
 *     66      2  value length V
 *     68      4  zero
 *     72      8  sequence of the log's last record
 *     80      8  when the slot file was changed last, nanoseconds since 1970
 *     88      8  bytes of this file
 *     96      4  damaged slots d
 *    100      4  duplicate slots p
 *    104      4  slot from which the next review goes on
 *    108      4  CRC-32C of free list and findings
 *    112   6144  256 tables, 24 bytes each
 *   6256      4  CRC-32C of everything before it
 *   8192      …  free list: a bit a slot, 1 taken, in words of 8 bytes
 *      …      4  d times: a damaged slot; then p times: a duplicate slot
 *      …      …  zeros to a multiple of 8
 *      …      …  tables: entries as in {@link IndexTable}
 *
 * table
 *      0      8  offset of its entries
 *      8      4  homes
 *     12      4  spill places
 *     16      4  entries that are used
 *     20      4  CRC-32C of its entries
 * </pre>
 *
 * <p>Bytes 0 to 87 bind it to one slot file and one log: see {@link IndexBinding}.
 */
final class KeptIndexLayout {
  static final int HEADER_SIZE = 8192;
  static final int TABLE_COUNT = KeyIndex.TABLES;
  static final int FORMAT_VERSION = 1;

  private static final int MAGIC_VALUE = 0x58494C53;

  static final int MAGIC = 0;
  static final int VERSION = MAGIC + 4;
  static final int SHARD = VERSION + 2;
  static final int DIRECTORY_ID = SHARD + 2;
  static final int STORE_ID = DIRECTORY_ID + 16;
  static final int GENERATION = STORE_ID + 16;
  static final int SEQUENCE = GENERATION + 8;
  static final int EPOCH = SEQUENCE + 8;
  static final int SLOTS = EPOCH + 4;
  static final int KEY_LENGTH = SLOTS + 4;
  static final int VALUE_LENGTH = KEY_LENGTH + 2;
  static final int LAST_SEQUENCE = VALUE_LENGTH + 6;
  static final int SLOTS_CHANGED = LAST_SEQUENCE + 8;
  static final int BINDING_SIZE = SLOTS_CHANGED + 8;
  static final int FILE_BYTES = BINDING_SIZE;
  static final int DAMAGED = FILE_BYTES + 8;
  static final int DUPLICATES = DAMAGED + 4;
  static final int REVIEW_FROM = DUPLICATES + 4;
  static final int LISTS_CRC = REVIEW_FROM + 4;
  static final int TABLES = LISTS_CRC + 4;
  static final int TABLE_SIZE = 24;
  static final int HEADER_CRC = TABLES + TABLE_COUNT * TABLE_SIZE;

  static final int TABLE_OFFSET = 0;
  static final int TABLE_HOMES = TABLE_OFFSET + 8;
  static final int TABLE_SPILL = TABLE_HOMES + 4;
  static final int TABLE_USED = TABLE_SPILL + 4;
  static final int TABLE_CRC = TABLE_USED + 4;

  static {
    if (HEADER_CRC + 4 > HEADER_SIZE || TABLE_CRC + 4 != TABLE_SIZE || TABLES % 8 != 0) {
      throw new AssertionError("layout of the kept index");
    }
  }

  private KeptIndexLayout() {}

  /** A header that says what the index belongs to, and nothing else yet. */
  static byte[] bind(IndexBinding binding) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(MAGIC, MAGIC_VALUE).putShort(VERSION, (short) FORMAT_VERSION);
    header.put(SHARD, (byte) binding.shard());
    header.put(DIRECTORY_ID, bytes(binding.directoryId()));
    header.put(STORE_ID, bytes(binding.storeId()));
    header.putLong(GENERATION, binding.checkpoint().generation());
    header.putLong(SEQUENCE, binding.checkpoint().sequence());
    header.putInt(EPOCH, binding.checkpoint().epoch());
    header.putInt(SLOTS, binding.checkpoint().slots());
    header.putShort(KEY_LENGTH, (short) binding.layout().keyLength());
    header.putShort(VALUE_LENGTH, (short) binding.layout().valueLength());
    header.putLong(LAST_SEQUENCE, binding.lastSequence());
    header.putLong(SLOTS_CHANGED, binding.slotsChangedNanos());
    return header.array();
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  /** The checksum that a header should have. */
  static int headerCrc(byte[] header) {
    return crc(MemorySegment.ofArray(header).asSlice(0, HEADER_CRC));
  }

  /** What the field of the binding at an offset says. */
  static String fieldAt(int offset) {
    int[] ends = {VERSION, SHARD, DIRECTORY_ID, STORE_ID, GENERATION, SEQUENCE, EPOCH, SLOTS};
    String[] names = {
      "magic", "format version", "shard", "directory", "store", "generation", "sequence", "epoch"
    };
    for (int f = 0; f < ends.length; f++) {
      if (offset < ends[f]) {
        return names[f];
      }
    }
    if (offset < LAST_SEQUENCE) {
      return offset < KEY_LENGTH ? "slot count" : "field lengths";
    }
    return offset < SLOTS_CHANGED ? "last sequence" : "time of the slot file";
  }

  /** Bytes of the free list. */
  static long freeListSize(int slots) {
    return (long) SlotAllocator.wordsFor(slots) * Long.BYTES;
  }

  /** Bytes of free list and findings, up to the first table. */
  static long listsSize(int slots, int findings) {
    long bytes = freeListSize(slots) + (long) findings * Integer.BYTES;
    return Math.ceilDiv(bytes, Long.BYTES) * Long.BYTES;
  }

  /** The checksum of a part of the file. */
  static int crc(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    crc.update(
        bytes.isNative()
            ? bytes.asByteBuffer()
            : ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE)));
    return (int) crc.getValue();
  }
}
