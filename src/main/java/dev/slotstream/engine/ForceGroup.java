package dev.slotstream.engine;

/**
 * How many writers the next force of a shard's log waits for, and how long at most.
 *
 * <p>A force costs much the same for one record as for fifty, in time of the disk and of the
 * processor. Without a word, a group is what came while the force before it was under way: on a
 * fast disk that is few, and the processor forces instead of taking the next requests. So a force
 * waits until most of those are there who have written lately, but never longer than a force takes.
 * One writer alone, or two, never wait.
 */
final class ForceGroup {
  private static final long MAX_PATIENCE_NANOS = 500_000;

  private int writers;
  private long forceNanos;

  /**
   * A force ended.
   *
   * @param ended how many writers it let go
   * @param waiting how many had come meanwhile
   * @param nanos that it took
   */
  void forced(int ended, int waiting, long nanos) {
    // Who has stopped writing is forgotten within a few groups.
    writers = Math.max(ended + waiting, writers - (writers + 7) / 8);
    forceNanos += (nanos - forceNanos) / 8;
  }

  /** When so many wait, nobody else is waited for. */
  int enough() {
    return writers * 3 / 4;
  }

  /** For so long the first of them waits for the others. */
  long patienceNanos() {
    return Math.min(forceNanos, MAX_PATIENCE_NANOS);
  }
}
