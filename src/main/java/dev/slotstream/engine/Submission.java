package dev.slotstream.engine;

/**
 * Something that is to be committed on one shard. Exactly one of its endings is called, once, on
 * the thread that brought it to its end; none of them may block.
 */
abstract sealed class Submission permits Write, ReplicatedBatch {
  /** The sequence that must be committed before the ending is called. */
  private long awaited;

  final long awaited() {
    return awaited;
  }

  final void await(long sequence) {
    awaited = sequence;
  }

  /**
   * True when it must be on disk, whatever the engine's durability, before the ending is called.
   */
  boolean demandsDisk() {
    return false;
  }

  /** True when its ending may be called once its record is in the log, where the engine says so. */
  boolean endsEarly() {
    return false;
  }

  /**
   * Does its work under the shard's lock.
   *
   * @return false when slots or log have no room: to be called again when there is
   */
  abstract boolean attempt(Committer committer);

  /** What it awaited is committed. */
  abstract void finish();

  /** It was not done, or it is not known whether it was. */
  abstract void fail(EngineException why);
}
