package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.OutOfSequence;
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
  private EngineException refusal;

  /** Which events count, and where they go. */
  public sealed interface Rule {
    /** Those whose version is newer than their slot's; through this store's own log. */
    Rule ONLY_NEWER = new OnlyNewer();

    /** All: what the leader says of a slot replaces what is there; through this store's own log. */
    Rule AS_IT_STANDS = new AsItStands();

    /** All, into the slots and past the log: only while the shard is syncing. */
    Rule DIRECT = new Direct();

    /** See {@link #ONLY_NEWER}. */
    record OnlyNewer() implements Rule {}

    /** See {@link #AS_IT_STANDS}. */
    record AsItStands() implements Rule {}

    /** See {@link #DIRECT}. */
    record Direct() implements Rule {}

    /**
     * All, as the next records of the leader's history: under its epoch and its sequences. A batch
     * that does not go on where the log ends fails as a whole.
     *
     * @param epoch of all records
     * @param firstSequence of the first; the others follow without gaps
     */
    record InSequence(int epoch, long firstSequence) implements Rule {}
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

    /** Offset of the key. */
    int keyOffset();

    /** Bytes of the key, at most K; what is missing is zeros. */
    int keyLength();

    /** Offset of the value; only for OCCUPIED. */
    int valueOffset();

    /** Bytes of the value, at most V; what is missing is zeros. Only for OCCUPIED. */
    int valueLength();
  }

  /** The events' arrays belong to the batch until its end. */
  protected ReplicatedBatch(Events events, Rule rule) {
    this.events = events;
    this.rule = rule;
  }

  @Override
  final boolean attempt(Committer committer) {
    if (!started) {
      refusal = whyNot(committer);
      if (refusal != null || !events.next()) {
        return true;
      }
      started = true;
    }
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

  private EngineException whyNot(Committer committer) {
    return switch (rule) {
      case Rule.InSequence(int epoch, long first)
          when first != committer.appendedSequence() + 1 || epoch < committer.history().epoch() ->
          new OutOfSequence(
              "batch does not go on where the log ends, epoch=%d sequence=%d expected=%d:%d"
                  .formatted(
                      epoch, first, committer.history().epoch(), committer.appendedSequence() + 1));
      case Rule.Direct direct when !committer.syncing() ->
          new OutOfSequence("batch belongs to a full sync that is not under way");
      default -> null;
    };
  }

  enum Outcome {
    APPLIED,
    SKIPPED,
    NO_ROOM
  }

  @Override
  final void finish() {
    if (refusal == null) {
      committed();
    } else {
      failed(refusal);
    }
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
