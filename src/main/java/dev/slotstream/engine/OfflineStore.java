package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.InUse;
import dev.slotstream.engine.EngineException.IoFailed;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.StoreIdentity.DbMeta;
import dev.slotstream.engine.StoreIdentity.OwnMeta;
import dev.slotstream.file.AlreadyLockedException;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.Storage;
import dev.slotstream.slot.SlotFileFacts;
import dev.slotstream.slot.SlotFileReader;
import dev.slotstream.slot.SlotLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A store that nobody runs, read without changing a byte of it: not replayed, not repaired, not
 * begun. While it is read nobody can open it. What is wrong with it is told to the listener, and
 * what can be read is read nevertheless. One thread.
 */
public final class OfflineStore implements AutoCloseable {
  private static final Pattern SHARD = Pattern.compile("shard_[0-9]{3}");
  private static final Pattern RUN = Pattern.compile("(fsync|interval|os .+)\n");
  private static final List<String> OWN_FILES =
      List.of(
          StoreIdentity.DB_META,
          StoreIdentity.SLOTSTREAM_META,
          LastRun.NAME,
          OpenedStore.LOCK_FILE);

  private final Path directory;
  private final Storage storage = new DiskStorage();
  private final Listener listener;
  private final AutoCloseable lock;
  private final StoreFacts facts;

  /** Hears what reading a store brings to light. */
  public interface Listener {
    /** Something is not as it should be. */
    void found(Finding finding);

    /** So many bytes more were read. */
    default void read(long bytes) {}
  }

  private OfflineStore(Path directory, Listener listener, AutoCloseable lock) throws IOException {
    this.directory = directory;
    this.listener = listener;
    this.lock = lock;
    this.facts = readFacts();
    lookForOthers();
  }

  /**
   * Opens a directory for reading.
   *
   * @throws EngineException when it is no store's, cannot be read, or is in use
   */
  public static OfflineStore open(Path directory, Listener listener) {
    try {
      if (!Files.isDirectory(directory)) {
        throw new IoFailed("no such directory, directory=" + directory, null);
      }
      if (!Files.exists(directory.resolve(StoreIdentity.DB_META))
          && !Files.exists(directory.resolve(StoreIdentity.SLOTSTREAM_META))
          && !Files.exists(ShardFiles.directory(directory, 0))) {
        throw new IoFailed("no store is in this directory, directory=" + directory, null);
      }
      RestoreMark.refuse(new DiskStorage(), directory);
      AutoCloseable lock = DiskStorage.lockForReading(directory.resolve(OpenedStore.LOCK_FILE));
      try {
        return new OfflineStore(directory, listener, lock);
      } catch (IOException | RuntimeException e) {
        release(lock);
        throw e;
      }
    } catch (AlreadyLockedException e) {
      throw new InUse(e.getMessage(), e);
    } catch (IOException e) {
      throw new IoFailed("store could not be read: " + e.getMessage(), e);
    }
  }

  private StoreFacts readFacts() throws IOException {
    Optional<DbMeta> dbMeta = readDbMeta();
    Optional<OwnMeta> own = readOwnMeta();
    int directories = countShards();
    int shards = dbMeta.map(DbMeta::shards).or(() -> own.map(OwnMeta::shards)).orElse(directories);
    if (dbMeta.isPresent() && own.isPresent() && own.get().shards() != shards) {
      damage(
          directory.resolve(StoreIdentity.SLOTSTREAM_META),
          -1,
          "shard count differs from db.meta's, here=%d there=%d"
              .formatted(own.get().shards(), shards));
    }
    return new StoreFacts(
        directory,
        own.map(OwnMeta::id),
        own.map(OwnMeta::content).orElse(Content.EXACT),
        shards,
        dbMeta.map(DbMeta::prefixBits).orElse(0),
        findLayout(shards),
        readRun());
  }

  private Optional<DbMeta> readDbMeta() throws IOException {
    Path path = directory.resolve(StoreIdentity.DB_META);
    if (!storage.exists(path)) {
      damage(path, -1, "file is missing");
      return Optional.empty();
    }
    try {
      byte[] bytes = storage.read(path);
      DbMeta meta = DbMeta.decode(bytes, path);
      for (int at = DbMeta.USED; at < bytes.length; at++) {
        if (bytes[at] != 0) {
          damage(path, at, "byte that should be zero is not");
        }
      }
      if (meta.shards() == 0) {
        damage(path, -1, "shard count is 0");
      }
      return Optional.of(meta);
    } catch (EngineException e) {
      damage(path, -1, e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<OwnMeta> readOwnMeta() throws IOException {
    Path path = directory.resolve(StoreIdentity.SLOTSTREAM_META);
    if (!storage.exists(path)) {
      return Optional.empty(); // armdb's, unless a slot file says that it is ours
    }
    try {
      return Optional.of(OwnMeta.read(storage, directory));
    } catch (EngineException e) {
      damage(path, -1, e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<String> readRun() throws IOException {
    Path path = directory.resolve(LastRun.NAME);
    if (!storage.exists(path)) {
      return Optional.empty();
    }
    String run = new String(storage.read(path), StandardCharsets.UTF_8);
    if (!RUN.matcher(run).matches()) {
      damage(path, -1, "does not say how the store was written last");
    }
    return Optional.of(run.strip());
  }

  private int countShards() throws IOException {
    return (int) storage.list(directory).stream().filter(OfflineStore::isShard).count();
  }

  private static boolean isShard(Path path) {
    return SHARD.matcher(path.getFileName().toString()).matches();
  }

  /** The layout of the first shard whose slot file can be read: all have the same. */
  private Optional<SlotLayout> findLayout(int shards) {
    for (int s = 0; s < shards; s++) {
      try (SlotFileReader slots = SlotFileReader.open(ShardFiles.directory(directory, s))) {
        SlotFileFacts header = slots.facts();
        return Optional.of(header.layout());
      } catch (IOException e) {
        // Told when the shard itself is read.
      }
    }
    return Optional.empty();
  }

  private void lookForOthers() throws IOException {
    List<Path> shards =
        IntStream.range(0, facts.shards())
            .mapToObj(s -> ShardFiles.directory(directory, s))
            .toList();
    for (Path path : storage.list(directory)) {
      String name = path.getFileName().toString();
      if (isShard(path) && !shards.contains(path)) {
        damage(path, -1, "shard that the store does not count, shards=" + facts.shards());
      } else if (!isShard(path) && !OWN_FILES.contains(name)) {
        noteOther(path);
      }
    }
  }

  void noteOther(Path path) {
    listener.found(
        Finding.note(
            path,
            -1,
            path.toString().endsWith(".tmp")
                ? "file that a crash left unfinished: nothing reads it"
                : "not a file of the store's"));
  }

  private void damage(Path path, long offset, String what) {
    listener.found(Finding.damage(path, offset, what));
  }

  /** What the directory says of the store. */
  public StoreFacts facts() {
    return facts;
  }

  /** Bytes of all files that reading all of the store reads. */
  public long bytes() throws IOException {
    long bytes = 0;
    for (int s = 0; s < facts.shards(); s++) {
      Path shard = ShardFiles.directory(directory, s);
      for (Path path : Files.isDirectory(shard) ? storage.list(shard) : List.<Path>of()) {
        bytes += OfflineShard.isRead(path) ? Files.size(path) : 0;
      }
    }
    return bytes;
  }

  /** Reads a shard's header, history and log; its slots are read later. To be closed. */
  public OfflineShard open(int shard) {
    try {
      return OfflineShard.open(this, shard);
    } catch (IOException e) {
      throw new IoFailed("store could not be read: " + e.getMessage(), e);
    }
  }

  boolean hasOwnMeta() {
    return storage.exists(directory.resolve(StoreIdentity.SLOTSTREAM_META));
  }

  Storage storage() {
    return storage;
  }

  Listener listener() {
    return listener;
  }

  KeyRouting routing() {
    return new KeyRouting(
        Math.max(1, facts.shards()), facts.prefixBits(), facts.layout().orElseThrow().keyLength());
  }

  private static void release(AutoCloseable lock) {
    try {
      lock.close();
    } catch (Exception e) {
      throw new IoFailed("lock could not be released: " + e.getMessage(), e);
    }
  }

  /** Lets others open the store. */
  @Override
  public void close() {
    release(lock);
  }
}
