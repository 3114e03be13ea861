package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.replication.FollowerStatus.State;
import dev.slotstream.replication.ResumeDecision.Full;
import dev.slotstream.replication.ResumeDecision.Refusal;
import dev.slotstream.replication.ResumeDecision.Refused;
import dev.slotstream.replication.ResumeDecision.Resume;
import dev.slotstream.replication.Seats.Seat;
import dev.slotstream.replication.SyncPermits.Permit;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.SyncRequest;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * With a follower that keeps the leader's history: it says who it is and where it is, and goes on
 * from there whenever that is possible.
 *
 * <pre>
 *            its older session is gone            resume
 *  SEATING ────────────────────────────> decide ────────────────────────────────────> STREAMING
 *                                          │ full                                         ^
 *                                          v       permit            Ack                  │
 *                                        QUEUED ──────────> PREPARING ───────> SCANNING ──┘
 *                                                                       all sent and applied
 * </pre>
 *
 * <p>From any of them silence, a follower that takes nothing in, and a log that was purged under it
 * lead out: the follower connects again, and what it needs is decided anew.
 */
final class ExtendedConversation implements Conversation {
  private static final Pulse PULSE = Pulse.ofMillis(LeaderHandshake.HEARTBEAT_MILLIS);

  /** Before a full sync a follower copies what it keeps of its log, and deletes the rest. */
  private static final long PREPARING_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final FollowerSession session;
  private final SyncRequest request;
  private final SyncRequest.Extension asked;
  private final LeaderContext leader;
  private final SessionFigures figures;
  private final Shard shard;
  private final LeaderHandshake handshake;
  private final PackedStream stream;
  private final ToldPosition told = new ToldPosition();
  private Phase phase = Phase.SEATING;
  private long preparingNanos;

  /** The first record that is streamed. */
  private long first;

  /** Up to which the follower must be to have caught up with the leader of that moment. */
  private long target;

  private Seat seat;
  private LogHold hold;
  private Permit permit;
  private FollowerPosition position;

  private enum Phase {
    SEATING,
    QUEUED,
    PREPARING,
    SCANNING,
    STREAMING
  }

  ExtendedConversation(FollowerSession session, SyncRequest request, SyncRequest.Extension asked) {
    this.session = session;
    this.request = request;
    this.asked = asked;
    this.leader = session.leader();
    this.figures = session.figures();
    this.shard = session.shard();
    this.handshake = session.handshake();
    int window = Math.clamp(asked.window(), 1, leader.options().window());
    this.stream = new PackedStream(session, window);
  }

  @Override
  public void begin(long now) {
    seat =
        leader
            .seats()
            .ask(
                asked.followerId(),
                shard.number(),
                session.connection()::later,
                this::decide,
                () -> session.refuse("replaced", "the same follower has connected again"));
  }

  private void decide() {
    if (session.endsWhileUnsettled()) {
      return;
    }
    // Before it is looked at: what is found there stays there.
    hold = new LogHold(shard, asked.nextSequence());
    switch (handshake.decide(request, asked)) {
      case Resume resume -> resume(resume.from());
      case Full full -> queue(full);
      case Refused refused -> refuse(refused);
    }
  }

  /**
   * A follower that does not belong here is told first whose store this is: it knows best what that
   * means to it. One that only came too early must not take that for the beginning of a full sync.
   */
  private void refuse(Refused refused) {
    if (refused.cause() != Refusal.NOT_CAUGHT_UP) {
      ShardInfo info = handshake.full(shard.committedSequence() + 1, refused.text());
      session.send(info, leader.clock().getAsLong());
    }
    session.refuse(refused.cause().tag(), refused.text());
  }

  private void resume(long from) {
    ShardInfo info = handshake.resume(from);
    first = from;
    target = info.extension().orElseThrow().lastSequence();
    enter(from - 1);
    figures.ledger().says(from - 1, position.durable());
    phase = Phase.STREAMING;
    figures.enter(State.STREAMING);
    session.send(info, leader.clock().getAsLong());
    stream.records(from);
  }

  /** The follower gets its name and its place. */
  private void enter(long held) {
    String name = asked.name().isEmpty() ? session.connection().remoteHost() : asked.name();
    session.introduce(leader.names().take(name, asked.followerId()), true);
    position = leader.registry().enter(asked.followerId(), shard.number(), held, figures);
  }

  private void queue(Full full) {
    hold.moveTo(Long.MAX_VALUE);
    enter(0);
    phase = Phase.QUEUED;
    figures.enter(State.WAITING);
    permit = leader.permits().ask(session.connection()::later, () -> prepare(full));
  }

  private void prepare(Full full) {
    if (session.endsWhileUnsettled()) {
      return;
    }
    // Noted before the scan: whatever the scan misses comes after it out of the log.
    first = shard.committedSequence() + 1;
    hold.moveTo(first);
    phase = Phase.PREPARING;
    preparingNanos = leader.clock().getAsLong();
    session.scanBegins(full.cause().tag(), first - 1);
    session.send(handshake.full(first, full.text()), preparingNanos);
  }

  @Override
  public void onFrame(Frame frame, long now) {
    switch (frame) {
      case Heartbeat heartbeat -> {} // it was heard: that is all it says
      case Ack ack when phase == Phase.PREPARING -> prepared(ack);
      case Ack ack when phase == Phase.SCANNING || phase == Phase.STREAMING ->
          acknowledge(ack, now);
      default -> session.rejectUnexpected();
    }
  }

  /** The follower is ready for the scan. */
  private void prepared(Ack ack) {
    if (isPossible(ack, first - 1)) {
      phase = Phase.SCANNING;
      figures.enter(State.SCANNING);
      stream.slotsAndRecords(first - 1, permit::close);
    }
  }

  private void acknowledge(Ack ack, long now) {
    if (!isPossible(ack, stream.sentSequence())) {
      return;
    }
    Ack.Extension says = ack.extension().orElseThrow();
    told.moveTo(says);
    AckLedger ledger = figures.ledger();
    ledger.acknowledged(ack, says.batches(), now);
    stream.acknowledged(says.batches(), now).ifPresent(ledger::reached);
    if (phase == Phase.SCANNING && !stream.scanning() && told.applied() >= first - 1) {
      phase = Phase.STREAMING;
      figures.enter(State.STREAMING);
      target = stream.scanEnd();
    }
    if (phase == Phase.STREAMING) {
      ledger.says(told.applied(), told.durable());
      hold.moveTo(Math.max(first, told.durable() + 1));
      position.reached(told.applied(), told.durable(), hasCaughtUp());
    }
  }

  /** Only a follower whose slots are all of one piece again has anything on disk. */
  private boolean hasCaughtUp() {
    return permit == null ? told.applied() >= target : told.durable() >= target;
  }

  private boolean isPossible(Ack ack, long sentSequence) {
    if (!session.isForItsShard(ack)) {
      return false;
    }
    if (ack.extension().isEmpty()) {
      session.reject("plain-ack", "ack does not say where the follower is");
      return false;
    }
    Optional<ToldPosition.Lie> lie =
        told.check(ack.extension().get(), sentSequence, stream.inFlight());
    lie.ifPresent(found -> session.reject(found.reason(), found.text()));
    return lie.isEmpty();
  }

  @Override
  public void onTick(long now) {
    long stallNanos = leader.options().stallTimeout().toNanos();
    if (now - session.lastHeardNanos() >= PULSE.silentAfterNanos()) {
      session.end(
          "silent",
          "nothing heard for %d ms"
              .formatted(TimeUnit.NANOSECONDS.toMillis(now - session.lastHeardNanos())));
    } else if (phase == Phase.PREPARING && now - preparingNanos >= PREPARING_NANOS) {
      session.refuse("stalled", "follower has not made ready for a full sync");
    } else if (stream.inFlight() > 0 && now - stream.progressNanos() >= stallNanos) {
      session.refuse(
          "stalled",
          "nothing acknowledged for %d ms: batches in flight=%d"
              .formatted(
                  TimeUnit.NANOSECONDS.toMillis(now - stream.progressNanos()), stream.inFlight()));
    } else if (now - session.lastSentNanos() >= PULSE.beatAfterNanos()) {
      session.send(heartbeat(), now);
    }
  }

  private Heartbeat heartbeat() {
    return new Heartbeat(
        Optional.of(
            new Heartbeat.Extension(
                leader.position().last(shard), shard.logEndOffset(), System.currentTimeMillis())));
  }

  @Override
  public void onCommit() {
    stream.more();
  }

  @Override
  public void onDrained() {
    stream.drained();
  }

  /** The seat is left last: whoever takes it finds nothing of this session any more. */
  @Override
  public void end() {
    stream.end();
    if (position != null) {
      position.leave();
      leader.names().giveBack(figures.follower());
    }
    if (permit != null) {
      permit.close();
    }
    if (hold != null) {
      hold.close();
    }
    seat.close();
  }
}
