package dev.slotstream.engine;

import dev.slotstream.file.MappedFile;
import dev.slotstream.file.Room;
import dev.slotstream.file.Storage;
import dev.slotstream.log.LogOptions;
import dev.slotstream.log.SegmentNames;
import dev.slotstream.slot.Checkpoint;
import dev.slotstream.slot.IndexBinding;
import dev.slotstream.slot.KeptIndex;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotFile;
import dev.slotstream.slot.SlotFileReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One shard's directory.
 *
 * @param directoryId of the store's whole directory
 */
record ShardFiles(Storage storage, EngineOptions options, int shard, UUID directoryId) {
  static final String ASIDE_PREFIX = "before-armdb-";
  static final String DAMAGED_PREFIX = "damaged-";

  private static final Pattern DAMAGED_NAME = Pattern.compile(DAMAGED_PREFIX + "(\\d{1,9})-.*");

  private Path directory() {
    return directory(options.directory(), shard);
  }

  static Path directory(Path store, int shard) {
    return store.resolve("shard_%03d".formatted(shard));
  }

  SlotFile openSlots() throws IOException {
    storage.createDirectories(directory());
    return SlotFile.open(
        storage, directory(), options.shape().layout(), shard, options.growSlots());
  }

  /** When the slot file was changed last; to be asked while nobody has it open. 0 without one. */
  long slotsChangedNanos() throws IOException {
    Path slots = directory().resolve(SlotFileReader.NAME);
    return storage.exists(slots) ? storage.lastChanged(slots) : 0;
  }

  private Path keptIndex() {
    return directory().resolve(KeptIndex.NAME);
  }

  /** What binds an index to this shard as it is now. */
  private IndexBinding binding(
      UUID storeId, Checkpoint checkpoint, long lastSequence, long slotsChangedNanos) {
    return new IndexBinding(
        shard,
        directoryId,
        storeId,
        checkpoint,
        options.shape().layout(),
        lastSequence,
        slotsChangedNanos);
  }

  /** Looks for an index that was kept for a shard that is like this. */
  KeptIndex.Opening openKeptIndex(
      UUID storeId, Checkpoint checkpoint, long lastSequence, long slotsChangedNanos)
      throws IOException {
    return storage.exists(keptIndex())
        ? KeptIndex.open(
            storage, keptIndex(), binding(storeId, checkpoint, lastSequence, slotsChangedNanos))
        : KeptIndex.Opening.NONE;
  }

  /** Refuses an index that was kept, whatever it is; there may be none. */
  KeptIndex.Opening refuseKeptIndex(String why) {
    return storage.exists(keptIndex())
        ? KeptIndex.Opening.refused(keptIndex(), why)
        : KeptIndex.Opening.NONE;
  }

  /** The index is in use, or of no use: the next opening must not find it. */
  void deleteKeptIndex() throws IOException {
    storage.deleteUnfinished(keptIndex());
    if (storage.exists(keptIndex())) {
      storage.delete(keptIndex());
    }
  }

  /** Keeps the index of a shard that was closed; what cannot be kept is not left behind. */
  void keepIndex(ShardSlots slots, UUID storeId, long lastSequence, int reviewFrom)
      throws IOException {
    try {
      slots.keep(
          storage,
          keptIndex(),
          binding(storeId, slots.file().checkpoint(), lastSequence, slotsChangedNanos()),
          reviewFrom);
    } catch (IOException e) {
      try {
        deleteKeptIndex();
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  HistoryFile openHistory() throws IOException {
    return HistoryFile.open(storage, directory(), directoryId);
  }

  LogOptions logOptions(UUID storeId) {
    return new LogOptions(
        storage,
        directory(),
        shard,
        StoreIdentity.bytes(storeId),
        options.segmentSize(),
        switch (options.durability()) {
          case FSYNC -> Room.WRITTEN;
          case INTERVAL -> Room.RESERVED;
          case OS -> Room.STREAMED;
        },
        options.shape().layout().keyLength(),
        options.shape().layout().valueLength());
  }

  /** Deletes all segments. What recovery had cut off stays. */
  void deleteLog() throws IOException {
    for (Path segment : segments()) {
      storage.delete(segment);
    }
  }

  /** Lets no log find the segments any more; their records may be all that is left of writes. */
  void setLogAside() throws IOException {
    for (Path segment : segments()) {
      storage.rename(segment, segment.resolveSibling(ASIDE_PREFIX + segment.getFileName()));
    }
  }

  /**
   * Lets no log find the segments of a damaged log any more. They go oldest first: when not all of
   * them are gone, what is left does not reach back to the checkpoint.
   *
   * @return the files under their new names, in order; a number tells them from those of another
   *     time
   */
  List<Path> setDamagedLogAside() throws IOException {
    List<Path> kept = new ArrayList<>();
    int time = 1 + storage.list(directory()).stream().mapToInt(ShardFiles::timeOf).max().orElse(0);
    for (Path segment : segments()) {
      Path aside =
          segment.resolveSibling(DAMAGED_PREFIX + time + "-" + segment.getFileName().toString());
      storage.rename(segment, aside);
      kept.add(aside);
    }
    return kept;
  }

  /** The number in the name of a segment that was set aside for damage; 0 in any other name. */
  private static int timeOf(Path path) {
    Matcher name = DAMAGED_NAME.matcher(path.getFileName().toString());
    return name.matches() ? Integer.parseInt(name.group(1)) : 0;
  }

  /**
   * Copies segments that hold records which no other store has, under another name, where no log
   * looks for them. A whole segment is copied, so records before them can be in it, too.
   *
   * @param from the first record to keep
   * @param position of the last one, for the name: it must not hide what was kept before
   * @return the files, in order
   */
  List<Path> putAside(long from, ShardPosition position) throws IOException {
    List<Path> segments = segments().stream().filter(path -> !SegmentNames.isNext(path)).toList();
    List<Path> kept = new ArrayList<>();
    for (int s = 0; s < segments.size(); s++) {
      if (s + 1 == segments.size() || SegmentNames.firstSequence(segments.get(s + 1)) > from) {
        Path aside =
            directory()
                .resolve(
                    "diverged-%016x-%d-%016x.log"
                        .formatted(
                            SegmentNames.firstSequence(segments.get(s)),
                            position.epoch(),
                            position.sequence()));
        copy(segments.get(s), aside);
        kept.add(aside);
      }
    }
    return kept;
  }

  private void copy(Path from, Path to) throws IOException {
    try (MappedFile source = storage.open(from, 0);
        MappedFile target = storage.create(to, new byte[0], source.length(), source.length())) {
      MemorySegment.copy(source.mapping(), 0, target.mapping(), 0, source.length());
      target.force(0, source.length());
    }
  }

  private List<Path> segments() throws IOException {
    return storage.list(directory()).stream().filter(SegmentNames::isSegment).toList();
  }
}
