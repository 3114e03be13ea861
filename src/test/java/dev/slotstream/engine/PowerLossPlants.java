package dev.slotstream.engine;

import dev.slotstream.engine.PowerLossRun.Plant;
import dev.slotstream.file.ForcingStorage;
import dev.slotstream.file.MappedFile;
import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.Storage;
import dev.slotstream.slot.MetaWord;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** Stores that break one rule each, for the test of what should find that. */
final class PowerLossPlants {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int SEGMENT_HEADER = 128;
  private static final int SLOT_HEADER = 4096;

  /** In OS a slot is written at once, and a write that demands the disk is answered after that. */
  static final Plant SLOTS_FIRST =
      new Plant(
          Durability.OS,
          true,
          true,
          disk ->
              new ForcingStorage(disk, (path, file, at, length) -> file.force(at, length)) {
                @Override
                public Optional<String> systemRun() {
                  return Optional.of("always the same"); // nor is the log begun anew
                }
              });

  /** In INTERVAL a write is answered before it is on the disk. */
  static final Plant ACKNOWLEDGED_FIRST = Plant.nothing(Durability.INTERVAL);

  static final Plant LOG_UNFORCED = unforced("redo");

  static final Plant SLOTS_UNFORCED = unforced("fixed");

  static final Plant DIRECTORIES_UNFORCED = new Plant(Durability.FSYNC, false, false, disk -> disk);

  static final Plant RECORDS_UNCHECKED =
      new Plant(
          Durability.INTERVAL, false, true, disk -> mended(disk, "redo", PowerLossPlants::seal));

  static final Plant SLOTS_UNCHECKED =
      new Plant(
          Durability.OS, false, true, disk -> mended(disk, "fixed", PowerLossPlants::sealSlots));

  private PowerLossPlants() {}

  private static Plant unforced(String name) {
    return new Plant(
        Durability.FSYNC,
        false,
        true,
        disk ->
            new ForcingStorage(
                disk,
                (path, file, at, length) -> {
                  if (!path.getFileName().toString().startsWith(name)) {
                    file.force(at, length);
                  }
                }));
  }

  /** What makes every checksum of a file fit, whatever it is of. */
  @FunctionalInterface
  private interface Mending {
    void mend(MemorySegment file, long length);
  }

  private static Storage mended(MemoryDisk disk, String name, Mending mending) {
    return new ForcingStorage(disk, (path, file, at, length) -> file.force(at, length)) {
      @Override
      public MappedFile open(Path path, long reserve) throws IOException {
        MappedFile file = super.open(path, reserve);
        if (path.getFileName().toString().startsWith(name)) {
          mending.mend(file.mapping(), file.length());
        }
        return file;
      }
    };
  }

  private static int checksum(Checksum checksum, MemorySegment bytes) {
    checksum.update(bytes.toArray(ValueLayout.JAVA_BYTE));
    return (int) checksum.getValue();
  }

  private static void seal(MemorySegment file, long end) {
    long at = SEGMENT_HEADER;
    while (at + 40 <= end) {
      int length = file.get(INT, at);
      if (length < 40 || length % 8 != 0 || at + length > end) {
        return;
      }
      file.set(INT, at + 4, checksum(new CRC32C(), file.asSlice(at + 8, length - 8L)));
      at += length;
    }
  }

  private static void sealSlots(MemorySegment file, long end) {
    int size = Short.toUnsignedInt(file.get(SHORT, 6));
    int used = file.get(SHORT, 12) + file.get(SHORT, 14);
    for (long at = SLOT_HEADER; at + size <= end; at += size) {
      int meta = file.get(INT, at);
      if (MetaWord.occupied(meta)) {
        file.set(INT, at + 4, meta);
        file.set(INT, at + 4, checksum(new CRC32(), file.asSlice(at + 4, 4L + used)));
      }
    }
  }
}
