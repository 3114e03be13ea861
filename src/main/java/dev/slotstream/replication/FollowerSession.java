package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.ErrorFrame;
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.FrameEncoder;
import dev.slotstream.wire.FrameLayout;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The leader's end of one follower's connection for one shard: from the first frame, which asks for
 * a shard, to the end for whichever reason. What is said in between depends on what the follower
 * can do and is a {@link Conversation}'s.
 *
 * <p>All calls come from one event loop; only {@link #status} may be asked from elsewhere.
 */
final class FollowerSession {
  private static final Logger LOG = Logger.getLogger(FollowerSession.class);
  private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final SlotEngine engine;
  private final LeaderContext leader;
  private final Connection connection;
  private final SessionFigures figures;
  private Conversation conversation;
  private boolean introduced;
  private boolean ended;
  private long lastSentNanos;
  private long lastHeardNanos;

  FollowerSession(SlotEngine engine, LeaderContext leader, Connection connection, long now) {
    this.engine = engine;
    this.leader = leader;
    this.connection = connection;
    this.figures = new SessionFigures(leader, connection);
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
      case SyncRequest request when conversation == null -> begin(request, now);
      case ErrorFrame error -> end("follower-error", "follower says: " + error.text());
      default -> {
        if (conversation == null) {
          rejectUnexpected();
        } else if (!endsWhileUnsettled()) {
          conversation.onFrame(frame, now);
        }
      }
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
    figures.asksFor(engine.shards().get(request.shard()));
    if (endsWhileUnsettled()) {
      return;
    }
    conversation =
        request.extension().isPresent()
            ? new ExtendedConversation(this, request, request.extension().get())
            : new PlainConversation(this, request.empty());
    conversation.begin(now);
  }

  /**
   * A node that follows itself has nothing to give while its own shard is a mixture, and before it
   * knows whose history it will hold.
   */
  boolean endsWhileUnsettled() {
    Shard shard = figures.shard();
    boolean unsettled = shard != null && (shard.syncing() || !leader.position().isSettled(shard));
    if (unsettled) {
      refuse("not-caught-up", "not caught up itself, try again");
    }
    return unsettled;
  }

  /** More records are committed, or the shard has begun to sync. */
  void onCommit() {
    if (!ended && conversation != null && !endsWhileUnsettled()) {
      conversation.onCommit();
    }
  }

  /** The socket has room again. */
  void onDrained() {
    if (!ended && conversation != null) {
      conversation.onDrained();
    }
  }

  /** Called a few times a second. */
  void onTick(long now) {
    if (ended || endsWhileUnsettled()) {
      return;
    }
    if (conversation != null) {
      conversation.onTick(now);
    } else if (now - lastHeardNanos >= HANDSHAKE_NANOS) {
      end("handshake-timeout", "no sync request within 10 s");
    }
  }

  /** The follower has been answered: it has a name, and is counted. */
  void introduce(String name, boolean saysWhatIsDurable) {
    figures.introduce(name, saysWhatIsDurable);
    introduced = true;
    int shard = figures.shard().number();
    leader.meter().followerConnected(name, shard, figures::status);
    LOG.infof(
        "follower connected, follower=%s address=%s shard=%d", name, figures.address(), shard);
  }

  void scanBegins(String reason, long noted) {
    int shard = figures.shard().number();
    leader.meter().scanStarted(shard, reason);
    LOG.infof(
        "scan begins, follower=%s shard=%d reason=%s sequence=%d",
        figures.follower(), shard, reason, noted);
  }

  void scanEnds(SlotScan scan) {
    if (scan.damaged() > 0) {
      LOG.errorf(
          "scan left out damaged slots, shard=%d slots=%d",
          figures.shard().number(), scan.damaged());
    }
  }

  /** A stream of batches was subscribed to. */
  void streamBegan() {
    leader.meter().streamBegan(figures.shard().number());
  }

  /** Its subscription was given up. */
  void streamEnded() {
    leader.meter().streamEnded(figures.shard().number());
  }

  /** A batch is on its way. */
  void sent(Batch batch) {
    lastSentNanos = leader.clock().getAsLong();
    figures.ledger().sent(batch);
    int shard = figures.shard().number();
    if (batch.scan()) {
      leader.meter().slotsScanned(shard, batch.events());
    } else {
      leader.meter().eventsStreamed(shard, batch.events());
    }
  }

  void send(Frame frame, long now) {
    lastSentNanos = now;
    connection.write(FrameEncoder.encode(frame));
  }

  /** Whether an ack is for this session's shard; if not, the session has ended. */
  boolean isForItsShard(Ack ack) {
    int expected = figures.shard().number();
    if (ack.shard() != expected) {
      reject(
          "wrong-shard",
          "ack for another shard: shard=%d expected=%d".formatted(ack.shard(), expected));
    }
    return ack.shard() == expected;
  }

  void rejectUnexpected() {
    reject("unexpected-frame", "frame not expected in this state, state=" + figures.state());
  }

  /** Tells the follower what it did wrong, and ends. */
  void reject(String reason, String text) {
    if (!ended) {
      leader.meter().frameRejected(reason);
      connection.write(FrameEncoder.encode(new ErrorFrame(text)));
      end(reason, text);
    }
  }

  /** Tells the follower why it gets nothing, or nothing more, and ends. */
  void refuse(String reason, String text) {
    if (!ended) {
      connection.write(FrameEncoder.encode(new ErrorFrame(reason + ": " + text)));
      end(reason, text);
    }
  }

  /** What was to be sent cannot be. */
  void failed(Throwable failure) {
    if (ended || endsWhileUnsettled()) {
      return; // a shard that takes over another history has no log and no slots to be sent
    }
    LOG.errorf(failure, "session failed, follower=%s", figures.follower());
    reject("leader-error", "leader cannot go on: " + failure.getMessage());
  }

  /** Ends the session, for whichever reason. Its memory and its place in the log are let go. */
  void end(String reason, String text) {
    if (ended) {
      return;
    }
    ended = true;
    figures.gone();
    Shard shard = figures.shard();
    if (introduced) {
      leader.meter().followerGone(figures.follower(), shard.number(), reason);
    }
    if (conversation != null) {
      conversation.end();
    }
    LOG.infof(
        "follower gone, follower=%s address=%s shard=%s reason=%s: %s",
        figures.follower(),
        figures.address(),
        shard == null ? "none" : shard.number(),
        reason,
        text);
    connection.close();
  }

  SlotEngine engine() {
    return engine;
  }

  LeaderContext leader() {
    return leader;
  }

  Connection connection() {
    return connection;
  }

  SessionFigures figures() {
    return figures;
  }

  LeaderHandshake handshake() {
    return new LeaderHandshake(engine, figures.shard(), leader.position());
  }

  long lastSentNanos() {
    return lastSentNanos;
  }

  long lastHeardNanos() {
    return lastHeardNanos;
  }

  /** The shard that the follower asked for; null before it has. */
  Shard shard() {
    return figures.shard();
  }

  /** The session's figures. Any thread. */
  FollowerStatus status() {
    return figures.status();
  }
}
