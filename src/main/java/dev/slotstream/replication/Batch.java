package dev.slotstream.replication;

/**
 * One thing that a leader sends to a follower.
 *
 * @param frame its bytes; null when there is nothing to send, but others are to get a turn
 * @param events in it; 0 for a frame that is not acknowledged
 * @param scan true when it comes from a scan of the slots
 * @param lastSequence of the log that the follower has with it; 0 when it says nothing about that
 */
record Batch(byte[] frame, int events, boolean scan, long lastSequence) {
  /** A long stretch of free slots: nothing to send, but the event loop has others to serve. */
  static final Batch PAUSE = new Batch(null, 0, true, 0);

  boolean acknowledged() {
    return events > 0;
  }
}
