package dev.slotstream.backup;

import dev.slotstream.backup.BackupException.Kind;
import dev.slotstream.backup.Restored.MissingSlot;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.RestoreMark;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.file.DirectoryTree;
import dev.slotstream.file.Storage;
import dev.slotstream.log.LogOptions;
import dev.slotstream.log.LogRetention;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Makes a data directory of a backup.
 *
 * <ol>
 *   <li>the directory is empty, or a restore of it did not come to its end: then it is emptied
 *   <li>the mark goes to the disk before anything else: from here on no node opens the directory
 *   <li>shard by shard: slots, records, both on disk
 *   <li>the backup's last chunk was read, the store is closed
 *   <li>only now the mark goes
 * </ol>
 *
 * <p>A crash anywhere leaves the mark, and the restore is begun anew.
 */
public final class Restore {
  private static final int BUFFER = 1 << 20;
  private static final int GROW_SLOTS = 4096;
  private static final int SEGMENT = 16 << 20;
  private static final String LOCK = "slotstream.lock";

  /** A file system of its own has it, and nothing of ours. */
  private static final Set<String> NOT_OURS = Set.of("lost+found", LOCK);

  private final Storage storage;
  private final Path directory;
  private final boolean withoutDamaged;
  private final LongConsumer progress;

  /**
   * Restores to a directory.
   *
   * @param withoutDamaged true to do without slots that were damaged when they were copied; false
   *     to leave no store in that case
   * @param progress told how many bytes of the backup are done
   */
  public Restore(Storage storage, Path directory, boolean withoutDamaged, LongConsumer progress) {
    this.storage = storage;
    this.directory = directory;
    this.withoutDamaged = withoutDamaged;
    this.progress = progress;
  }

  /**
   * Restores a file.
   *
   * @throws BackupException when the backup is not whole, or the directory is not free
   * @throws IOException when a file cannot be read or written
   */
  public Restored run(Path backup) throws IOException, BackupException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(backup), BUFFER)) {
      return run(in);
    }
  }

  /** Restores what a stream holds. */
  Restored run(InputStream in) throws IOException, BackupException {
    ChunkReader reader = ChunkReader.open(in);
    if (!(reader.next() instanceof Chunk.Store store)) {
      throw new BackupException(Kind.DAMAGED, "backup does not begin with its store");
    }
    try {
      takeDirectory();
      Restored restored = fill(reader, store);
      RestoreMark.clear(storage, directory);
      return restored;
    } catch (EngineException e) {
      throw new BackupException(Kind.STORE_FAILED, "store failed: " + e.getMessage(), e);
    }
  }

  private void takeDirectory() throws IOException, BackupException {
    storage.createDirectories(directory);
    boolean begun = storage.exists(directory.resolve(RestoreMark.NAME));
    List<Path> found = content();
    if (!found.isEmpty() && !begun) {
      throw new BackupException(
          Kind.IN_THE_WAY,
          "directory is not empty, directory=%s first=%s"
              .formatted(directory, found.getFirst().getFileName()));
    }
    AutoCloseable lock = storage.lock(directory.resolve(LOCK));
    try {
      RestoreMark.set(storage, directory);
      for (Path entry : found) {
        if (!entry.getFileName().toString().equals(RestoreMark.NAME)) {
          DirectoryTree.delete(entry);
        }
      }
    } finally {
      release(lock);
    }
  }

  private static void release(AutoCloseable lock) throws IOException {
    try {
      lock.close();
    } catch (Exception e) {
      throw new IOException("lock could not be released: " + e.getMessage(), e);
    }
  }

  private List<Path> content() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (!NOT_OURS.contains(entry.getFileName().toString())) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  private EngineOptions options(Shape shape) {
    int least =
        LogOptions.leastSegmentSize(shape.layout().keyLength(), shape.layout().valueLength());
    return new EngineOptions(
        directory,
        shape,
        Durability.OS, // each shard is forced as a whole, at its end
        GROW_SLOTS,
        Math.max(SEGMENT, least),
        new LogRetention(Long.MAX_VALUE, Long.MAX_VALUE),
        false);
  }

  private Restored fill(ChunkReader reader, Chunk.Store store) throws IOException, BackupException {
    List<MissingSlot> missing = new ArrayList<>();
    try (SlotEngine engine = SlotEngine.openRestoring(options(store.shape()), storage)) {
      ShardRestore shard = null;
      for (Chunk chunk = reader.next(); chunk != null; chunk = reader.next()) {
        switch (chunk) {
          case Chunk.ShardBegin c -> shard = ShardRestore.begin(engine, c, store.storeId());
          case Chunk.Slots c -> shard.slots(c);
          case Chunk.Records c -> shard.records(c);
          case Chunk.ShardEnd c ->
              shard.end(c).forEach(slot -> missing.add(new MissingSlot(c.shard(), slot)));
          default -> {} // the reader has checked them
        }
        progress.accept(reader.offset());
      }
    }
    Progress done = reader.progress();
    if (!missing.isEmpty() && !withoutDamaged) {
      throw new BackupException(
          Kind.DAMAGED_SLOTS,
          "slots were damaged when they were copied, count=%d first: shard=%d slot=%d"
              .formatted(missing.size(), missing.getFirst().shard(), missing.getFirst().slot()));
    }
    return new Restored(
        store.shape(),
        done.storeId(),
        store.madeAtSeconds(),
        done.finished(),
        done.total(),
        missing);
  }
}
