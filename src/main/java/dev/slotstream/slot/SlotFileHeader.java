package dev.slotstream.slot;

import dev.slotstream.slot.SlotFileException.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The first page of {@code fixed.data}. Little-endian; what is not named is zero.
 *
 * <pre>
 * offset  bytes  field
 *      0      4  "FIXD"
 *      4      2  format version: 2
 *      6      2  slot size
 *      8      4  slot count
 *     12      2  key length K
 *     14      2  value length V
 *     16      1  shard
 *     17      1  clean-shutdown flag of armdb; Slotstream writes 0
 *     64      4  "SLST": Slotstream has opened this file; absent in a file of armdb's
 *    512     36  checkpoint block A
 *   1024     36  checkpoint block B
 *
 * checkpoint block
 *      0      4  "CKPT"
 *      4      1  state: 0 normal, 1 syncing
 *      5      1  1 when closed cleanly
 *      6      2  zero
 *      8      8  generation
 *     16      8  sequence
 *     24      4  epoch
 *     28      4  slot count, 0 where it is not told
 *     32      4  CRC-32C of bytes 0 to 31
 * </pre>
 *
 * <p>The two blocks stand in sectors of their own and are written in turn: a torn one leaves the
 * other. The slot count that a valid block tells counts more than that of the header, which has no
 * checksum and which armdb reads. Source of bytes 0 to 17: armdb 0.1.14, {@code fixed/shard.rs}.
 */
final class SlotFileHeader {
  static final int SIZE = 4096;

  private static final int MAGIC_FIXD = 0x44584946;
  private static final int MAGIC_SLST = 0x54534C53;
  private static final int MAGIC_CKPT = 0x54504B43;
  private static final int FORMAT_VERSION = 2;

  private static final int MAGIC = 0;
  private static final int VERSION = MAGIC + 4;
  private static final int SLOT_SIZE = VERSION + 2;
  private static final int SLOT_COUNT = SLOT_SIZE + 2;
  private static final int KEY_LENGTH = SLOT_COUNT + 4;
  private static final int VALUE_LENGTH = KEY_LENGTH + 2;
  private static final int SHARD = VALUE_LENGTH + 2;
  private static final int ARMDB_CLEAN = SHARD + 1;
  private static final int SLST = 64;
  private static final int BLOCK_A = 512;
  private static final int BLOCK_B = 1024;

  private static final int BLOCK_MAGIC = 0;
  private static final int BLOCK_SYNCING = BLOCK_MAGIC + 4;
  private static final int BLOCK_CLEAN = BLOCK_SYNCING + 1;
  private static final int BLOCK_GENERATION = BLOCK_CLEAN + 3;
  private static final int BLOCK_SEQUENCE = BLOCK_GENERATION + 8;
  private static final int BLOCK_EPOCH = BLOCK_SEQUENCE + 8;
  private static final int BLOCK_SLOTS = BLOCK_EPOCH + 4;
  private static final int BLOCK_CRC = BLOCK_SLOTS + 4;
  private static final int BLOCK_SIZE = BLOCK_CRC + 4;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private SlotFileHeader() {}

  /** The page of a new file. */
  static byte[] create(SlotLayout layout, int shard, int slotCount) {
    ByteBuffer page = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    page.putInt(MAGIC, MAGIC_FIXD);
    page.putShort(VERSION, (short) FORMAT_VERSION);
    page.putShort(SLOT_SIZE, (short) layout.slotSize());
    page.putInt(SLOT_COUNT, slotCount);
    page.putShort(KEY_LENGTH, (short) layout.keyLength());
    page.putShort(VALUE_LENGTH, (short) layout.valueLength());
    page.put(SHARD, (byte) shard);
    page.putInt(SLST, MAGIC_SLST);
    page.put(BLOCK_A, encode(new Checkpoint(1, 0, 0, false, true, slotCount)));
    return page.array();
  }

  /** Checks the page against what the store is configured to be; answers the slot count. */
  static int check(MemorySegment page, SlotLayout layout, int shard, Path file)
      throws SlotFileException {
    checkFormat(page, file);
    same(file, "key length", page.get(SHORT, KEY_LENGTH), layout.keyLength());
    same(file, "value length", page.get(SHORT, VALUE_LENGTH), layout.valueLength());
    same(file, "slot size", page.get(SHORT, SLOT_SIZE), layout.slotSize());
    same(file, "shard", page.get(ValueLayout.JAVA_BYTE, SHARD) & 0xFF, shard);
    return slotCount(page, file);
  }

  private static void checkFormat(MemorySegment page, Path file) throws SlotFileException {
    if (page.get(INT, MAGIC) != MAGIC_FIXD) {
      throw new SlotFileException(
          Kind.FOREIGN, "not a slot file, file=%s offset=0".formatted(file));
    }
    int version = Short.toUnsignedInt(page.get(SHORT, VERSION));
    if (version != FORMAT_VERSION) {
      throw new SlotFileException(
          version > FORMAT_VERSION ? Kind.TOO_NEW : Kind.TOO_OLD,
          "format version differs, file=%s stored=%d readable=%d"
              .formatted(file, version, FORMAT_VERSION));
    }
  }

  private static int slotCount(MemorySegment page, Path file) throws SlotFileException {
    int slots = page.get(INT, SLOT_COUNT);
    if (slots < 0) {
      throw new SlotFileException(
          Kind.CORRUPT,
          "slot count out of range, file=%s stored=%s limit=%d"
              .formatted(file, Integer.toUnsignedString(slots), Integer.MAX_VALUE));
    }
    return slots;
  }

  private static void same(Path file, String field, int stored, int configured)
      throws SlotFileException {
    if ((stored & 0xFFFF) != configured) {
      throw new SlotFileException(
          Kind.MISMATCH,
          "%s differs, file=%s stored=%d configured=%d"
              .formatted(field, file, stored & 0xFFFF, configured));
    }
  }

  /** What a page says that is compared with no configuration, only with itself. */
  static SlotFileFacts read(MemorySegment page, Path file) throws SlotFileException {
    checkFormat(page, file);
    SlotLayout layout;
    try {
      layout = new SlotLayout(unsigned(page, KEY_LENGTH), unsigned(page, VALUE_LENGTH));
    } catch (IllegalArgumentException e) {
      throw new SlotFileException(
          Kind.CORRUPT, "%s, file=%s offset=%d".formatted(e.getMessage(), file, KEY_LENGTH));
    }
    if (unsigned(page, SLOT_SIZE) != layout.slotSize()) {
      throw new SlotFileException(
          Kind.CORRUPT,
          "slot size does not fit the lengths, file=%s offset=%d stored=%d expected=%d"
              .formatted(file, SLOT_SIZE, unsigned(page, SLOT_SIZE), layout.slotSize()));
    }
    return new SlotFileFacts(
        layout,
        slotCount(page, file),
        page.get(ValueLayout.JAVA_BYTE, SHARD) & 0xFF,
        adopted(page, file),
        closedByArmdb(page, file),
        block(page, BLOCK_A),
        block(page, BLOCK_B),
        firstUnexpected(page));
  }

  private static int unsigned(MemorySegment page, int offset) {
    return Short.toUnsignedInt(page.get(SHORT, offset));
  }

  private static SlotFileFacts.Block block(MemorySegment page, int offset) {
    boolean blank = firstUsed(page, offset, offset + BLOCK_SIZE) < 0;
    return new SlotFileFacts.Block(offset, blank, Optional.ofNullable(decode(page, offset)));
  }

  /** The first byte that is not zero although nothing stands there; -1 when all are. */
  private static int firstUnexpected(MemorySegment page) {
    int[] ends = {
      ARMDB_CLEAN + 1,
      SLST,
      SLST + 4,
      BLOCK_A,
      BLOCK_A + BLOCK_SIZE,
      BLOCK_B,
      BLOCK_B + BLOCK_SIZE,
      SIZE
    };
    for (int e = 0; e < ends.length; e += 2) {
      int used = firstUsed(page, ends[e], ends[e + 1]);
      if (used >= 0) {
        return used;
      }
    }
    return -1;
  }

  private static int firstUsed(MemorySegment page, int from, int to) {
    for (int at = from; at < to; at++) {
      if (page.get(ValueLayout.JAVA_BYTE, at) != 0) {
        return at;
      }
    }
    return -1;
  }

  /**
   * True when Slotstream has opened the file before.
   *
   * @throws SlotFileException for a mark that nobody writes: a log would be given up over it
   */
  static boolean adopted(MemorySegment page, Path file) throws SlotFileException {
    int mark = page.get(INT, SLST);
    if (mark != MAGIC_SLST && mark != 0) {
      throw damaged("mark of Slotstream", file, SLST);
    }
    return mark == MAGIC_SLST;
  }

  /**
   * True when armdb was the last to close the file.
   *
   * @throws SlotFileException for a flag that nobody writes: a log would be given up over it
   */
  static boolean closedByArmdb(MemorySegment page, Path file) throws SlotFileException {
    byte flag = page.get(ValueLayout.JAVA_BYTE, ARMDB_CLEAN);
    if (flag != 0 && flag != 1) {
      throw damaged("clean-shutdown flag", file, ARMDB_CLEAN);
    }
    return flag == 1;
  }

  private static SlotFileException damaged(String what, Path file, int offset) {
    return new SlotFileException(
        Kind.CORRUPT, "%s is damaged, file=%s offset=%d".formatted(what, file, offset));
  }

  /** Marks the file as Slotstream's. From now on armdb's own shutdown files do not count. */
  static void adopt(MemorySegment page) {
    page.set(ValueLayout.JAVA_BYTE, ARMDB_CLEAN, (byte) 0);
    page.set(INT, SLST, MAGIC_SLST);
  }

  static void writeSlotCount(MemorySegment page, int slots) {
    page.set(INT, SLOT_COUNT, slots);
  }

  /** The newer valid block, or null when neither is valid. */
  static Checkpoint newestCheckpoint(MemorySegment page) {
    Checkpoint a = decode(page, BLOCK_A);
    Checkpoint b = decode(page, BLOCK_B);
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.generation() > b.generation() ? a : b;
  }

  /** Writes into the block that the newest checkpoint is not in. */
  static void write(MemorySegment page, Checkpoint checkpoint) {
    int block = (checkpoint.generation() & 1) == 1 ? BLOCK_A : BLOCK_B;
    MemorySegment.copy(encode(checkpoint), 0, page, ValueLayout.JAVA_BYTE, block, BLOCK_SIZE);
  }

  private static byte[] encode(Checkpoint checkpoint) {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    block.putInt(BLOCK_MAGIC, MAGIC_CKPT);
    block.put(BLOCK_SYNCING, (byte) (checkpoint.syncing() ? 1 : 0));
    block.put(BLOCK_CLEAN, (byte) (checkpoint.clean() ? 1 : 0));
    block.putLong(BLOCK_GENERATION, checkpoint.generation());
    block.putLong(BLOCK_SEQUENCE, checkpoint.sequence());
    block.putInt(BLOCK_EPOCH, checkpoint.epoch());
    block.putInt(BLOCK_SLOTS, checkpoint.slots());
    block.putInt(BLOCK_CRC, crc(block.array()));
    return block.array();
  }

  private static Checkpoint decode(MemorySegment page, int offset) {
    byte[] bytes = page.asSlice(offset, BLOCK_SIZE).toArray(ValueLayout.JAVA_BYTE);
    ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (block.getInt(BLOCK_MAGIC) != MAGIC_CKPT || block.getInt(BLOCK_CRC) != crc(bytes)) {
      return null;
    }
    return new Checkpoint(
        block.getLong(BLOCK_GENERATION),
        block.getLong(BLOCK_SEQUENCE),
        block.getInt(BLOCK_EPOCH),
        block.get(BLOCK_SYNCING) != 0,
        block.get(BLOCK_CLEAN) != 0,
        block.getInt(BLOCK_SLOTS));
  }

  private static int crc(byte[] block) {
    CRC32C crc = new CRC32C();
    crc.update(block, 0, BLOCK_CRC);
    return (int) crc.getValue();
  }
}
