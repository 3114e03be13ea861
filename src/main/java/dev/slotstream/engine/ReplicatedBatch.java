package dev.slotstream.engine;

import dev.slotstream.slot.MetaWord;

/**
 * Slot events from a leader, applied in order: same slots, same versions. Source of the rule that
 * only newer versions count: armdb 0.1.14, {@code fixed_replication/apply.rs}.
 */
public abstract non-sealed class ReplicatedBatch extends Submission {
  private final Events events;
  private final Rule rule;
  private boolean started;
  private int applied;
  private int skipped;
  private int highestVersion;

  /** Which events count. */
  public enum Rule {
    /** Those whose version is newer than their slot's. */
    ONLY_NEWER,
    /** All: what the leader says of a slot replaces what is there. */
    AS_IT_STANDS
  }

  /** Events of one batch, visited in order. */
  public interface Events {
    /** Goes on to the next event; false behind the last. */
    boolean next();

    /** The slot it writes, 0 to 2^31 - 2. */
    int slot();

    /** The slot's new meta word: OCCUPIED, DELETED, or 0 for a slot that was never written. */
    int meta();

    /** The array that holds key and value. */
    byte[] bytes();

    /** Offset of the key, K bytes. */
    int keyOffset();

    /** Offset of the value, V bytes; only for OCCUPIED. */
    int valueOffset();
  }

  /** The events' arrays belong to the batch until its end. */
  protected ReplicatedBatch(Events events, Rule rule) {
    this.events = events;
    this.rule = rule;
  }

  @Override
  final boolean attempt(Committer committer) {
    if (!started && !events.next()) {
      return true;
    }
    started = true;
    do {
      switch (committer.replicate(events, rule)) {
        case APPLIED -> {
          applied++;
          highestVersion = Math.max(highestVersion, MetaWord.version(events.meta()));
        }
        case SKIPPED -> skipped++;
        case NO_ROOM -> {
          return false;
        }
      }
    } while (events.next());
    await(committer.appendedSequence());
    return true;
  }

  enum Outcome {
    APPLIED,
    SKIPPED,
    NO_ROOM
  }

  @Override
  final void finish() {
    committed();
  }

  @Override
  final void fail(EngineException why) {
    failed(why);
  }

  /** Events that changed a slot. */
  public final int applied() {
    return applied;
  }

  /** Events that would not have changed a slot, or were not newer than it. */
  public final int skipped() {
    return skipped;
  }

  /** The highest version among the applied events. */
  public final int highestVersion() {
    return highestVersion;
  }

  /** All events are applied, as durable as the engine promises. */
  protected abstract void committed();

  /** Not all events were applied. */
  protected abstract void failed(EngineException why);
}
