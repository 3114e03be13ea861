package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.Corrupt;
import dev.slotstream.engine.EngineException.Mismatch;
import dev.slotstream.file.Storage;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogRecord;
import dev.slotstream.log.LogVerdict;
import dev.slotstream.log.SegmentedLog;
import dev.slotstream.slot.Checkpoint;
import dev.slotstream.slot.KeptIndex;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Opens one shard: reads the newer checkpoint, replays the log from there, makes index and free
 * list from the slots, unless they were kept when it was closed. Afterwards the slots hold every
 * record that the log holds.
 *
 * <p>A shard that a crash left in the middle of a full sync is a mixture. What its log says belongs
 * to that sync, which starts over: the log is forgotten, the slots are kept for what they are.
 *
 * <p>A follower whose log is damaged becomes such a mixture, too: its leader has all of it. A
 * leader's log may be all that there is of its records, so damage to it stops the opening.
 */
final class ShardRecovery {
  private final EngineOptions options;
  private final int shard;
  private final ShardFiles files;

  private SlotFile file;
  private ShardSlots slots;
  private SegmentedLog log;
  private LogVerdict verdict;
  private HistoryFile historyFile;
  private ShardHistory history;
  private boolean mixture;
  private boolean ahead;
  private Optional<DamagedLog> damagedLog = Optional.empty();
  private KeptIndex.Opening keptIndex = KeptIndex.Opening.NONE;

  ShardRecovery(Storage storage, EngineOptions options, int shard, UUID directoryId) {
    this.options = options;
    this.shard = shard;
    this.files = new ShardFiles(storage, options, shard, directoryId);
  }

  /**
   * Recovers.
   *
   * @param recordsMayBeLost true when slots may hold what no record tells, unless they were closed
   * @param progress hears of slots that have to be read
   */
  void run(boolean recordsMayBeLost, OpeningProgress progress) throws IOException {
    long slotsChanged = files.slotsChangedNanos(); // before: an opening changes the file
    file = files.openSlots();
    slots = new ShardSlots(file, KeyRouting::hash);
    historyFile = files.openHistory();
    history = historyFile.saved();
    if (file.checkpoint().syncing() && options.leads()) {
      throw new Mismatch(
          "shard is in the middle of a full sync and cannot lead, shard=%d: let it follow first"
              .formatted(shard));
    }
    boolean forget = file.changedByArmdb() || file.checkpoint().syncing();
    mixture = file.checkpoint().syncing() || (file.changedByArmdb() && !history.own());
    ahead = recordsMayBeLost && options.leads() && !file.checkpoint().clean() && !forget;
    if (forget) {
      forgetLog();
    }
    try {
      log = openLog(forget);
    } catch (LogException e) {
      if (options.leads() || !e.isDamage()) {
        throw e;
      }
      giveUpLog(e);
    }
    verdict = log.verdict();
    keptIndex = openKeptIndex(slotsChanged);
    if (keptIndex.index().isPresent()) {
      slots.adopt(keptIndex.index().get());
    } else {
      progress.expect(file.slotCount());
      slots.rebuild(progress::read);
    }
  }

  /** An index that was kept is what the slots would say, if nothing was written to them since. */
  private KeptIndex.Opening openKeptIndex(long slotsChanged) throws IOException {
    if (mixture || !clean() || file.checkpoint().sequence() != log.appendedSequence()) {
      return files.refuseKeptIndex("the shard was not closed, or was changed since");
    }
    try {
      return files.openKeptIndex(
          history.storeId(), file.checkpoint(), log.appendedSequence(), slotsChanged);
    } catch (IOException e) {
      return files.refuseKeptIndex("it could not be read: " + e.getMessage());
    }
  }

  private SegmentedLog openLog(boolean forgotten) throws IOException {
    SlotApplier applier = new SlotApplier(slots, new PendingSlots(file.layout().keyLength()));
    return SegmentedLog.open(
        files.logOptions(history.storeId()),
        base(),
        file.checkpoint().clean() || forgotten || ahead,
        record -> replay(record, applier));
  }

  /**
   * A follower's log is damaged. Some of its records may be in their slots by now, on top of later
   * ones: only a full sync makes the slots whole again.
   *
   * <ol>
   *   <li>the header says that the shard is in use: from here on a log that is missing is damage,
   *       too, and a crash is found as this one was
   *   <li>the log is put aside, oldest segment first
   *   <li>the header says "syncing": from here on a crash starts the sync over
   *   <li>another log begins, with one sequence left out: a shard whose records are gone must not
   *       look like one that never had any, and could be taken over by another store
   * </ol>
   */
  private void giveUpLog(LogException damage) throws IOException {
    Checkpoint found = file.checkpoint();
    file.markInUse(found.sequence(), found.epoch());
    List<Path> kept = files.setDamagedLogAside();
    damagedLog = Optional.of(new DamagedLog(shard, damage.getMessage(), kept));
    mixture = true;
    long base = found.sequence() + 1;
    file.beginSync(base, found.epoch());
    log = SegmentedLog.open(files.logOptions(history.storeId()), base, true, record -> {});
  }

  /**
   * What armdb wrote over a store that was not closed cost the records that were in the log only;
   * and armdb's flag is one bit, which may have gone bad.
   */
  private void forgetLog() throws IOException {
    boolean closed = file.checkpoint().clean() && !file.checkpoint().equals(Checkpoint.NONE);
    if (file.changedByArmdb() && !closed) {
      files.setLogAside();
    } else {
      files.deleteLog();
    }
  }

  /**
   * The sequence that the slots stand at. What armdb changed behind our back has none: one is left
   * out, so that no follower can believe that it lacks nothing.
   */
  private long base() {
    long sequence = file.checkpoint().sequence();
    return sequence > 0 && file.changedByArmdb() ? sequence + 1 : sequence;
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
    if (record.epoch() > history.epoch()) {
      history = history.learn(record.epoch(), record.sequence());
    }
    applier.replay(record);
  }

  /** The last leadership that anything on disk tells of. */
  int epoch() {
    return Math.max(history.epoch(), file.checkpoint().epoch());
  }

  /** Begins a leadership of this directory's own, on disk before its first write. */
  void lead(int epoch) throws IOException {
    history = history.lead(epoch, log.appendedSequence() + 1);
    historyFile.save(history);
  }

  /** True when only a full sync can make the slots whole. */
  boolean mixture() {
    return mixture;
  }

  /** Declares the shard in use, on disk, before its first write. */
  void begin() throws IOException {
    files.deleteKeptIndex(); // first: what is written from here on it knows nothing of
    historyFile.save(history);
    if (ahead) {
      leaveOneOut();
    }
    if (mixture) {
      file.beginSync(log.appendedSequence(), history.epoch());
    }
    Checkpoint found = file.checkpoint();
    // What was replayed is in the slots, but not on disk there: the checkpointer will see to that.
    long sequence =
        verdict.replayed() > 0
            ? found.sequence()
            : Math.max(found.sequence(), log.appendedSequence());
    file.markInUse(sequence, history.epoch());
  }

  /**
   * The slots may hold more than the records tell. Whoever follows cannot be told what, so nobody
   * may go on from where the records end: the sequence behind them is left out, and the log begins
   * anew behind that.
   *
   * <ol>
   *   <li>the leadership that begins with the sequence that is left out is on disk already: no
   *       record that is lost can be taken for one of ours
   *   <li>the slots are on disk, so the records are not needed any more; a crash from here on is
   *       found as this one was, and a log that is missing is no loss
   *   <li>the log goes; the header leaves the sequence out; another log begins
   * </ol>
   */
  private void leaveOneOut() throws IOException {
    long last = log.appendedSequence();
    log.close();
    file.checkpoint(last, history.epoch(), false);
    files.deleteLog();
    file.checkpoint(last + 1, history.epoch(), false);
    log = SegmentedLog.open(files.logOptions(history.storeId()), last + 1, true, record -> {});
  }

  boolean clean() {
    return file.checkpoint().clean() && !file.changedByArmdb() && verdict.replayed() == 0;
  }

  /** What came of the index that the last closing has kept. */
  KeptIndex.Opening keptIndex() {
    return keptIndex;
  }

  /** The log that was found, when it was damaged and put aside. */
  Optional<DamagedLog> damagedLog() {
    return damagedLog;
  }

  /** What was found in the log. */
  LogVerdict verdict() {
    return verdict;
  }

  ShardSlots slots() {
    return slots;
  }

  SegmentedLog log() {
    return log;
  }

  ShardHistory history() {
    return history;
  }

  HistoryFile historyFile() {
    return historyFile;
  }

  ShardFiles files() {
    return files;
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
