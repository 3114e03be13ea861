package dev.slotstream.engine;

import dev.slotstream.engine.OfflineStore.Listener;
import dev.slotstream.file.Room;
import dev.slotstream.log.LogCheck;
import dev.slotstream.log.LogOptions;
import dev.slotstream.log.LogRecord;
import dev.slotstream.log.SegmentFacts;
import dev.slotstream.log.SegmentNames;
import dev.slotstream.slot.Checkpoint;
import dev.slotstream.slot.IndexBinding;
import dev.slotstream.slot.KeptIndex;
import dev.slotstream.slot.KeptIndexReader;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotFileException;
import dev.slotstream.slot.SlotFileFacts;
import dev.slotstream.slot.SlotFileReader;
import dev.slotstream.slot.SlotLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One shard of an {@link OfflineStore}, as the next opening would find it. Its header, history and
 * log are read when it is opened; its slots by {@link #forEach} and {@link #check}.
 *
 * <p>In memory: what the log says above the checkpoint, and four bytes a slot.
 */
public final class OfflineShard implements AutoCloseable {
  private static final UUID UNKNOWN = new UUID(0, 0);

  private final OfflineStore store;
  private final Listener listener;
  private final int number;
  private final Path directory;
  private Optional<SlotFileReader> slots = Optional.empty();
  private Optional<ShardHistory> history = Optional.empty();
  private List<SegmentFacts> segments = List.of();
  private final List<String> keptAside = new ArrayList<>();
  private LoggedSlots logged = LoggedSlots.none();

  /** Takes whole entries. */
  @FunctionalInterface
  public interface EntryVisitor {
    /**
     * One more; the buffer is reused: valid only during the call.
     *
     * @return false when no more are wanted
     */
    boolean entry(SlotBuffer slot);
  }

  private OfflineShard(OfflineStore store, int number) {
    this.store = store;
    this.listener = store.listener();
    this.number = number;
    this.directory = ShardFiles.directory(store.facts().directory(), number);
  }

  static OfflineShard open(OfflineStore store, int number) throws IOException {
    OfflineShard shard = new OfflineShard(store, number);
    if (!Files.isDirectory(shard.directory)) {
      shard.damage(shard.directory, -1, "directory of a shard is missing");
      return shard;
    }
    try {
      shard.read();
    } catch (IOException | RuntimeException e) {
      shard.close();
      throw e;
    }
    return shard;
  }

  private void read() throws IOException {
    lookAtFiles();
    readSlotFile();
    readHistory();
    boolean readable = slots.isPresent() && checkpoint().isPresent();
    if (readable) {
      readLog();
    } else {
      note(directory, -1, "log is not checked: its checkpoint is not known");
    }
  }

  private void lookAtFiles() throws IOException {
    for (Path path : store.storage().list(directory)) {
      String name = path.getFileName().toString();
      if (name.contains(".log.torn-")
          || name.startsWith("diverged-")
          || name.startsWith(ShardFiles.ASIDE_PREFIX)
          || name.startsWith(ShardFiles.DAMAGED_PREFIX)) {
        keptAside.add(name);
      } else if (!isRead(path) && !name.equals(HistoryFile.NAME) && !SegmentNames.isUsed(path)) {
        store.noteOther(path);
      }
    }
  }

  /** True for files of which every byte is read. */
  static boolean isRead(Path path) {
    return path.endsWith(SlotFileReader.NAME)
        || path.endsWith(KeptIndex.NAME)
        || SegmentNames.isSegment(path);
  }

  private void readSlotFile() throws IOException {
    Path path = directory.resolve(SlotFileReader.NAME);
    if (!Files.exists(path)) {
      damage(path, -1, "file is missing");
      return;
    }
    try {
      slots = Optional.of(SlotFileReader.open(directory));
    } catch (SlotFileException e) {
      damage(path, 0, e.getMessage());
      return;
    }
    new SlotHeaderCheck(store, number, slots.get()).run();
  }

  private void readHistory() throws IOException {
    Path path = directory.resolve(HistoryFile.NAME);
    if (!Files.exists(path)) {
      if (slots.isPresent() && slots.get().facts().adopted()) {
        damage(path, -1, "file is missing");
      }
      return;
    }
    try {
      history = Optional.of(HistoryFile.read(store.storage(), directory));
    } catch (EngineException e) {
      damage(path, -1, e.getMessage());
    }
  }

  private void readLog() throws IOException {
    SlotFileFacts header = slots.orElseThrow().facts();
    Checkpoint from = checkpoint().orElseThrow();
    boolean forgotten = header.changedByArmdb() || from.syncing();
    LoggedSlots slotsOfLog = new LoggedSlots(header.slots(), from.sequence());
    LogCheck check =
        new LogCheck(
            logOptions(header.layout()),
            from.sequence(),
            new LogCheck.Visitor() {
              @Override
              public void record(LogRecord record, Path file, long offset) {
                noteRecord(slotsOfLog, record, file, offset);
              }

              @Override
              public void damage(Path file, long offset, String what) {
                OfflineShard.this.damage(file, offset, what);
              }

              @Override
              public void note(Path file, long offset, String what) {
                OfflineShard.this.note(file, offset, what);
              }
            });
    segments = check.run(from.clean() || forgotten);
    segments.forEach(segment -> listener.read(segment.bytes()));
    if (!forgotten) {
      logged = slotsOfLog;
    } else if (!segments.isEmpty()) {
      note(
          directory,
          -1,
          "log is removed at the next opening: "
              + (from.syncing() ? "a full sync was broken off" : "armdb closed the store last"));
    }
  }

  private void noteRecord(LoggedSlots slotsOfLog, LogRecord record, Path file, long offset) {
    if (!slotsOfLog.note(record)) {
      damage(
          file,
          offset,
          "record names a slot out of range, sequence=%d slot=%d"
              .formatted(record.sequence(), record.slot()));
    }
  }

  private LogOptions logOptions(SlotLayout layout) {
    UUID storeId =
        history.map(ShardHistory::storeId).or(store.facts()::directoryId).orElse(UNKNOWN);
    return new LogOptions(
        store.storage(),
        directory,
        number,
        StoreIdentity.bytes(storeId),
        LogOptions.leastSegmentSize(layout.keyLength(), layout.valueLength()),
        Room.RESERVED,
        layout.keyLength(),
        layout.valueLength());
  }

  /** Its number, from 0. */
  public int number() {
    return number;
  }

  /** What the slot file's header says; empty when it cannot be read. */
  public Optional<SlotFileFacts> header() {
    return slots.map(SlotFileReader::facts);
  }

  /** The checkpoint that counts; empty when none can be read. */
  public Optional<Checkpoint> checkpoint() {
    return header().flatMap(SlotFileFacts::checkpoint);
  }

  /** Whose records it holds; empty when that cannot be read, or was never written. */
  public Optional<ShardHistory> history() {
    return history;
  }

  /** The log's files, in order. */
  public List<SegmentFacts> segments() {
    return segments;
  }

  /** Names of files with records that recovery or a full sync took out of the log. */
  public List<String> keptAside() {
    return List.copyOf(keptAside);
  }

  /**
   * Reads all slots, as they are once the log is replayed, and hands out the entries that are
   * whole. The others are told as damage.
   */
  public SlotCounts forEach(EntryVisitor visitor) {
    return slots.isEmpty()
        ? SlotCounts.NONE
        : new OfflineSlots(slots.get(), logged, listener).read(visitor);
  }

  /**
   * Reads all slots, and checks also that keys are where they belong, and nowhere else; then the
   * index that was kept, if there is one.
   */
  public SlotCounts check() {
    if (slots.isEmpty() || store.facts().shards() == 0) {
      return SlotCounts.NONE;
    }
    KeyPlaces places = new KeyPlaces(store, number, slots.get());
    SlotCounts counts = forEach(places);
    if (places.mayHaveDuplicates()) {
      new OfflineSlots(slots.get(), logged, finding -> {}).read(places.duplicates());
    }
    checkKeptIndex();
    return counts;
  }

  /** It holds nothing that the slots do not hold: whoever cannot use it reads them. */
  private void checkKeptIndex() {
    Path path = directory.resolve(KeptIndex.NAME);
    if (!Files.exists(path) || checkpoint().isEmpty()) {
      return;
    }
    try {
      Path slotFile = directory.resolve(SlotFileReader.NAME);
      KeptIndexReader.check(
          path,
          new IndexBinding(
              number,
              store.facts().directoryId().orElse(UNKNOWN),
              history.map(ShardHistory::storeId).orElse(UNKNOWN),
              checkpoint().get(),
              header().orElseThrow().layout(),
              segments.isEmpty() ? 0 : segments.getLast().lastSequence(),
              store.storage().lastChanged(slotFile)),
          new KeptIndexReader.Listener() {
            @Override
            public void damage(long offset, String what) {
              OfflineShard.this.damage(path, offset, what + ": the next opening reads all slots");
            }

            @Override
            public void unused(String why) {
              note(
                  path,
                  -1,
                  "kept index is not for this store, next opening reads all slots: " + why);
            }
          });
      listener.read(Files.size(path));
    } catch (IOException e) {
      throw new EngineException.IoFailed("kept index could not be read: " + e.getMessage(), e);
    }
  }

  private void damage(Path path, long offset, String what) {
    listener.found(Finding.damage(path, offset, what));
  }

  private void note(Path path, long offset, String what) {
    listener.found(Finding.note(path, offset, what));
  }

  @Override
  public void close() {
    if (slots.isPresent()) {
      try {
        slots.get().close();
      } catch (IOException e) {
        throw new EngineException.IoFailed("file could not be closed: " + e.getMessage(), e);
      }
    }
  }
}
