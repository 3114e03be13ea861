package dev.slotstream.slot;

/**
 * What a slot file says of itself: every record up to {@code sequence} is in its slots and on disk.
 *
 * @param generation goes up by one with every checkpoint written; the higher of two valid ones
 *     counts
 * @param sequence of the last record that the slots hold for certain; 0 for none
 * @param epoch of that record
 * @param syncing true while a full sync is under way: the slots are a mixture until it ends
 * @param clean true when the store was closed after this checkpoint, with nothing left in the log
 * @param slots of the file when this was written; 0 where that is not told, as in older files
 */
public record Checkpoint(
    long generation, long sequence, int epoch, boolean syncing, boolean clean, int slots) {

  /** The state of a file that Slotstream has never opened. */
  public static final Checkpoint NONE = new Checkpoint(0, 0, 0, false, true, 0);

  /** The checkpoint after this one, in the same state. */
  public Checkpoint next(long newSequence, int newEpoch, boolean newClean) {
    return new Checkpoint(generation + 1, newSequence, newEpoch, syncing, newClean, slots);
  }

  /** The checkpoint with which a full sync begins or ends. */
  public Checkpoint next(long newSequence, int newEpoch, SyncEdge edge) {
    boolean begins = edge == SyncEdge.BEGINS;
    return new Checkpoint(generation + 1, newSequence, newEpoch, begins, false, slots);
  }

  /** The checkpoint of a file that has grown: it says the same of other slots. */
  public Checkpoint grown(int newSlots) {
    return new Checkpoint(generation + 1, sequence, epoch, syncing, clean, newSlots);
  }

  /** The same, of this many slots. */
  Checkpoint withSlots(int count) {
    return new Checkpoint(generation, sequence, epoch, syncing, clean, count);
  }

  /** The two ends of a full sync. */
  public enum SyncEdge {
    /** From here on the slots are a mixture. */
    BEGINS,
    /** From here on they are not. */
    ENDS
  }
}
