package dev.slotstream.replication;

import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.ReplicatedBatch;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.replication.LinkStatus.State;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.CaughtUp;
import dev.slotstream.wire.Frame.ErrorFrame;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.FrameEncoder;
import dev.slotstream.wire.FrameLayout;
import dev.slotstream.wire.SlotBatch;
import java.util.concurrent.TimeUnit;

/**
 * The follower's end of one connection for one shard: what is said over it, from the first frame to
 * the last.
 *
 * <pre>
 *  open        ShardInfo fits             CaughtUp and one more sign of life, all committed
 * CONNECTING ───────────────────> SYNCING ──────────────────────────────────────────────> LIVE
 *      │ ShardInfo does not fit
 *      └──────────────────────> REFUSED
 * </pre>
 *
 * <p>From any state an error, silence, or the connection's end leads to the next attempt. All calls
 * come from one event loop.
 */
final class LeaderLink {
  private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long SILENCE_NANOS = 2 * HEARTBEAT_NANOS;

  /** What comes so soon after a heartbeat of ours is taken for the answer to it. */
  private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final int MAX_ANSWERS = 3;

  /** How long after CaughtUp a connection has to live when nothing more comes over it. */
  private static final long CONFIRM_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A leader may have grown since it announced its slots, but not by more than this at a time. */
  private static final int MAX_GROWTH = 1 << 20;

  private final SlotEngine engine;
  private final int shard;
  private final Connection connection;
  private final LinkProgress progress;
  private final Applier applier;
  private State state = State.CONNECTING;
  private long announcedSlots;
  private int uncommitted;
  private boolean scanAnnounced;
  private long announcedNanos;
  private boolean scanComplete;
  private boolean ended;
  private Runnable onProgress = () -> {};
  private long lastHeardNanos;
  private long lastHeartbeatNanos;
  private int heartbeatsSent;
  private int answersInARow;
  private boolean leaderStreams;

  LeaderLink(SlotEngine engine, int shard, Connection connection, LinkProgress progress, long now) {
    this.engine = engine;
    this.shard = shard;
    this.connection = connection;
    this.progress = progress;
    this.applier = new Applier(engine, shard, connection, this::batchEnded);
    this.lastHeardNanos = now;
    this.lastHeartbeatNanos = now;
  }

  /** Called when batches were committed: there is room for more. */
  void onProgress(Runnable callback) {
    onProgress = callback;
  }

  /** Begins: asks the leader for the shard. */
  void open() {
    boolean empty = engine.shards().get(shard).slotsUsed() == 0;
    connection.write(
        FrameEncoder.encode(
            new SyncRequest(
                shard, FrameLayout.PROTOCOL_VERSION, empty ? FrameLayout.FLAG_EMPTY_STATE : 0)));
  }

  /** A frame arrived. */
  void onFrame(Frame frame, long now) {
    if (ended) {
      return;
    }
    lastHeardNanos = now;
    progress.heard();
    if (scanAnnounced) {
      // Only a Slotstream leader says something of its own accord at this place.
      leaderStreams |= frame instanceof Heartbeat;
      completeScan();
    }
    switch (frame) {
      case ShardInfo info when state == State.CONNECTING -> begin(info);
      case SlotBatch batch when state != State.CONNECTING -> receive(batch);
      case CaughtUp caughtUp when state != State.CONNECTING -> scanEnds(caughtUp, now);
      case Heartbeat heartbeat -> heartbeat(heartbeat, now);
      case ErrorFrame error -> end("leader-error", "leader says: " + error.text());
      default -> reject("unexpected-frame", "frame not expected in this state, state=" + state);
    }
  }

  private void begin(ShardInfo info) {
    Shape shape = engine.options().shape();
    String difference =
        firstDifference(
            new Object[] {"shard count", info.shardCount(), shape.shards()},
            new Object[] {"key length", info.keyLength(), shape.layout().keyLength()},
            new Object[] {"value length", info.valueLength(), shape.layout().valueLength()},
            new Object[] {"slot size", info.slotSize(), shape.layout().slotSize()},
            new Object[] {"shard prefix bits", info.prefixBits(), shape.prefixBits()});
    if (difference != null) {
      ended = true;
      state = State.REFUSED;
      progress.refused("stores do not fit, " + difference);
      connection.close();
      return;
    }
    announcedSlots = Integer.toUnsignedLong(info.slotCount());
    state = State.SYNCING;
    progress.syncing();
  }

  private static String firstDifference(Object[]... fields) {
    for (Object[] field : fields) {
      if (!field[1].equals(field[2])) {
        return "%s: leader=%s follower=%s".formatted(field);
      }
    }
    return null;
  }

  private void receive(SlotBatch batch) {
    if (batch.shard() != shard) {
      reject(
          "wrong-shard",
          "batch for another shard: shard=%d expected=%d".formatted(batch.shard(), shard));
      return;
    }
    long slots = Math.max(announcedSlots, engine.shards().get(shard).slotCount());
    long slotLimit = Math.min(Integer.MAX_VALUE, slots + MAX_GROWTH);
    SlotBatch.Cursor events = batch.cursor();
    while (events.next()) {
      if (Integer.toUnsignedLong(events.slot()) >= slotLimit) {
        reject(
            "slot-out-of-range",
            "event past the end: slot=%s limit=%d"
                .formatted(Integer.toUnsignedString(events.slot()), slotLimit));
        return;
      }
    }
    uncommitted++;
    leaderStreams |= state == State.LIVE;
    progress.received(batch.count(), state == State.SYNCING);
    applier.apply(batch);
  }

  /** A batch came to its end; only the leader's own are acknowledged. */
  private void batchEnded(ReplicatedBatch batch, boolean fromLeader, EngineException failure) {
    uncommitted--;
    if (ended) {
      return;
    }
    if (failure != null) {
      reject("apply-failed", "follower cannot apply: " + failure.getMessage());
      return;
    }
    if (fromLeader) {
      progress.committed(batch);
      connection.write(
          FrameEncoder.encode(new Ack(shard, progress.appliedEvents(), progress.highestVersion())));
    }
    liveWhenCommitted();
    onProgress.run();
  }

  /** Batches that were received and are not committed yet. */
  int uncommitted() {
    return uncommitted;
  }

  private void scanEnds(CaughtUp caughtUp, long now) {
    if (caughtUp.shard() != shard) {
      reject(
          "wrong-shard",
          "caught up for another shard: shard=%d expected=%d".formatted(caughtUp.shard(), shard));
      return;
    }
    if (scanComplete) {
      return; // the leader had to scan once more; nothing was lost meanwhile
    }
    scanAnnounced = true;
    announcedNanos = now;
  }

  /**
   * The connection lives on after CaughtUp: only that shows that the scan was complete. An armdb
   * leader that is stopped in the middle of a scan sends CaughtUp as well, and then closes.
   */
  private void completeScan() {
    scanAnnounced = false;
    scanComplete = true;
    uncommitted += applier.freeUnnamed();
    liveWhenCommitted();
  }

  /**
   * A leader that streams never answers a heartbeat. armdb serves the stream only to its first
   * follower; to all others it sends one scan and then nothing but such answers. Scanning again
   * from time to time is all that a follower can do there.
   */
  private void heartbeat(Heartbeat heartbeat, long now) {
    boolean answer =
        state == State.LIVE && !leaderStreams && now - lastHeartbeatNanos < ANSWER_NANOS;
    answersInARow = answer ? answersInARow + 1 : 0;
    if (answersInARow >= MAX_ANSWERS) {
      end("not-streamed", "leader does not stream to this follower; scanning again");
      return;
    }
    connection.write(FrameEncoder.encode(heartbeat));
  }

  private void liveWhenCommitted() {
    if (scanComplete && uncommitted == 0 && state == State.SYNCING) {
      state = State.LIVE;
      progress.live();
    }
  }

  /** Called a few times a second. */
  void onTick(long now) {
    if (ended) {
      return;
    }
    if (scanAnnounced && now - announcedNanos >= CONFIRM_NANOS) {
      completeScan();
    }
    if (now - lastHeardNanos >= SILENCE_NANOS) {
      end("silent", "nothing heard for two heartbeat intervals");
    } else if (now - lastHeartbeatNanos >= heartbeatNanos() && state != State.CONNECTING) {
      lastHeartbeatNanos = now;
      heartbeatsSent++;
      connection.write(FrameEncoder.encode(new Heartbeat()));
    }
  }

  /**
   * 5, 4, 3, 5 … seconds: a leader's own heartbeats, every 5 s, cannot keep looking like answers.
   */
  private long heartbeatNanos() {
    return HEARTBEAT_NANOS - TimeUnit.SECONDS.toNanos(heartbeatsSent % 3);
  }

  /** Tells the leader what is wrong, and ends. */
  void reject(String reason, String text) {
    if (!ended) {
      progress.rejected(reason);
      connection.write(FrameEncoder.encode(new ErrorFrame(text)));
      end(reason, text);
    }
  }

  /** Ends the link, for whichever reason; it is tried again. */
  void end(String reason, String text) {
    if (!ended) {
      ended = true;
      progress.lost(reason, text);
      connection.close();
    }
  }
}
