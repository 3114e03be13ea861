package dev.slotstream.replication;

import java.time.Instant;
import java.util.Optional;

/**
 * One shard's link to the leader, as the follower sees it at one moment.
 *
 * @param leader host and port
 * @param state what the link is doing
 * @param since when it came into this state
 * @param caughtUpOnce true when this process has caught up at least once
 * @param lastFrameAgeSeconds since the leader was heard last; -1 when it never was
 * @param receivedEvents events received by this process
 * @param appliedEvents events that changed a slot
 * @param skippedEvents events that were not newer than their slot
 * @param appliedSequence last record of the leader's history that is committed here; 0 before the
 *     first, and with a plain leader
 * @param leaderSequence last record that the leader has committed, as far as it told
 * @param lagRecords records that the leader has committed and this follower has not; -1 when not
 *     known
 * @param lagBytes bytes of the leader's log that this follower has not; -1 when not known
 * @param lagSeconds age of the oldest record that this follower has not; 0 when it has all, -1 when
 *     not known
 * @param scannedSlots slots that the leader named in the present full sync
 * @param connects connections made
 * @param fullSyncs full syncs completed
 * @param resumes times that it went on without one, and caught up
 * @param fullSyncReason why the leader sent everything last, as it said; empty when it has not
 *     since this process was started
 * @param keptAside records that the leader never had, kept in files beside the log
 * @param lastError why the link was lost last
 */
public record LinkStatus(
    int shard,
    String leader,
    State state,
    Instant since,
    boolean caughtUpOnce,
    double lastFrameAgeSeconds,
    long receivedEvents,
    long appliedEvents,
    long skippedEvents,
    long appliedSequence,
    long leaderSequence,
    long lagRecords,
    long lagBytes,
    double lagSeconds,
    long scannedSlots,
    long connects,
    long fullSyncs,
    long resumes,
    Optional<String> fullSyncReason,
    long keptAside,
    Optional<String> lastError) {

  /** What a link is doing. */
  public enum State {
    /** Waiting before the next attempt. */
    WAITING,
    /** Connecting, or connected and nothing agreed yet. */
    CONNECTING,
    /** The leader sends all its slots. */
    SYNCING,
    /** The leader sends what was missed since the last connection. */
    RESUMING,
    /** Caught up; new records arrive as they are committed. */
    LIVE,
    /** The two stores do not fit. Nothing is tried again until the configuration changes. */
    REFUSED,
    /** Ended on purpose. */
    STOPPED
  }
}
