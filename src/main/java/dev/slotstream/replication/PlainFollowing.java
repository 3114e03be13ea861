package dev.slotstream.replication;

import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.ReplicatedBatch;
import dev.slotstream.engine.ReplicatedBatch.Rule;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.CaughtUp;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.FrameEncoder;
import dev.slotstream.wire.SlotBatch;
import java.util.concurrent.TimeUnit;

/**
 * Following a leader that speaks armdb's protocol: a full sync with every connection, through this
 * store's own log and history, by slot versions.
 */
final class PlainFollowing implements Following {
  static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(5);
  static final long SILENCE_NANOS = 2 * HEARTBEAT_NANOS;

  /** What comes so soon after a heartbeat of ours is taken for the answer to it. */
  private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final int MAX_ANSWERS = 3;

  /** How long after CaughtUp a connection has to live when nothing more comes over it. */
  private static final long CONFIRM_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LeaderLink link;
  private final Applier applier;
  private boolean live;
  private int uncommitted;
  private boolean scanAnnounced;
  private long announcedNanos;
  private boolean scanComplete;
  private int answersInARow;
  private boolean leaderStreams;

  /** The engine was asked to declare the shard whole, and has not done it yet. */
  private boolean ending;

  PlainFollowing(LeaderLink link, Applier applier) {
    this.link = link;
    this.applier = applier;
    link.progress().syncing("plain leader");
  }

  @Override
  public void onSignOfLife(Frame frame) {
    if (scanAnnounced) {
      // Only a Slotstream leader says something of its own accord at this place.
      leaderStreams |= frame instanceof Heartbeat;
      completeScan();
    }
  }

  @Override
  public void onFrame(Frame frame, long now) {
    switch (frame) {
      case SlotBatch batch -> receive(batch);
      case CaughtUp caughtUp -> scanEnds(caughtUp, now);
      default -> link.rejectUnexpected();
    }
  }

  private void receive(SlotBatch batch) {
    if (!link.isOurs(batch.shard()) || !link.allInRange(batch.cursor())) {
      return;
    }
    uncommitted++;
    leaderStreams |= live;
    link.progress().received(batch.count(), !live);
    Applier.Ending end = (ended, failure) -> batchEnded(ended, true, failure);
    if (scanComplete) {
      applier.applyStreamed(batch, end);
    } else {
      applier.applyScanned(batch, end);
    }
  }

  /** A batch came to its end; only the leader's own are acknowledged. */
  private void batchEnded(ReplicatedBatch batch, boolean fromLeader, EngineException failure) {
    uncommitted--;
    if (link.hasFailed(failure)) {
      return;
    }
    LinkProgress progress = link.progress();
    if (fromLeader) {
      progress.committed(batch);
      link.write(
          FrameEncoder.encode(
              new Ack(link.shard().number(), progress.appliedEvents(), progress.highestVersion())));
    }
    liveWhenCommitted();
    link.progressed();
  }

  private void scanEnds(CaughtUp caughtUp, long now) {
    if (link.isOurs(caughtUp.shard()) && !scanComplete) {
      // A second one: the leader had to scan once more; nothing was lost meanwhile.
      scanAnnounced = true;
      announcedNanos = now;
    }
  }

  /**
   * The connection lives on after CaughtUp: only that shows that the scan was complete. An armdb
   * leader that is stopped in the middle of a scan sends CaughtUp as well, and then closes.
   */
  private void completeScan() {
    scanAnnounced = false;
    scanComplete = true;
    uncommitted +=
        applier.freeUnnamed(
            Rule.AS_IT_STANDS, (batch, failure) -> batchEnded(batch, false, failure));
    liveWhenCommitted();
  }

  private void liveWhenCommitted() {
    if (scanComplete && uncommitted == 0 && !live && !ending) {
      if (link.shard().syncing()) {
        endMixture();
      } else {
        live();
      }
    }
  }

  /**
   * The shard was a mixture when it was opened: its log was damaged, or a full sync from another
   * leader had not come to its end. Now it is what this leader holds, and says so on disk.
   */
  private void endMixture() {
    ending = true;
    link.shard()
        .endFullSync(
            (aside, failure) ->
                link.later(
                    () -> {
                      ending = false;
                      if (!link.hasFailed(failure)) {
                        live();
                      }
                    }));
  }

  private void live() {
    live = true;
    link.progress().live(true);
  }

  /**
   * A leader that streams never answers a heartbeat. armdb serves the stream only to its first
   * follower; to all others it sends one scan and then nothing but such answers. Scanning again
   * from time to time is all that a follower can do there.
   */
  @Override
  public void onHeartbeat(Heartbeat heartbeat, long now) {
    boolean answer = live && !leaderStreams && now - link.lastHeartbeatNanos() < ANSWER_NANOS;
    answersInARow = answer ? answersInARow + 1 : 0;
    if (answersInARow >= MAX_ANSWERS) {
      link.end("not-streamed", "leader does not stream to this follower; scanning again");
      return;
    }
    link.write(FrameEncoder.encode(new Heartbeat()));
  }

  @Override
  public void onTick(long now) {
    if (scanAnnounced && now - announcedNanos >= CONFIRM_NANOS) {
      completeScan();
    }
  }

  /**
   * 5, 4, 3, 5 … seconds: a leader's own heartbeats, every 5 s, cannot keep looking like answers.
   */
  @Override
  public long heartbeatNanos(int heartbeatsSent) {
    return HEARTBEAT_NANOS - TimeUnit.SECONDS.toNanos(heartbeatsSent % 3);
  }

  @Override
  public long silenceNanos() {
    return SILENCE_NANOS;
  }

  @Override
  public boolean settled() {
    return uncommitted == 0 && !ending;
  }

  @Override
  public int uncommitted() {
    return uncommitted;
  }
}
