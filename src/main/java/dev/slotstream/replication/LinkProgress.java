package dev.slotstream.replication;

import dev.slotstream.engine.KeptAside;
import dev.slotstream.engine.ReplicatedBatch;
import dev.slotstream.replication.LinkStatus.State;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * What one shard's links to the leader have done so far, over all attempts. Written by the link's
 * event loop, read by any thread.
 */
final class LinkProgress {
  private static final Logger LOG = Logger.getLogger(LinkProgress.class);
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long UNKNOWN = Long.MIN_VALUE;

  private final int shard;
  private final String leader;
  private final ReplicationMeter meter;
  private final LongSupplier clock;

  private State state = State.WAITING;
  private Instant since = Instant.now();
  private boolean caughtUpOnce;
  private boolean heardOnce;
  private long lastHeardNanos;
  private long receivedEvents;
  private long appliedEvents;
  private long skippedEvents;
  private long scannedSlots;
  private int highestVersion;
  private long connects;
  private long fullSyncs;
  private long resumes;
  private String fullSyncReason;
  private long keptAside;
  private String lastError;

  private final CommitClock leaderClock = new CommitClock();
  private boolean positionKnown;
  private long leaderLast;
  private long leaderEndOffset = UNKNOWN;
  private long appliedSequence;
  private long appliedOffset = UNKNOWN;

  LinkProgress(int shard, String leader, ReplicationMeter meter, LongSupplier clock) {
    this.shard = shard;
    this.leader = leader;
    this.meter = meter;
    this.clock = clock;
  }

  private void enter(State next) {
    state = next;
    since = Instant.now();
  }

  int shard() {
    return shard;
  }

  synchronized State state() {
    return state;
  }

  synchronized long appliedEvents() {
    return appliedEvents;
  }

  synchronized int highestVersion() {
    return highestVersion;
  }

  synchronized void waiting() {
    enter(State.WAITING);
  }

  synchronized void connecting() {
    enter(State.CONNECTING);
  }

  synchronized void connected() {
    connects++;
    scannedSlots = 0;
    leaderEndOffset = UNKNOWN; // each process of a leader counts from its own start
    appliedOffset = UNKNOWN;
  }

  synchronized void heard() {
    heardOnce = true;
    lastHeardNanos = clock.getAsLong();
  }

  synchronized void syncing(String reason) {
    enter(State.SYNCING);
    positionKnown = false;
    leaderLast = 0;
    fullSyncReason = reason;
    LOG.infof("full sync begins, leader=%s shard=%d reason=%s", leader, shard, reason);
  }

  /** Slots are damaged: the leader's replace them all. */
  synchronized void repairing(int slots) {
    LOG.warnf(
        "damaged slots are repaired by a full sync, leader=%s shard=%d slots=%d",
        leader, shard, slots);
  }

  synchronized void resuming(long from, long to) {
    enter(State.RESUMING);
    leaderLast = to;
    LOG.infof(
        "resuming, leader=%s shard=%d sequence=%d leaderSequence=%d", leader, shard, from, to);
  }

  /** The leader told how far it is. */
  synchronized void leaderAt(long last, long endOffset) {
    leaderLast = Math.max(leaderLast, last);
    leaderEndOffset = endOffset;
    leaderClock.sample(last, clock.getAsLong());
  }

  /** The last record of the leader's history that is committed here. */
  synchronized void applied(long sequence) {
    appliedSequence = sequence;
    positionKnown = true;
    if (leaderLast < sequence) {
      leaderLast = sequence;
    }
  }

  /** The same, and where that record ends in the leader's log. */
  synchronized void applied(long sequence, long endOffset) {
    applied(sequence);
    appliedOffset = endOffset;
  }

  /** The last record that the leader has committed, as far as it is known here. */
  synchronized long leaderLast() {
    return leaderLast;
  }

  synchronized boolean caughtUpOnce() {
    return caughtUpOnce;
  }

  /** Records that only this node had were put away. */
  synchronized void keptAside(KeptAside aside) {
    if (aside.records() > 0) {
      keptAside += aside.records();
      LOG.errorf(
          "records that the leader never had are kept aside, shard=%d records=%d"
              + " sequences=%d..%d files=%s",
          shard, aside.records(), aside.fromSequence(), aside.toSequence(), aside.files());
      meter.recordsKeptAside(shard, aside.records());
    }
  }

  synchronized void received(int events, boolean scan) {
    receivedEvents += events;
    if (scan) {
      scannedSlots += events;
    }
  }

  synchronized void committed(ReplicatedBatch batch) {
    appliedEvents += batch.applied();
    skippedEvents += batch.skipped();
    highestVersion = Math.max(highestVersion, batch.highestVersion());
    meter.eventsApplied(shard, batch.applied(), batch.skipped());
  }

  /**
   * All that the leader had is here.
   *
   * @param afterFullSync false when it had only to be resumed
   */
  synchronized void live(boolean afterFullSync) {
    enter(State.LIVE);
    caughtUpOnce = true;
    if (afterFullSync) {
      fullSyncs++;
    } else {
      resumes++;
    }
    lastError = null;
    LOG.infof("caught up, leader=%s shard=%d slots=%d", leader, shard, scannedSlots);
  }

  synchronized void lost(String reason, String text) {
    boolean served = state == State.LIVE || state == State.SYNCING || state == State.RESUMING;
    if (served || !text.equals(lastError)) {
      LOG.warnf(
          "link to the leader lost, leader=%s shard=%d reason=%s: %s", leader, shard, reason, text);
    }
    lastError = text;
    meter.linkLost(shard, reason);
    enter(State.WAITING);
  }

  synchronized void rejected(String reason) {
    meter.frameRejected(reason);
  }

  synchronized void refused(String text) {
    LOG.errorf(
        "cannot follow this leader, and will not try again: leader=%s shard=%d: %s",
        leader, shard, text);
    lastError = text;
    meter.linkLost(shard, "refused");
    enter(State.REFUSED);
  }

  synchronized void stopped() {
    enter(State.STOPPED);
  }

  synchronized LinkStatus status() {
    double age =
        heardOnce ? Math.max(0, clock.getAsLong() - lastHeardNanos) / NANOS_PER_SECOND : -1;
    long lag = positionKnown ? leaderLast - appliedSequence : -1;
    return new LinkStatus(
        shard,
        leader,
        state,
        since,
        caughtUpOnce,
        age,
        receivedEvents,
        appliedEvents,
        skippedEvents,
        appliedSequence,
        leaderLast,
        lag,
        lagBytes(lag),
        lagSeconds(lag, age),
        scannedSlots,
        connects,
        fullSyncs,
        resumes,
        Optional.ofNullable(fullSyncReason),
        keptAside,
        Optional.ofNullable(lastError));
  }

  private long lagBytes(long lag) {
    boolean known = positionKnown && appliedOffset != UNKNOWN && leaderEndOffset != UNKNOWN;
    return lag == 0 ? 0 : known ? Math.max(0, leaderEndOffset - appliedOffset) : -1;
  }

  /** While nothing is heard of the leader, nobody knows what it has written since. */
  private double lagSeconds(long lag, double silence) {
    if (!positionKnown) {
      return -1;
    }
    double age = lag == 0 ? 0 : leaderClock.ageOfNext(appliedSequence, clock.getAsLong());
    return state == State.LIVE ? age : Math.max(age, silence);
  }
}
