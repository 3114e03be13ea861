package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.log.LogException;
import dev.slotstream.replication.FollowerStatus.State;
import dev.slotstream.slot.SlotLayout;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.ErrorFrame;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.FrameEncoder;
import dev.slotstream.wire.FrameLayout;
import dev.slotstream.wire.SlotBatchEncoder;
import io.smallrye.mutiny.Multi;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The leader's end of one follower's connection for one shard.
 *
 * <pre>
 *              SyncRequest           CaughtUp sent
 *  HANDSHAKE ──────────────> SCANNING ────────────> STREAMING
 *                               ^                       │
 *                               └───────────────────────┘
 *                                 log purged under it
 * </pre>
 *
 * <p>From any state an error, silence, or the connection's end leads out. All calls come from one
 * event loop; only {@link #status} may be asked from elsewhere.
 */
final class FollowerSession {
  private static final Logger LOG = Logger.getLogger(FollowerSession.class);
  private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long SILENCE_NANOS = 2 * HEARTBEAT_NANOS;
  private static final int MAX_HEARTBEATS_WITHOUT_ACK = 8;

  /** A plain follower names no window: this many batches it can have at most. */
  private static final int PLAIN_WINDOW = 8;

  private final SlotEngine engine;
  private final LeaderContext leader;
  private final Connection connection;
  private final AckLedger ledger;
  private final Instant connectedAt = Instant.now();

  private volatile String follower = "";
  private volatile Shard shard;
  private boolean followerEmpty;
  private SocketPump pump;
  private LogFeed feed;
  private volatile State state = State.HANDSHAKE;
  private boolean ended;
  private long lastSentNanos;
  private long lastHeardNanos;
  private int heartbeatsWithoutAck;

  FollowerSession(SlotEngine engine, LeaderContext leader, Connection connection, long now) {
    this.engine = engine;
    this.leader = leader;
    this.connection = connection;
    this.ledger = new AckLedger();
    this.lastHeardNanos = now;
    this.lastSentNanos = now;
  }

  /** A frame arrived. */
  void onFrame(Frame frame, long now) {
    if (ended) {
      return;
    }
    lastHeardNanos = now;
    switch (frame) {
      case SyncRequest request when state == State.HANDSHAKE -> begin(request, now);
      case Ack ack when state != State.HANDSHAKE -> acknowledge(ack);
      case Heartbeat heartbeat when state != State.HANDSHAKE -> heartbeat();
      case ErrorFrame error -> end("follower-error", "follower says: " + error.text());
      default -> reject("unexpected-frame", "frame not expected in this state, state=" + state);
    }
  }

  private void begin(SyncRequest request, long now) {
    if (request.protocolVersion() != FrameLayout.PROTOCOL_VERSION) {
      reject(
          "protocol-version",
          "protocol version mismatch: leader %d, follower %d"
              .formatted(FrameLayout.PROTOCOL_VERSION, request.protocolVersion()));
      return;
    }
    int shards = engine.shards().size();
    if (request.shard() >= shards) {
      reject(
          "unknown-shard",
          "shard does not exist: shard=%d shards=%d".formatted(request.shard(), shards));
      return;
    }
    var shape = engine.options().shape();
    shard = engine.shards().get(request.shard());
    followerEmpty = request.empty();
    send(
        FrameEncoder.encode(
            new ShardInfo(
                shards,
                shape.layout().keyLength(),
                shape.layout().valueLength(),
                shape.layout().slotSize(),
                shard.slotCount(),
                shape.prefixBits())),
        now);
    follower = leader.names().take(connection.remoteHost(), shard.number());
    leader.meter().followerConnected(follower, shard.number(), this::status);
    LOG.infof(
        "follower connected, follower=%s address=%s shard=%d empty=%s",
        follower, connection.remote(), shard.number(), followerEmpty);
    int window = Math.min(PLAIN_WINDOW, leader.window());
    pump = new SocketPump(connection, window, this::sent, this::failed);
    stream().subscribe().withSubscriber(pump);
  }

  /** One scan, then the log for good; once more from the start when the log was purged under it. */
  private Multi<Batch> stream() {
    return Multi.createFrom()
        .deferred(this::scanThenFeed)
        .onFailure(LogPurged.class)
        .retry()
        .indefinitely();
  }

  private Multi<Batch> scanThenFeed() {
    String reason = state == State.HANDSHAKE ? "connect" : "log-purged";
    // Noted before the scan: whatever the scan misses comes after it out of the log.
    long noted = shard.committedSequence();
    state = State.SCANNING;
    ledger.scanBegins();
    leader.meter().scanStarted(shard.number(), reason);
    LOG.infof(
        "scan begins, follower=%s shard=%d reason=%s sequence=%d",
        follower, shard.number(), reason, noted);
    SlotLayout layout = engine.options().shape().layout();
    SlotBatchEncoder encoder =
        new SlotBatchEncoder(shard.number(), layout.keyLength(), layout.valueLength());
    SlotScan scan = new SlotScan(shard, followerEmpty, engine.newBuffer(), encoder);
    return Multi.createBy()
        .concatenating()
        .streams(scan.batches(), Multi.createFrom().deferred(() -> feedFrom(noted, scan, encoder)));
  }

  private Multi<Batch> feedFrom(long noted, SlotScan scan, SlotBatchEncoder encoder) {
    if (scan.damaged() > 0) {
      LOG.errorf("scan left out damaged slots, shard=%d slots=%d", shard.number(), scan.damaged());
    }
    followerEmpty = false;
    state = State.STREAMING;
    ledger.scanEnds(noted);
    // Shows a follower that CaughtUp meant the end of the scan, and not of the connection.
    send(FrameEncoder.encode(new Heartbeat()), leader.clock().getAsLong());
    try {
      feed = new LogFeed(shard, noted + 1, shard.committedSequence(), encoder);
      return Multi.createFrom().publisher(feed);
    } catch (LogPurged | LogException e) {
      return Multi.createFrom().failure(e);
    }
  }

  private void sent(Batch batch) {
    lastSentNanos = leader.clock().getAsLong();
    ledger.sent(batch);
    if (batch.scan()) {
      leader.meter().slotsScanned(shard.number(), batch.events());
    } else {
      leader.meter().eventsStreamed(shard.number(), batch.events());
    }
  }

  private void acknowledge(Ack ack) {
    if (ack.shard() != shard.number()) {
      reject(
          "wrong-shard",
          "ack for another shard: shard=%d expected=%d".formatted(ack.shard(), shard.number()));
      return;
    }
    heartbeatsWithoutAck = 0;
    Batch batch = pump.acknowledged();
    if (batch == null) {
      reject("unexpected-ack", "ack without a batch in flight");
      return;
    }
    ledger.acknowledged(batch, ack);
  }

  private void heartbeat() {
    if (pump.inFlight() > 0 && ++heartbeatsWithoutAck > MAX_HEARTBEATS_WITHOUT_ACK) {
      reject(
          "acks-overdue",
          "heartbeats but no ack: heartbeats=%d batches in flight=%d"
              .formatted(heartbeatsWithoutAck, pump.inFlight()));
    }
  }

  /** More records are committed. */
  void onCommit() {
    if (feed != null && !ended) {
      feed.more();
    }
  }

  /** The socket has room again. */
  void onDrained() {
    if (pump != null && !ended) {
      pump.drained();
    }
  }

  /** Called about once a second. */
  void onTick(long now) {
    if (ended) {
      return;
    }
    if (state == State.HANDSHAKE && now - lastHeardNanos >= HANDSHAKE_NANOS) {
      end("handshake-timeout", "no sync request within 10 s");
    } else if (now - lastHeardNanos >= SILENCE_NANOS) {
      end("silent", "nothing heard for two heartbeat intervals");
    } else if (state != State.HANDSHAKE && now - lastSentNanos >= HEARTBEAT_NANOS) {
      send(FrameEncoder.encode(new Heartbeat()), now);
    }
  }

  private void send(byte[] frame, long now) {
    lastSentNanos = now;
    connection.write(frame);
  }

  /** Tells the follower what is wrong, and ends. */
  void reject(String reason, String text) {
    if (!ended) {
      leader.meter().frameRejected(reason);
      connection.write(FrameEncoder.encode(new ErrorFrame(text)));
      end(reason, text);
    }
  }

  private void failed(Throwable failure) {
    LOG.errorf(failure, "session failed, follower=%s", follower);
    reject("leader-error", "leader cannot go on: " + failure.getMessage());
  }

  /** Ends the session, for whichever reason. Its memory and its place in the log are let go. */
  void end(String reason, String text) {
    if (ended) {
      return;
    }
    ended = true;
    if (pump != null) {
      pump.cancel();
    }
    if (feed != null) {
      feed.close();
    }
    if (shard != null) {
      leader.meter().followerGone(follower, shard.number(), reason);
      leader.names().giveBack(follower, shard.number());
    }
    LOG.infof(
        "follower gone, follower=%s address=%s shard=%s reason=%s: %s",
        follower, connection.remote(), shard == null ? "none" : shard.number(), reason, text);
    connection.close();
  }

  /** The shard that the follower asked for; null before it has. */
  Shard shard() {
    return shard;
  }

  /** The session's figures. Any thread. */
  FollowerStatus status() {
    long committed = shard == null ? 0 : shard.committedSequence();
    long acked = ledger.ackedSequence();
    boolean streaming = state == State.STREAMING;
    long lag = streaming ? Math.max(0, committed - acked) : -1;
    double seconds = streaming ? leader.ageOfNext(shard.number(), acked) : -1;
    return new FollowerStatus(
        follower,
        connection.remote(),
        shard == null ? -1 : shard.number(),
        connectedAt,
        state,
        ledger.scannedSlots(),
        ledger.sentEvents(),
        ledger.ackedEvents(),
        ledger.highestVersion(),
        ledger.sentSequence(),
        acked,
        acked,
        lag,
        -1,
        lag == 0 ? 0 : seconds,
        -1,
        ledger.inFlight(),
        true);
  }
}
