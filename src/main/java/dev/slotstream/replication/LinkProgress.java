package dev.slotstream.replication;

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
  private String lastError;

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
  }

  synchronized void heard() {
    heardOnce = true;
    lastHeardNanos = clock.getAsLong();
  }

  synchronized void syncing() {
    enter(State.SYNCING);
    LOG.infof("full sync begins, leader=%s shard=%d", leader, shard);
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

  synchronized void live() {
    enter(State.LIVE);
    caughtUpOnce = true;
    fullSyncs++;
    lastError = null;
    LOG.infof("caught up, leader=%s shard=%d slots=%d", leader, shard, scannedSlots);
  }

  synchronized void lost(String reason, String text) {
    if (state == State.LIVE || state == State.SYNCING || !text.equals(lastError)) {
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
        -1,
        -1,
        -1,
        scannedSlots,
        connects,
        fullSyncs,
        Optional.ofNullable(lastError));
  }
}
