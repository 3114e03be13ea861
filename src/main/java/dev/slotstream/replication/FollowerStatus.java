package dev.slotstream.replication;

import java.time.Instant;
import java.util.Optional;

/**
 * One follower's connection for one shard, as its leader sees it at one moment.
 *
 * @param follower the follower's name: its host, and a number where one host has several
 * @param address host and port of its end of the connection
 * @param connectedAt when the connection was accepted
 * @param state what the session is doing
 * @param scannedSlots slots sent by scans of this session
 * @param sentEvents events sent, scans included
 * @param ackedEvents events that the follower says it has applied
 * @param highestVersion the highest slot version that it acknowledged
 * @param sentSequence last record that was sent; 0 before the first
 * @param ackedSequence last record that it certainly has; 0 before the first
 * @param durableSequence last record that it certainly has on disk; a plain follower never says, so
 *     for it the same as {@code ackedSequence}
 * @param lagRecords records that are committed here and not acknowledged; -1 during a scan
 * @param lagBytes bytes of log that are not acknowledged; -1 when not known, and during a scan
 * @param lagSeconds age of the oldest record that is not acknowledged; 0 when there is none, -1
 *     during a scan
 * @param lastAckAgeSeconds since the follower acknowledged something last; -1 when it never did
 * @param unackedBatches batches in flight, at most the window
 * @param queuedBytes bytes that wait here until the follower's socket takes them
 * @param connected false when it is gone, and this is what is remembered of it
 * @param goneSince when its connection ended
 */
public record FollowerStatus(
    String follower,
    String address,
    int shard,
    Instant connectedAt,
    State state,
    long scannedSlots,
    long sentEvents,
    long ackedEvents,
    int highestVersion,
    long sentSequence,
    long ackedSequence,
    long durableSequence,
    long lagRecords,
    long lagBytes,
    double lagSeconds,
    double lastAckAgeSeconds,
    int unackedBatches,
    long queuedBytes,
    boolean connected,
    Optional<Instant> goneSince) {

  /** What a session is doing. */
  public enum State {
    /** Connected, nothing asked yet. */
    HANDSHAKE,
    /** A full sync is needed, and has not begun: others are, or the follower makes ready for it. */
    WAITING,
    /** All slots are being sent. */
    SCANNING,
    /** New records are sent as they are committed. */
    STREAMING
  }
}
