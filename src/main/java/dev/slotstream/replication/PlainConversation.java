package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.log.LogException;
import dev.slotstream.replication.FollowerStatus.State;
import dev.slotstream.slot.SlotLayout;
import dev.slotstream.wire.BatchEncoder;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.CaughtUp;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.SlotBatchEncoder;
import io.smallrye.mutiny.Multi;
import java.util.concurrent.TimeUnit;

/**
 * With a follower that speaks armdb's protocol and nothing more: it knows no sequences, so every
 * connection begins with a scan.
 *
 * <pre>
 *   SyncRequest            CaughtUp sent
 *  ─────────────> SCANNING ────────────> STREAMING
 *                    ^                       │
 *                    └───────────────────────┘
 *                      log purged under it
 * </pre>
 */
final class PlainConversation implements Conversation {
  private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long SILENCE_NANOS = 2 * HEARTBEAT_NANOS;
  private static final int MAX_HEARTBEATS_WITHOUT_ACK = 8;

  /** A plain follower names no window: this many batches it can have at most. */
  private static final int MAX_WINDOW = 8;

  private final FollowerSession session;
  private final LeaderContext leader;
  private final SessionFigures figures;
  private final AckLedger ledger;
  private final Shard shard;
  private boolean followerEmpty;
  private String name = "";
  private SocketPump pump;
  private LogFeed feed;
  private int heartbeatsWithoutAck;

  PlainConversation(FollowerSession session, boolean followerEmpty) {
    this.session = session;
    this.leader = session.leader();
    this.figures = session.figures();
    this.ledger = figures.ledger();
    this.shard = figures.shard();
    this.followerEmpty = followerEmpty;
  }

  @Override
  public void begin(long now) {
    session.send(session.handshake().plain(), now);
    name = leader.names().take(session.connection().remoteHost(), shard.number());
    session.introduce(name, false);
    int window = Math.min(MAX_WINDOW, leader.options().window());
    pump = new SocketPump(session, window, this::sent, session::failed);
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
    String reason = figures.state() == State.HANDSHAKE ? "connect" : "log-purged";
    // Noted before the scan: whatever the scan misses comes after it out of the log.
    long noted = shard.committedSequence();
    figures.enter(State.SCANNING);
    ledger.scanBegins();
    session.scanBegins(reason, noted);
    SlotLayout layout = session.engine().options().shape().layout();
    SlotBatchEncoder encoder =
        new SlotBatchEncoder(shard.number(), layout.keyLength(), layout.valueLength());
    SlotScan scan =
        new SlotScan(
            shard, layout, session.engine().newBuffer(), new Format(encoder, followerEmpty));
    return Multi.createBy()
        .concatenating()
        .streams(scan.batches(), Multi.createFrom().deferred(() -> feedFrom(noted, scan, encoder)));
  }

  private final class Format implements SlotScan.Format {
    private final SlotBatchEncoder encoder;
    private final boolean skipDeleted;

    private Format(SlotBatchEncoder encoder, boolean skipDeleted) {
      this.encoder = encoder;
      this.skipDeleted = skipDeleted;
    }

    @Override
    public BatchEncoder encoder() {
      return encoder;
    }

    @Override
    public boolean namesDeleted() {
      return !skipDeleted;
    }

    @Override
    public byte[] batch() {
      return encoder.finish();
    }

    @Override
    public Frame caughtUp(long scanned) {
      return new CaughtUp(shard.number(), scanned);
    }
  }

  private Multi<Batch> feedFrom(long noted, SlotScan scan, SlotBatchEncoder encoder) {
    session.scanEnds(scan);
    followerEmpty = false;
    figures.enter(State.STREAMING);
    // Shows a follower that CaughtUp meant the end of the scan, and not of the connection.
    session.send(new Heartbeat(), leader.clock().getAsLong());
    try {
      PlainRecords records = new PlainRecords(shard, shard.committedSequence(), encoder);
      feed = new LogFeed(shard, noted + 1, records);
      ledger.sentUpTo(noted, feed.startOffset());
      ledger.reachedAllIfNoneInFlight();
      return Multi.createFrom().publisher(feed);
    } catch (LogPurged | LogException e) {
      return Multi.createFrom().failure(e);
    }
  }

  private void sent(Batch batch) {
    session.sent(batch);
    ledger.reachedAllIfNoneInFlight();
  }

  @Override
  public void onFrame(Frame frame, long now) {
    switch (frame) {
      case Ack ack -> acknowledge(ack, now);
      case Heartbeat heartbeat -> heartbeat();
      default -> session.rejectUnexpected();
    }
  }

  private void acknowledge(Ack ack, long now) {
    if (!session.isForItsShard(ack)) {
      return;
    }
    heartbeatsWithoutAck = 0;
    if (pump.inFlight() == 0) {
      session.reject("unexpected-ack", "ack without a batch in flight");
      return;
    }
    Batch batch = pump.acknowledged(1);
    ledger.acknowledged(ack, 1, now);
    ledger.reached(batch);
    ledger.reachedAllIfNoneInFlight();
  }

  private void heartbeat() {
    if (pump.inFlight() > 0 && ++heartbeatsWithoutAck > MAX_HEARTBEATS_WITHOUT_ACK) {
      session.reject(
          "acks-overdue",
          "heartbeats but no ack: heartbeats=%d batches in flight=%d"
              .formatted(heartbeatsWithoutAck, pump.inFlight()));
    }
  }

  @Override
  public void onTick(long now) {
    if (now - session.lastHeardNanos() >= SILENCE_NANOS) {
      session.end("silent", "nothing heard for two heartbeat intervals");
    } else if (now - session.lastSentNanos() >= HEARTBEAT_NANOS) {
      session.send(new Heartbeat(), now);
    }
  }

  @Override
  public void onCommit() {
    if (feed != null) {
      feed.more();
    }
  }

  @Override
  public void onDrained() {
    pump.drained();
  }

  @Override
  public void end() {
    if (pump != null) {
      pump.cancel();
    }
    if (feed != null) {
      feed.close();
    }
    leader.names().giveBack(name, shard.number());
  }
}
