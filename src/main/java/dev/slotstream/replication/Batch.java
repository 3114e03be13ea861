package dev.slotstream.replication;

/**
 * One thing that a leader sends to a follower.
 *
 * @param frame its bytes; null when there is nothing to send, but others are to get a turn, and
 *     when it is in flight: then the socket has them
 * @param events in it; 0 for a frame that is not acknowledged
 * @param scan true when it comes from a scan of the slots
 * @param lastSequence of the log that the follower has with it; 0 when it says nothing about that
 * @param endOffset where the log ends behind that record
 */
record Batch(byte[] frame, int events, boolean scan, long lastSequence, long endOffset) {
  /** A long stretch of free slots: nothing to send, but the event loop has others to serve. */
  static final Batch PAUSE = new Batch(null, 0, true, 0, 0);

  /** Some slots of a scan. */
  static Batch ofScan(byte[] frame, int events) {
    return new Batch(frame, events, true, 0, 0);
  }

  boolean acknowledged() {
    return events > 0;
  }

  /** What is kept of it until it is acknowledged. */
  Batch inFlight() {
    return new Batch(null, events, scan, lastSequence, endOffset);
  }
}
