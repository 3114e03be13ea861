package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.Corrupt;
import dev.slotstream.file.Storage;
import dev.slotstream.log.LogOptions;
import dev.slotstream.log.LogRecord;
import dev.slotstream.log.SegmentedLog;
import dev.slotstream.slot.Checkpoint;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Opens one shard: reads the newer checkpoint, replays the log from there, makes index and free
 * list from the slots. Afterwards the slots hold every record that the log holds.
 */
final class ShardRecovery {
  private final Storage storage;
  private final EngineOptions options;
  private final int shard;
  private final Path directory;
  private final byte[] storeId;

  private SlotFile file;
  private ShardSlots slots;
  private SegmentedLog log;

  ShardRecovery(Storage storage, EngineOptions options, int shard, byte[] storeId) {
    this.storage = storage;
    this.options = options;
    this.shard = shard;
    this.directory = options.directory().resolve("shard_%03d".formatted(shard));
    this.storeId = storeId;
  }

  void run() throws IOException {
    storage.createDirectories(directory);
    file = SlotFile.open(storage, directory, options.shape().layout(), shard, options.growSlots());
    slots = new ShardSlots(file, KeyRouting::hash);
    if (file.changedByArmdb()) {
      forgetLog();
    }
    SlotApplier applier = new SlotApplier(slots, new PendingSlots());
    log =
        SegmentedLog.open(
            new LogOptions(
                storage,
                directory,
                shard,
                storeId,
                options.segmentSize(),
                options.shape().layout().keyLength(),
                options.shape().layout().valueLength()),
            file.checkpoint().sequence(),
            file.checkpoint().clean() || file.changedByArmdb(),
            record -> replay(record, applier));
    slots.rebuild();
  }

  private void replay(LogRecord record, SlotApplier applier) throws IOException {
    if (record.slot() < 0) {
      throw new Corrupt(
          "log names a slot out of range, shard=%d sequence=%d slot=%d"
              .formatted(shard, record.sequence(), record.slot()),
          null);
    }
    if (record.slot() >= file.slotCount()) {
      // A power cut can lose a growth that the header never counted, but not the record.
      int grow = options.growSlots();
      file.grow((int) Math.min(Integer.MAX_VALUE, ((long) record.slot() / grow + 1) * grow));
      slots.useGrownSlots();
    }
    applier.replay(record);
  }

  /** armdb has written since: what our log says is not the slots' past any more. */
  private void forgetLog() throws IOException {
    for (Path path : storage.list(directory)) {
      String name = path.getFileName().toString();
      if (name.startsWith("redo-")) {
        storage.delete(path);
      }
    }
  }

  /** Declares the shard in use under this leadership, on disk, before its first write. */
  void begin(int epoch) throws IOException {
    Checkpoint found = file.checkpoint();
    if (log.verdict().replayed() > 0) {
      file.checkpoint(log.appendedSequence(), epoch, false);
    } else {
      file.markInUse(found.sequence(), epoch);
    }
  }

  boolean clean() {
    return file.checkpoint().clean() && !file.changedByArmdb() && log.verdict().replayed() == 0;
  }

  ShardSlots slots() {
    return slots;
  }

  SegmentedLog log() {
    return log;
  }

  /** After a failure: lets go of what was opened. */
  void abandon() {
    if (log != null) {
      log.close();
    }
    if (file != null) {
      file.close();
    }
  }
}
