package dev.slotstream.engine;

import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import dev.slotstream.slot.SlotBuffer;

/**
 * One shard of an open engine, as followers' sessions and status pages see it. Any thread.
 *
 * <p>Growing to a number of slots, and everything that is written, goes through {@link SlotEngine}.
 */
public final class Shard {
  private final int number;
  private final Committer committer;
  private final Syncer syncer;
  private final CommitListeners listeners;

  Shard(int number, Committer committer, Syncer syncer, CommitListeners listeners) {
    this.number = number;
    this.committer = committer;
    this.syncer = syncer;
    this.listeners = listeners;
  }

  Committer committer() {
    return committer;
  }

  Syncer syncer() {
    return syncer;
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

  /** The meta word of a slot. */
  public int meta(int slot) {
    return committer.slots().meta(slot);
  }

  /** Copies one slot as it stands at one moment; answers its meta word. */
  public int copySlot(int slot, SlotBuffer into) {
    return committer.slots().copy(slot, into);
  }

  /**
   * The leadership that wrote a record, as far as the shard's history knows.
   *
   * @return 0 when that is not known: the record is older than the history
   */
  public int epochAt(long sequence) {
    return committer.epoch();
  }

  /**
   * True in the middle of a full sync: the slots are a mixture of what they were and of what the
   * leader has.
   */
  public boolean syncing() {
    return false;
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
