package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.Overloaded;
import dev.slotstream.engine.EngineException.WriteGateShut;
import dev.slotstream.engine.ReplicatedBatch.Events;
import dev.slotstream.engine.ReplicatedBatch.Outcome;
import dev.slotstream.engine.ReplicatedBatch.Rule;
import dev.slotstream.log.ForcePoint;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import dev.slotstream.log.LogRecord;
import dev.slotstream.log.SegmentedLog;
import dev.slotstream.slot.NewerSlots;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * One shard's write path, and the only order of a write:
 *
 * <ol>
 *   <li>gate: a shard whose disk failed takes nothing
 *   <li>append: the record goes to the log, in memory that survives the process
 *   <li>force: in FSYNC the record reaches the disk
 *   <li>apply: only now its slot is touched, since the kernel may write a slot's page at any time
 *       and a power cut would then cost the old value and the new one
 *   <li>publish: followers may have it
 *   <li>acknowledge: whoever submitted it is told
 * </ol>
 *
 * <p>In OS steps 2 to 6 happen in one go on the submitting thread. In FSYNC steps 3 to 6 are the
 * {@link Syncer}'s, for all records that came meanwhile: one force for many.
 *
 * <p>Threads: {@link #submit} from any; all state behind one lock, which nobody holds across a disk
 * access.
 */
final class Committer {
  private static final int MAX_WAITING = 1 << 16;
  private static final int RECORDS_PER_LOCK = 256;

  /** Slots that may wait for the disk before writers do. */
  private static final int MAX_PENDING = 1 << 16;

  private final Durability durability;
  private final ShardSlots slots;
  private final WriteGate gate = new WriteGate();
  private final CommitSignals signals;

  private final ShardLock lock = new ShardLock();
  private final PendingSlots pending;
  private final SlotApplier applier;
  private final LeaderWriter leader;
  private final ReplicaWriter replica;
  private final RecordContent content = new RecordContent();
  private final Waiters waitingForRoom = new Waiters();
  private final Waiters waitingForDisk = new Waiters();
  private int slotsDemanded;
  private volatile long diskDemanded;

  /** Held for writing while the log is exchanged; for reading by whoever works on it. */
  private final ReentrantReadWriteLock logExchange = new ReentrantReadWriteLock();

  private volatile SegmentedLog log;
  private volatile ShardHistory history;
  private volatile boolean syncing;
  private volatile long committed;

  /** What is in the log and not in its slots yet; null in OS, where there is no such thing. */
  private LogReader unapplied;

  Committer(Durability durability, ShardRecovery recovered, CommitSignals signals)
      throws LogException {
    this.durability = durability;
    this.slots = recovered.slots();
    this.history = recovered.history();
    this.syncing = recovered.mixture();
    this.signals = signals;
    this.pending = new PendingSlots(slots.file().layout().keyLength());
    this.applier = new SlotApplier(slots, pending);
    NewestView current = new NewestView(slots, pending);
    LogRecord record = recovered.log().newRecord();
    this.leader = new LeaderWriter(this, slots, pending, current, record);
    this.replica = new ReplicaWriter(this, slots, pending, current, applier);
    useLog(recovered.log());
  }

  private void useLog(SegmentedLog newLog) throws LogException {
    log = newLog;
    committed = newLog.appendedSequence();
    unapplied = appliesLater() ? newLog.reader(committed + 1) : null;
  }

  ShardSlots slots() {
    return slots;
  }

  SegmentedLog log() {
    return log;
  }

  WriteGate gate() {
    return gate;
  }

  /** Whose records these are. */
  ShardHistory history() {
    return history;
  }

  /** Under the lock: a leader's record is the first of its leadership. */
  void learn(int epoch, long firstSequence) {
    history = history.learn(epoch, firstSequence);
  }

  /** The leader has begun leaderships right behind our last record. */
  void learnEpochs(ShardHistory leaders) {
    locked(() -> history = history.learnBegunAt(log.appendedSequence() + 1, leaders));
  }

  /** True while a full sync is under way: the slots are a mixture of two pasts. */
  boolean syncing() {
    return syncing;
  }

  /** Taken for reading around whatever forces or prepares the log. */
  ReentrantReadWriteLock logExchange() {
    return logExchange;
  }

  /** Every record up to this sequence is applied, and as durable as the engine promises. */
  long committedSequence() {
    return committed;
  }

  long appendedSequence() {
    return log.appendedSequence();
  }

  /** Takes a submission; one of its endings is called now or later. Never waits for the disk. */
  void submit(Submission submission) {
    EngineException refusal;
    boolean ended = false;
    boolean roomWanted = false;
    lock.lock();
    try {
      refusal = admit(1);
      if (refusal == null) {
        ended = enter(submission);
        roomWanted = roomRunsLow();
      }
    } catch (WriteGateShut e) {
      refusal = e;
    } finally {
      lock.unlock();
    }
    if (roomWanted) {
      signals.roomWanted();
    }
    if (refusal != null) {
      submission.fail(refusal);
    } else if (ended) {
      submission.finish();
      if (!appliesLater()) {
        signals.committed();
      }
    } else {
      signals.forceWanted();
    }
  }

  /**
   * Takes writes in their order, as {@link #submit} would, but under one lock and with one signal.
   * Either all are admitted or none is; from there on each ends by itself.
   */
  void submitAll(List<? extends Write> writes) {
    EngineException refusal;
    List<Write> ended = new ArrayList<>(writes.size());
    int taken = 0;
    boolean roomWanted = false;
    lock.lock();
    try {
      refusal = admit(writes.size());
      for (; refusal == null && taken < writes.size(); taken++) {
        Write write = writes.get(taken);
        if (enter(write)) {
          ended.add(write);
        }
      }
      roomWanted = roomRunsLow();
    } catch (WriteGateShut e) {
      refusal = e;
    } finally {
      lock.unlock();
    }
    if (roomWanted) {
      signals.roomWanted();
    }
    ended.forEach(Write::finish);
    if (!ended.isEmpty() && !appliesLater()) {
      signals.committed();
    }
    if (ended.size() < taken) {
      signals.forceWanted();
    }
    for (Write write : writes.subList(taken, writes.size())) {
      write.fail(refusal);
    }
  }

  /** Under the lock: true when it has ended already. Where the writing breaks, the gate is shut. */
  private boolean enter(Submission submission) {
    try {
      if (waitingForRoom.isEmpty() && submission.attempt(this)) {
        return settle(submission);
      }
      waitingForRoom.add(submission);
      return false;
    } catch (RuntimeException e) {
      throw broke(e);
    } catch (Error e) {
      broke(e);
      throw e;
    }
  }

  /** A fault on a mapped page, a fault of ours: what was done and what was not is not known. */
  private WriteGateShut broke(Throwable why) {
    WriteGateShut reason = new WriteGateShut("write broke: " + why, why);
    shut(reason);
    return reason;
  }

  private EngineException admit(int more) {
    if (waitingForDisk.size() + waitingForRoom.size() + more > MAX_WAITING) {
      return new Overloaded("too many writes wait, limit=" + MAX_WAITING);
    }
    return gate.reason();
  }

  private boolean roomRunsLow() {
    return !waitingForRoom.isEmpty() || log.wantsPreparing() || slotsRunLow();
  }

  private boolean slotsRunLow() {
    int count = slots.file().slotCount();
    return slotsDemanded > count || slots.free() < count / 16;
  }

  /** True when what the submission awaits is there already. */
  private boolean settle(Submission submission) {
    boolean early =
        durability == Durability.INTERVAL
            && submission.endsEarly()
            && !submission.demandsDisk()
            && pending.size() < MAX_PENDING;
    if (early || hasEnded(submission)) {
      return true;
    }
    waitingForDisk.add(submission);
    boolean tooMany = durability == Durability.INTERVAL && submission.endsEarly();
    if (submission.demandsDisk() || tooMany) {
      diskDemanded = Math.max(diskDemanded, submission.awaited());
    }
    return false;
  }

  private boolean hasEnded(Submission submission) {
    boolean onDisk = !submission.demandsDisk() || submission.awaited() <= log.durableSequence();
    return onDisk && submission.awaited() <= committed;
  }

  /** Up to which somebody waits for the disk, who would not otherwise be served soon. */
  long diskDemanded() {
    return diskDemanded;
  }

  /** Reads a key; what waits for the disk counts only where it was acknowledged. Any thread. */
  boolean get(long hash, byte[] key, SlotBuffer into) {
    NewerSlots newer = durability == Durability.INTERVAL ? pending : NewerSlots.NONE;
    return slots.get(hash, key, newer, into);
  }

  /** Under the lock: takes one put or delete. */
  boolean write(Write write) {
    return leader.write(write);
  }

  /** Under the lock: takes one event of a leader. */
  Outcome replicate(Events event, Rule rule) {
    return replica.write(event, rule);
  }

  private void locked(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }

  /** So many slots will be written soon: better made in one go than whenever one is missing. */
  void expectSlots(int count) {
    locked(
        () -> {
          demandSlot(count - 1);
          slots.expect(count);
        });
    signals.roomWanted();
  }

  /** Under the lock: a slot is written that does not exist yet. */
  void demandSlot(int slot) {
    slotsDemanded = Math.max(slotsDemanded, slot + 1);
  }

  /**
   * Under the lock: appends a record; applies it, or notes that its slot waits.
   *
   * @return false when the log has no room
   */
  boolean append(LogRecord complete) {
    if (!log.append(complete)) {
      return false;
    }
    if (appliesLater()) {
      pending.add(complete.slot(), complete.meta(), content.of(complete));
    } else {
      applier.apply(complete);
      committed = complete.sequence();
    }
    return true;
  }

  /** Makes index and free list what a slot says; one that is written to anyway is left alone. */
  void review(int slot) {
    locked(
        () -> {
          if (pending.of(slot) == null) {
            slots.review(slot);
          }
        });
  }

  /** Under the lock: true when the slot is the second one of its key, and nobody writes to it. */
  boolean isSecond(int slot) {
    return pending.of(slot) == null && slots.isSecond(slot);
  }

  boolean appliesLater() {
    return durability.appliesLater();
  }

  /** For the syncer: what there is to force, or null. */
  ForcePoint forcePoint() {
    lock.lock();
    try {
      return log.appendedSequence() > log.durableSequence() ? log.forcePoint() : null;
    } finally {
      lock.unlock();
    }
  }

  /** For the syncer: applies what is on disk now, ends whoever awaited it, and counts these. */
  int commitForced(long sequence) throws LogException {
    while (committed < sequence) {
      lock.lock();
      try {
        for (int n = 0; n < RECORDS_PER_LOCK && unapplied.next(sequence); n++) {
          applier.apply(unapplied.record());
          pending.settle(unapplied.record().slot());
        }
        committed = unapplied.nextSequence() - 1;
      } finally {
        lock.unlock();
      }
    }
    signals.committed();
    List<Submission> ended = takeCommitted();
    for (Submission submission : ended) {
      submission.finish();
    }
    return ended.size();
  }

  private List<Submission> takeCommitted() {
    lock.lock();
    try {
      return waitingForDisk.take(this::hasEnded);
    } finally {
      lock.unlock();
    }
  }

  /** How many submissions wait for the disk. Any thread. */
  int waitingForDisk() {
    return waitingForDisk.size();
  }

  /** How many slots the shard should have by now; the present number when there are enough. */
  int slotsWanted(int growSlots) {
    lock.lock();
    try {
      int count = slots.file().slotCount();
      if (!slotsRunLow()) {
        return count;
      }
      long steps = (Math.max(slotsDemanded, count + 1L) - count + growSlots - 1) / growSlots;
      return (int) Math.min(Integer.MAX_VALUE, count + steps * growSlots);
    } finally {
      lock.unlock();
    }
  }

  /** For the room keeper: there is more room now. True when nobody waits for room any more. */
  boolean retryWaiting() {
    boolean allDone = true;
    List<Submission> ended = new ArrayList<>();
    lock.lock();
    try {
      slots.useGrownSlots();
      while (allDone && !waitingForRoom.isEmpty()) {
        Submission head = waitingForRoom.peek();
        allDone = head.attempt(this);
        if (allDone) {
          waitingForRoom.poll();
          if (settle(head)) {
            ended.add(head);
          }
        }
      }
    } finally {
      lock.unlock();
    }
    ended.forEach(Submission::finish);
    signals.forceWanted();
    if (!ended.isEmpty()) {
      signals.committed();
    }
    return allDone;
  }

  /** Ends all that wait for room: there is none. */
  void failWaitingForRoom(EngineException why) {
    locked(() -> slotsDemanded = 0); // nobody does any more
    fail(waitingForRoom, why);
  }

  /** Shuts the gate for good and ends all that wait. */
  void shut(EngineException why) {
    gate.shut(why);
    fail(waitingForRoom, why);
    fail(waitingForDisk, why);
  }

  private void fail(Waiters waiters, EngineException why) {
    List<Submission> failed = new ArrayList<>();
    locked(() -> failed.addAll(waiters.take(all -> true)));
    failed.forEach(submission -> submission.fail(why));
  }

  /** For a full sync: from here on the slots are a mixture. */
  void enterSync(EngineException toThoseWhoWait) {
    syncing = true;
    fail(waitingForRoom, toThoseWhoWait);
    signals.committed(); // followers of this shard look again, and find that it is syncing
  }

  /** For a full sync: goes on with another log, under another history. */
  void exchangeLog(SegmentedLog newLog, ShardHistory newHistory) throws LogException {
    lock.lock();
    try {
      releaseLog();
      diskDemanded = 0;
      history = newHistory;
      useLog(newLog);
    } finally {
      lock.unlock();
    }
  }

  /** For a full sync: the slots are whole again, on disk. */
  void leaveSync() {
    locked(() -> slots.expect(0)); // the index grows as it has to from here on
    syncing = false;
    signals.committed();
  }

  void releaseLog() {
    if (unapplied != null) {
      unapplied.close();
    }
    log.close();
  }
}
