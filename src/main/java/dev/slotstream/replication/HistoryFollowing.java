package dev.slotstream.replication;

import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.KeptAside;
import dev.slotstream.engine.ReplicatedBatch;
import dev.slotstream.engine.ReplicatedBatch.Rule;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.SyncEnding;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.CaughtUp;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.FrameEncoder;
import dev.slotstream.wire.PackedBatch;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Following a leader that knows its history: the follower takes that history over, record for
 * record, and can go on with it after a lost connection.
 *
 * <pre>
 *          full                                CaughtUp            all up to the scan's end
 *  ────────────────> PREPARING ───> SCANNING ──────────> COMPLETING ───────────────────────┐
 *                                                                                          v
 *          resume                        all that the leader had then             slots on disk
 *  ────────────────> CATCHING_UP ──────────────────────────────────> LIVE <─────────── ENDING
 * </pre>
 *
 * <p>From PREPARING to ENDING the shard is a mixture: it says so on disk, is not ready, and names
 * nothing durable.
 */
final class HistoryFollowing implements Following {
  private final LeaderLink link;
  private final Applier applier;
  private final Shard shard;
  private final LinkProgress progress;
  private final Pulse pulse;
  private final long scanNoted;
  private Phase phase;

  /** The sequence that the next batch must begin with. */
  private long expected;

  /** Up to which everything must be committed before the shard is whole. */
  private long target;

  private long applied;
  private int uncommitted;
  private int uncommittedSlots;
  private int unacknowledged;

  /** Steps of a full sync that the engine was asked for and has not done yet. */
  private int steps;

  private boolean ackPlanned;

  private enum Phase {
    PREPARING,
    SCANNING,
    COMPLETING,
    ENDING,
    CATCHING_UP,
    LIVE
  }

  /** Begins with what the leader said of itself; its store and epoch were checked. */
  HistoryFollowing(LeaderLink link, Applier applier, ShardInfo.Extension info) {
    this.link = link;
    this.applier = applier;
    this.shard = link.shard();
    this.progress = link.progress();
    this.pulse = Pulse.ofMillis(info.heartbeatMs());
    this.expected = info.firstSequence();
    this.scanNoted = info.firstSequence() - 1;
    this.target = info.lastSequence();
    ShardHistory leaders = LeaderHistory.of(info);
    switch (info.mode()) {
      case RESUME -> resume(leaders);
      case FULL -> prepare(leaders, info.reason());
    }
  }

  private void resume(ShardHistory leaders) {
    long next = shard.appendedSequence() + 1;
    if (expected != next || shard.syncing()) {
      phase = Phase.CATCHING_UP;
      link.reject(
          "wrong-resume",
          "leader resumes at another place, sequence=%d expected=%d".formatted(expected, next));
      return;
    }
    shard.learnEpochs(leaders);
    applied = expected - 1;
    phase = Phase.CATCHING_UP;
    progress.resuming(expected, target);
    progress.applied(applied);
    liveWhenCaughtUp();
  }

  private void prepare(ShardHistory leaders, String reason) {
    phase = Phase.PREPARING;
    progress.syncing(reason);
    shard.expectSlots(link.announcedSlots());
    shard.beginFullSync(
        leaders,
        scanNoted,
        onLoop(
            aside -> {
              progress.keptAside(aside);
              phase = Phase.SCANNING;
              acknowledge(); // the leader waits for this before it scans
            }));
  }

  /** Goes on, on the event loop, when a step of the engine's is done. */
  private SyncEnding onLoop(Consumer<KeptAside> then) {
    steps++;
    return (aside, failure) ->
        link.later(
            () -> {
              steps--;
              if (!link.hasFailed(failure)) {
                then.accept(aside);
              }
            });
  }

  @Override
  public void onSignOfLife(Frame frame) {}

  @Override
  public void onFrame(Frame frame, long now) {
    switch (frame) {
      case PackedBatch batch when phase == Phase.SCANNING && batch.header().scan() -> scan(batch);
      case PackedBatch batch when streams() && !batch.header().scan() -> stream(batch);
      case CaughtUp caughtUp when phase == Phase.SCANNING -> scanEnds(caughtUp);
      default -> link.rejectUnexpected();
    }
  }

  private boolean streams() {
    return phase != Phase.PREPARING && phase != Phase.SCANNING;
  }

  private void scan(PackedBatch batch) {
    if (!link.isOurs(batch.shard()) || !link.allInRange(batch.cursor())) {
      return;
    }
    uncommitted++;
    uncommittedSlots++;
    progress.received(batch.count(), true);
    applier.applyScanned(batch, (ended, failure) -> slotsEnded(ended, true, failure));
  }

  private void slotsEnded(ReplicatedBatch batch, boolean fromLeader, EngineException failure) {
    uncommitted--;
    uncommittedSlots--;
    if (link.hasFailed(failure)) {
      return;
    }
    if (fromLeader) {
      progress.committed(batch);
      unacknowledged++;
      planAck();
    }
    endWhenComplete();
    link.progressed();
  }

  private void stream(PackedBatch batch) {
    PackedBatch.Header header = batch.header();
    if (!link.isOurs(batch.shard()) || !link.allInRange(batch.cursor())) {
      return;
    }
    if (header.firstSequence() != expected) {
      link.reject(
          "out-of-sequence",
          "batch does not follow the last one, sequence=%d expected=%d"
              .formatted(header.firstSequence(), expected));
      return;
    }
    if (header.epoch() < shard.history().epoch()) {
      link.reject(
          "stale-epoch",
          "batch is of a past leadership, epoch=%d expected=%d or more"
              .formatted(header.epoch(), shard.history().epoch()));
      return;
    }
    expected = header.lastSequence() + 1;
    uncommitted++;
    progress.received(batch.count(), false);
    progress.leaderAt(header.leaderLast(), header.leaderEndOffset());
    applier.applyStreamed(batch, (ended, failure) -> streamEnded(ended, header, failure));
  }

  private void streamEnded(
      ReplicatedBatch batch, PackedBatch.Header header, EngineException failure) {
    uncommitted--;
    if (link.hasFailed(failure)) {
      return;
    }
    progress.committed(batch);
    // A batch that waited for room can end after the next one, which did not: told by two threads.
    // What that one's end has said is true: records are committed in order.
    if (header.lastSequence() > applied) {
      applied = header.lastSequence();
      progress.applied(applied, header.endOffset());
    }
    unacknowledged++;
    planAck();
    endWhenComplete();
    liveWhenCaughtUp();
    link.progressed();
  }

  private void scanEnds(CaughtUp caughtUp) {
    if (!link.isOurs(caughtUp.shard()) || caughtUp.extension().isEmpty()) {
      return;
    }
    target = caughtUp.extension().get().sequence();
    applied = scanNoted;
    phase = Phase.COMPLETING;
    int freeing =
        applier.freeUnnamed(Rule.DIRECT, (batch, failure) -> slotsEnded(batch, false, failure));
    uncommitted += freeing;
    uncommittedSlots += freeing;
    endWhenComplete();
  }

  /** The slots hold nothing any more that the leader does not hold: that goes to the disk. */
  private void endWhenComplete() {
    if (phase == Phase.COMPLETING && uncommittedSlots == 0 && applied >= target) {
      phase = Phase.ENDING;
      shard.endFullSync(
          onLoop(
              nothing -> {
                phase = Phase.LIVE;
                progress.live(true);
                progress.applied(applied);
                planAck();
              }));
    }
  }

  private void liveWhenCaughtUp() {
    if (phase == Phase.CATCHING_UP && applied >= target) {
      phase = Phase.LIVE;
      progress.live(false);
      planAck();
    }
  }

  /** One ack for all batches that end together. */
  private void planAck() {
    if (!ackPlanned) {
      ackPlanned = true;
      link.later(
          () -> {
            ackPlanned = false;
            if (!link.hasEnded()) {
              acknowledge();
            }
          });
    }
  }

  /**
   * Committed is as durable as this follower promises. While the shard is a mixture nothing is: a
   * crash would start the sync over.
   */
  private void acknowledge() {
    boolean whole = phase == Phase.LIVE || phase == Phase.CATCHING_UP;
    link.write(
        FrameEncoder.encode(
            new Ack(
                shard.number(),
                progress.appliedEvents(),
                progress.highestVersion(),
                Optional.of(new Ack.Extension(applied, whole ? applied : 0, unacknowledged)))));
    unacknowledged = 0;
  }

  @Override
  public void onHeartbeat(Heartbeat heartbeat, long now) {
    heartbeat
        .extension()
        .ifPresent(
            leader -> {
              progress.leaderAt(leader.lastSequence(), leader.endOffset());
              if (phase == Phase.CATCHING_UP) {
                // A leader that follows itself may have told of records that its own has lost
                // since.
                target = Math.min(target, leader.lastSequence());
                liveWhenCaughtUp();
              }
            });
  }

  @Override
  public void onTick(long now) {}

  @Override
  public long heartbeatNanos(int heartbeatsSent) {
    return pulse.beatAfterNanos();
  }

  @Override
  public long silenceNanos() {
    return pulse.silentAfterNanos();
  }

  @Override
  public boolean settled() {
    return uncommitted == 0 && steps == 0;
  }

  @Override
  public int uncommitted() {
    return uncommitted;
  }
}
