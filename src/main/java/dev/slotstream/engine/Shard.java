package dev.slotstream.engine;

import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import dev.slotstream.slot.SlotBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * One shard of an open engine, as followers' sessions and status pages see it. Any thread.
 *
 * <p>Growing to a number of slots, and everything that is written, goes through {@link SlotEngine}.
 */
public final class Shard {
  private final int number;
  private final Committer committer;
  private final Syncer syncer;
  private final FullSync fullSync;
  private final IndexKeeping indexKeeping;
  private final CommitListeners listeners;
  private final AtomicLong scrubs = new AtomicLong();
  private final Set<LongSupplier> readers = ConcurrentHashMap.newKeySet();

  Shard(
      int number,
      Committer committer,
      Syncer syncer,
      FullSync fullSync,
      IndexKeeping indexKeeping,
      CommitListeners listeners) {
    this.number = number;
    this.committer = committer;
    this.syncer = syncer;
    this.fullSync = fullSync;
    this.indexKeeping = indexKeeping;
    this.listeners = listeners;
  }

  Committer committer() {
    return committer;
  }

  Syncer syncer() {
    return syncer;
  }

  FullSync fullSync() {
    return fullSync;
  }

  IndexKeeping indexKeeping() {
    return indexKeeping;
  }

  /** Its number, from 0. */
  public int number() {
    return number;
  }

  /** Slots that exist now. */
  public int slotCount() {
    return committer.slots().file().slotCount();
  }

  /** Slots that are taken now, about: the writer may be changing it. */
  public int slotsUsed() {
    return committer.slots().taken();
  }

  /** Slots whose checksums failed, and that were not written since. */
  public int slotsDamaged() {
    return committer.slots().damaged();
  }

  /** Slots that hold a key that another slot holds, too, as far as was found. */
  public int slotsDuplicate() {
    return committer.slots().duplicates().size();
  }

  /** Slots that are still to be held against an index that was kept; 0 once all are. */
  public int slotsToBeReviewed() {
    return indexKeeping.toBeReviewed();
  }

  /** True when an index that was kept turned out to be damaged, and was made from the slots. */
  public boolean keptIndexDamaged() {
    return committer.slots().keptIndexDamaged();
  }

  /** All slots were read once more. */
  void scrubbed() {
    scrubs.incrementAndGet();
  }

  /** How often all slots were read to find damage. */
  public long scrubs() {
    return scrubs.get();
  }

  /** For whoever looks at all slots in order, after each: memory of free ones is given back. */
  public void unloadFreeBehind(int slot) {
    committer.slots().unloadFreeBehind(slot);
  }

  /** The meta word of a slot. */
  public int meta(int slot) {
    return committer.slots().meta(slot);
  }

  /** Copies one slot as it stands at one moment; answers its meta word. */
  public int copySlot(int slot, SlotBuffer into) {
    return committer.slots().copy(slot, into);
  }

  /** The last record that followers may have. */
  public long committedSequence() {
    return committer.committedSequence();
  }

  /**
   * Reads the log from a sequence on.
   *
   * @return null when that sequence is not in the log any more
   */
  public LogReader readLog(long fromSequence) throws LogException {
    return committer.log().reader(fromSequence);
  }

  /** The last record in the log. */
  public long appendedSequence() {
    return committer.appendedSequence();
  }

  /** The first record that the log still has. */
  public long oldestSequence() {
    return committer.log().oldestSequence();
  }

  /**
   * The first record from which the log can be read to its end, as far as is known: a reader may
   * have found a later one than the oldest damaged.
   */
  public long firstReadable() {
    return committer.log().firstReadable();
  }

  /** Where the log ends, in bytes; to be compared with {@link LogReader#offset}. */
  public long logEndOffset() {
    return committer.log().endOffset();
  }

  /**
   * Asks that the log keep what somebody still has to read, as far as the retention's limit goes.
   *
   * @param neededFrom the first sequence that is still to be read; asked from any thread
   * @return to be closed when nothing more is needed
   */
  public AutoCloseable holdLog(LongSupplier neededFrom) {
    readers.add(neededFrom);
    return () -> readers.remove(neededFrom);
  }

  /** The first sequence that any of those who hold the log needs. */
  long neededFrom() {
    return readers.stream().mapToLong(LongSupplier::getAsLong).min().orElse(Long.MAX_VALUE);
  }

  /** Whose records the shard holds. */
  public ShardHistory history() {
    return committer.history();
  }

  /** The leadership that wrote a record; 0 when it is older than what the history remembers. */
  public int epochAt(long sequence) {
    return committer.history().epochAt(sequence);
  }

  /** True while a full sync is under way, or was broken off: the slots are a mixture. */
  public boolean syncing() {
    return committer.syncing();
  }

  /** Full syncs that were begun since the shard was opened: each exchanges slots and log. */
  public int fullSyncs() {
    return fullSync.begun();
  }

  /** True when the log was found damaged, and no full sync was begun since. */
  public boolean logDamaged() {
    return fullSync.neededForDamagedLog();
  }

  /** Makes slots in the background, since so many of them will be written soon. */
  public void expectSlots(int count) {
    committer.expectSlots(count);
  }

  /**
   * Begins a full sync: from now on the shard belongs to a leader's history, and its log begins
   * anew. What this shard had and the leader never did is kept aside. Ends on a thread of the
   * engine's, with an {@link EngineException} when it could not be done.
   *
   * @param leaders the leader's history
   * @param sequence that the leader had reached before its scan
   */
  public void beginFullSync(ShardHistory leaders, long sequence, SyncEnding end) {
    fullSync.begin(leaders, sequence, end);
  }

  /** In a full sync: has the disk begin with the slots that were written so far. */
  public void forceSlotsSoon() {
    fullSync.forceSlotsSoon();
  }

  /**
   * Ends a full sync: all slots of the scan, and all records up to the scan's end, are committed
   * here. Done when that is on disk.
   */
  public void endFullSync(SyncEnding end) {
    fullSync.end(end);
  }

  /**
   * Notes leaderships of the leader's that began behind the last record here.
   *
   * @param leaders the history that the leader told
   */
  public void learnEpochs(ShardHistory leaders) {
    committer.learnEpochs(leaders);
  }

  /**
   * Calls a listener, on any thread and without a lock, whenever more records are committed. It
   * must be quick: it runs on the write path.
   */
  public void onCommit(Runnable listener) {
    listeners.add(listener);
  }

  /** Ends {@link #onCommit} for this listener. */
  public void removeOnCommit(Runnable listener) {
    listeners.remove(listener);
  }

  /** How the disk does. */
  public SyncCounters syncs() {
    return syncer.counters();
  }

  /** The figures of this moment. */
  public ShardStatus status() {
    return new ShardStatus(
        number,
        slotCount(),
        slotsUsed(),
        committer.slots().damaged(),
        scrubs(),
        committer.log().appendedSequence(),
        committer.log().durableSequence(),
        committer.committedSequence(),
        committer.log().oldestSequence(),
        committer.slots().file().checkpoint().sequence(),
        committer.log().bytes(),
        committer.slots().file().bytes(),
        committer.slots().memoryBytes(),
        committer.gate().reason() == null);
  }

  /** Why the shard takes no writes; null when it does. */
  public EngineException whyNotWritable() {
    return committer.gate().reason();
  }
}
