package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.DiskFull;
import dev.slotstream.engine.EngineException.OutOfSequence;
import dev.slotstream.engine.EngineException.WriteGateShut;
import dev.slotstream.file.NoSpaceException;
import dev.slotstream.log.SegmentedLog;
import dev.slotstream.slot.SlotFile;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A full sync of one shard, as the disk sees it. In between its two ends a leader's slots are
 * written past the log ({@link ReplicatedBatch.Rule#DIRECT}) and its records go through the log.
 *
 * <pre>
 * begin  1. what is in the log is in its slots, and on disk
 *        2. records that the leader never had are copied aside, on disk: what comes next forgets
 *           the log, also when a crash comes in between
 *        3. the header says "syncing": a crash from here on starts the sync over
 *        4. the log is deleted
 *        5. the leader's history takes the place of the former
 *        6. a new log begins behind the sequence that the leader noted before its scan
 * end    7. log and slots are on disk; the header says "normal", and up to which sequence
 * </pre>
 *
 * <p>May be asked for from any thread; the steps are the checkpointing thread's, the only one that
 * writes headers and deletes segments.
 */
final class FullSync {
  private final Committer committer;
  private final Syncer syncer;
  private final ShardFiles files;
  private final HistoryFile historyFile;
  private final boolean logDamaged;
  private final AtomicReference<Asked> asked = new AtomicReference<>();
  private final AtomicInteger begun = new AtomicInteger();
  private Runnable wake = () -> {};
  private volatile boolean forceAsked;

  FullSync(Committer committer, Syncer syncer, ShardRecovery recovered) {
    this.committer = committer;
    this.syncer = syncer;
    this.files = recovered.files();
    this.historyFile = recovered.historyFile();
    this.logDamaged = recovered.damagedLog().isPresent();
  }

  /** Who works on what is asked for. */
  void onAsked(Runnable waker) {
    wake = waker;
  }

  HistoryFile historyFile() {
    return historyFile;
  }

  /** How many were begun since the shard was opened. */
  int begun() {
    return begun.get();
  }

  /** True when one is needed since the log was found damaged, and none was begun since. */
  boolean neededForDamagedLog() {
    return logDamaged && begun() == 0;
  }

  void begin(ShardHistory leaders, long sequence, SyncEnding end) {
    ask(() -> beginNow(leaders, sequence), end);
  }

  void end(SyncEnding end) {
    ask(this::endNow, end);
  }

  /** So much was written to slots that the disk should begin with it: less is left for the end. */
  void forceSlotsSoon() {
    forceAsked = true;
    wake.run();
  }

  private void forceSlots() {
    forceAsked = false; // before: what comes now is asked for anew
    if (!committer.gate().failed()) {
      try {
        committer.slots().file().force();
      } catch (IOException e) {
        committer.shut(new WriteGateShut("slots could not be forced: " + e.getMessage(), e));
      }
    }
  }

  /** Whoever asks last follows now: a step that was not begun gives way to the next. */
  private void ask(Step step, SyncEnding end) {
    Asked before = asked.getAndSet(new Asked(step, end));
    if (before != null) {
      before.end.ended(
          KeptAside.NONE, new OutOfSequence("another full sync of the shard has begun"));
    }
    wake.run();
  }

  private record Asked(Step step, SyncEnding end) {}

  @FunctionalInterface
  private interface Step {
    KeptAside run() throws IOException;
  }

  private void run(Step step, SyncEnding end) {
    EngineException failure = committer.gate().reason();
    KeptAside aside = KeptAside.NONE;
    if (failure == null) {
      try {
        aside = step.run();
      } catch (IOException e) {
        failure = new WriteGateShut("full sync failed: " + e.getMessage(), e);
        committer.shut(failure);
      } catch (EngineException e) {
        failure = e;
      }
    }
    end.ended(aside, failure);
  }

  /** For the checkpointing thread: does what was asked for. */
  void work() {
    // Taken first: whoever waits for the end of this step may ask for the next at once.
    Asked next = asked.getAndSet(null);
    if (next != null) {
      run(next.step, next.end);
    } else if (forceAsked) {
      forceSlots();
    }
  }

  private KeptAside beginNow(ShardHistory leaders, long sequence) throws IOException {
    boolean brokenOff = committer.syncing();
    begun.incrementAndGet();
    committer.enterSync(new OutOfSequence("full sync begins"));
    long last = committer.appendedSequence();
    if (!syncer.awaitForced(last)) {
      throw committer.gate().reason();
    }
    committer.logExchange().writeLock().lock();
    try {
      SlotFile slots = committer.slots().file();
      ShardHistory former = committer.history();
      KeptAside aside = KeptAside.NONE;
      if (!brokenOff) { // what such a sync left in the log is the leader's, not ours alone
        long common = Math.min(sequence, former.commonWith(leaders, last));
        aside = keepAside(common, new ShardPosition(former.epochAt(last), last));
      }
      slots.beginSync(last, former.epoch());
      files.deleteLog();
      ShardHistory history = leaders.upTo(sequence);
      historyFile.save(history);
      committer.exchangeLog(
          SegmentedLog.open(files.logOptions(history.storeId()), sequence, true, record -> {}),
          history);
      syncer.forgetDemands();
      slots.beginSync(sequence, history.epoch());
      return aside;
    } finally {
      committer.logExchange().writeLock().unlock();
    }
  }

  /** When there is no room for that, there will be no full sync, and nothing has happened. */
  private KeptAside keepAside(long common, ShardPosition last) throws IOException {
    long from = Math.max(common + 1, committer.log().oldestSequence());
    if (from > last.sequence()) {
      return KeptAside.NONE;
    }
    try {
      return new KeptAside(from, last.sequence(), files.putAside(from, last));
    } catch (NoSpaceException e) {
      committer.leaveSync();
      throw new DiskFull("records cannot be kept aside: " + e.getMessage(), e);
    }
  }

  private KeptAside endNow() throws IOException {
    long sequence = committer.committedSequence();
    if (!syncer.awaitForced(sequence)) {
      throw committer.gate().reason();
    }
    ShardHistory history = committer.history().asOf(sequence);
    historyFile.save(history);
    committer.slots().file().endSync(sequence, history.epoch());
    committer.leaveSync();
    return KeptAside.NONE;
  }

  /** The engine closes: nothing more is done. */
  void close() {
    work(); // finds the gate shut, and says so
  }
}
