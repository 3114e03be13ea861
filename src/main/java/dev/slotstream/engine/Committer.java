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
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotMatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

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

  private final Durability durability;
  private final int epoch;
  private final ShardSlots slots;
  private final SegmentedLog log;
  private final WriteGate gate = new WriteGate();
  private final CommitSignals signals;

  private final ReentrantLock lock = new ReentrantLock();
  private final PendingSlots pending = new PendingSlots();
  private final SlotApplier applier;
  private final LogRecord record;
  private final WriterView current = new WriterView();
  private final ArrayDeque<Submission> waitingForRoom = new ArrayDeque<>();
  private final ArrayDeque<Submission> waitingForDisk = new ArrayDeque<>();
  private int slotsDemanded;

  private volatile long committed;

  /** What is in the log and not in its slots yet; null in OS, where there is no such thing. */
  private final LogReader unapplied;

  Committer(
      Durability durability, int epoch, ShardSlots slots, SegmentedLog log, CommitSignals signals)
      throws LogException {
    this.durability = durability;
    this.epoch = epoch;
    this.slots = slots;
    this.log = log;
    this.signals = signals;
    this.applier = new SlotApplier(slots, pending);
    this.record = log.newRecord();
    this.committed = log.appendedSequence();
    this.unapplied = durability == Durability.FSYNC ? log.reader(committed + 1) : null;
  }

  /** Who wants to know what happens on the shard; called without the lock. */
  interface CommitSignals {
    /** Room runs low, or somebody waits for some. */
    void roomWanted();

    /** Records wait for the disk. */
    void forceWanted();

    /** More records are committed. */
    void committed();
  }

  /** What a condition sees: the newest record of the key's slot, applied or not. */
  private final class WriterView implements Condition.CurrentValue, SlotMatch {
    private byte[] key;
    private int slot;

    void look(Write write) {
      key = write.key();
      slot = slots.find(write.hash(), this);
    }

    @Override
    public boolean matches(int candidate) {
      return pending.has(candidate)
          ? pending.holds(candidate, key)
          : MetaWord.occupied(slots.meta(candidate)) && slots.keyIs(candidate, key);
    }

    @Override
    public boolean present() {
      return slot >= 0;
    }

    @Override
    public int slot() {
      return slot;
    }

    @Override
    public int meta() {
      return slot < 0 ? 0 : newestMeta(slot);
    }

    @Override
    public int valueInt(int offset) {
      return pending.has(slot) ? pending.valueInt(slot, offset) : slots.valueInt(slot, offset);
    }
  }

  private int newestMeta(int slot) {
    return pending.has(slot) ? pending.meta(slot) : slots.meta(slot);
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

  int epoch() {
    return epoch;
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
      refusal = admit();
      if (refusal == null) {
        if (waitingForRoom.isEmpty() && submission.attempt(this)) {
          ended = settle(submission);
        } else {
          waitingForRoom.add(submission);
        }
        roomWanted = roomRunsLow();
      }
    } catch (Error e) {
      // A fault on a mapped page, or no memory: what was done and what was not is not known.
      shut(new WriteGateShut("write broke: " + e, e));
      throw e;
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
      signals.committed();
    } else {
      signals.forceWanted();
    }
  }

  private EngineException admit() {
    if (waitingForDisk.size() + waitingForRoom.size() >= MAX_WAITING) {
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

  /** True when what the submission awaits is committed already. */
  private boolean settle(Submission submission) {
    if (submission.awaited() <= committed) {
      return true;
    }
    waitingForDisk.add(submission);
    return false;
  }

  /** Under the lock: appends a put or a delete, or refuses it. */
  boolean attempt(Write write) {
    current.look(write);
    int slot = current.slot();
    boolean nothingToDelete = write.isDelete() && slot < 0;
    if (nothingToDelete || !write.condition().allows(current)) {
      write.refuse(slot, current.meta());
      // What it saw may still wait for the disk: then so does the refusal.
      write.await(pending.isEmpty() ? 0 : log.appendedSequence());
      return true;
    }
    boolean fresh = slot < 0;
    if (fresh) {
      slot = slots.takeFree();
      if (slot < 0) {
        slotsDemanded = slots.file().slotCount() + 1;
        return false;
      }
    }
    int status = write.isDelete() ? MetaWord.DELETED : MetaWord.OCCUPIED;
    int meta = MetaWord.next(newestMeta(slot), status);
    record.header(epoch, slot, meta).key(write.key(), 0, write.key().length);
    if (write.isDelete()) {
      record.noValue();
    } else {
      record.value(write.value(), 0, write.valueLength());
    }
    if (!log.append(record)) {
      if (fresh) {
        slots.release(slot);
      }
      return false;
    }
    write.place(slot, meta, epoch, log.appendedSequence());
    write.await(log.appendedSequence());
    if (durability == Durability.OS) {
      applyNow();
    } else {
      pending.add(slot, meta, write.key(), write.value(), write.valueLength());
      if (fresh) {
        slots.addEntry(write.hash(), slot);
      }
    }
    if (write.isDelete()) {
      slots.release(slot);
    }
    return true;
  }

  /** Under the lock: appends one event of a leader. */
  Outcome replicate(Events event, Rule rule) {
    int slot = event.slot();
    int meta = event.meta();
    if (slot >= slots.file().slotCount()) {
      slotsDemanded = Math.max(slotsDemanded, slot + 1);
      return Outcome.NO_ROOM;
    }
    if (!counts(event, rule)) {
      return Outcome.SKIPPED;
    }
    int keyLength = slots.file().layout().keyLength();
    boolean occupied = MetaWord.occupied(meta);
    record.header(epoch, slot, meta).key(event.bytes(), event.keyOffset(), keyLength);
    if (occupied) {
      record.value(event.bytes(), event.valueOffset(), slots.file().layout().valueLength());
    } else {
      record.noValue();
    }
    if (!log.append(record)) {
      return Outcome.NO_ROOM;
    }
    if (durability == Durability.OS) {
      applyNow();
    } else {
      byte[] key = new byte[keyLength];
      System.arraycopy(event.bytes(), event.keyOffset(), key, 0, keyLength);
      pending.add(slot, meta, key, key, 0);
      if (occupied) {
        slots.addEntry(KeyRouting.hash(key, 0, keyLength), slot);
      }
    }
    if (occupied) {
      slots.take(slot);
    } else {
      slots.release(slot);
    }
    return Outcome.APPLIED;
  }

  private boolean counts(Events event, Rule rule) {
    int newest = newestMeta(event.slot());
    if (rule == Rule.ONLY_NEWER) {
      return MetaWord.newer(MetaWord.version(event.meta()), MetaWord.version(newest));
    }
    // A slot that is the same already costs no log.
    if (newest != event.meta() || pending.has(event.slot())) {
      return true;
    }
    return MetaWord.occupied(newest)
        && !slots.holds(event.slot(), event.bytes(), event.keyOffset(), event.valueOffset());
  }

  private void applyNow() {
    applier.apply(record);
    committed = record.sequence();
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

  /** For the syncer: applies what is on disk now, and ends whoever awaited it. */
  void commitForced(long sequence) throws LogException {
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
    for (Submission submission : takeCommitted()) {
      submission.finish();
    }
  }

  private List<Submission> takeCommitted() {
    lock.lock();
    try {
      List<Submission> ended = new ArrayList<>();
      while (!waitingForDisk.isEmpty() && waitingForDisk.peek().awaited() <= committed) {
        ended.add(waitingForDisk.poll());
      }
      return ended;
    } finally {
      lock.unlock();
    }
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
    lock.lock();
    try {
      slotsDemanded = 0; // nobody does any more
    } finally {
      lock.unlock();
    }
    fail(waitingForRoom, why);
  }

  /** Shuts the gate for good and ends all that wait. */
  void shut(EngineException why) {
    gate.shut(why);
    fail(waitingForRoom, why);
    fail(waitingForDisk, why);
  }

  private void fail(ArrayDeque<Submission> queue, EngineException why) {
    List<Submission> failed;
    lock.lock();
    try {
      failed = new ArrayList<>(queue);
      queue.clear();
    } finally {
      lock.unlock();
    }
    failed.forEach(submission -> submission.fail(why));
  }

  void releaseReader() {
    if (unapplied != null) {
      unapplied.close();
    }
  }
}
