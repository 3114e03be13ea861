package dev.slotstream.replication;

import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.replication.LinkStatus.State;
import dev.slotstream.wire.EventCursor;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.ErrorFrame;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.FrameEncoder;
import dev.slotstream.wire.FrameLayout;
import java.util.Optional;

/**
 * The follower's end of one connection for one shard: the first frames, in which both find out
 * whether their stores fit, and what holds for the connection as a whole. What comes then is a
 * {@link Following}'s.
 *
 * <p>All calls come from one event loop.
 */
final class LeaderLink {
  /** A leader may have grown since it announced its slots, but not by more than this at a time. */
  private static final int MAX_GROWTH = 1 << 20;

  private final SlotEngine engine;
  private final Shard shard;
  private final LinkOptions options;
  private final Connection connection;
  private final LinkProgress progress;
  private Optional<Following> following = Optional.empty();
  private long announcedSlots;
  private boolean ended;
  private Runnable onProgress = () -> {};
  private long lastHeardNanos;
  private long lastHeartbeatNanos;
  private int heartbeatsSent;

  /**
   * What a follower tells its leader about itself.
   *
   * @param name printable, at most {@link FrameLayout#MAX_NAME} bytes; may be empty
   * @param window batches that may be on their way to it
   */
  record LinkOptions(String name, int window) {}

  LeaderLink(
      SlotEngine engine,
      LinkOptions options,
      Connection connection,
      LinkProgress progress,
      long now) {
    this.engine = engine;
    this.shard = engine.shards().get(progress.shard());
    this.options = options;
    this.connection = connection;
    this.progress = progress;
    this.lastHeardNanos = now;
    this.lastHeartbeatNanos = now;
  }

  /** Called when batches were committed: there is room for more. */
  void onProgress(Runnable callback) {
    onProgress = callback;
  }

  /** Begins: asks the leader for the shard. */
  void open() {
    ShardHistory history = shard.history();
    long last = shard.appendedSequence();
    int damaged = shard.slotsDamaged();
    boolean resumable = damaged == 0 && !shard.syncing() && !(history.own() && last == 0);
    if (damaged > 0) {
      progress.repairing(damaged);
    }
    write(
        FrameEncoder.encode(
            new SyncRequest(
                shard.number(),
                FrameLayout.PROTOCOL_VERSION,
                flags(),
                Optional.of(
                    new SyncRequest.Extension(
                        engine.directoryId(),
                        history.storeId(),
                        resumable ? history.epochAt(last) : 0,
                        resumable ? last + 1 : 0,
                        options.window(),
                        options.name())))));
  }

  private int flags() {
    int empty = shard.slotsUsed() == 0 ? FrameLayout.FLAG_EMPTY_STATE : 0;
    int damaged = shard.logDamaged() ? FrameLayout.FLAG_DAMAGED_LOG : 0;
    return empty | damaged;
  }

  /** Bytes arrived, of a whole frame or of a part of one: over a slow link a batch takes long. */
  void onBytes(long now) {
    lastHeardNanos = now;
    progress.heard();
  }

  /** A frame arrived. */
  void onFrame(Frame frame, long now) {
    if (ended) {
      return;
    }
    onBytes(now);
    following.ifPresent(each -> each.onSignOfLife(frame));
    switch (frame) {
      case ShardInfo info when following.isEmpty() -> begin(info);
      case ErrorFrame error -> end("leader-error", "leader says: " + error.text());
      case Heartbeat heartbeat ->
          following.ifPresentOrElse(
              each -> each.onHeartbeat(heartbeat, now),
              () -> write(FrameEncoder.encode(new Heartbeat())));
      default ->
          following.ifPresentOrElse(each -> each.onFrame(frame, now), this::rejectUnexpected);
    }
  }

  private void begin(ShardInfo info) {
    Optional<String> difference = difference(info);
    if (difference.isPresent()) {
      refuse("stores do not fit, " + difference.get());
      return;
    }
    announcedSlots = Integer.toUnsignedLong(info.slotCount());
    Applier applier = new Applier(engine, shard, connection);
    if (info.extension().isEmpty()) {
      beginPlain(applier);
    } else {
      begin(info.extension().get(), applier);
    }
  }

  private void beginPlain(Applier applier) {
    if (!shard.history().own()) {
      refuse(
          "leader keeps no history, and this directory holds that of store %s: use another"
              .formatted(shard.history().storeId()));
      return;
    }
    following = Optional.of(new PlainFollowing(this, applier));
  }

  private void begin(ShardInfo.Extension info, Applier applier) {
    ShardHistory history = shard.history();
    boolean fresh = history.own() && shard.appendedSequence() == 0 && shard.slotsUsed() == 0;
    if (!info.storeId().equals(history.storeId()) && !fresh) {
      refuse(
          "stores differ, leader=%s follower=%s: a follower needs a directory of its own"
              .formatted(info.storeId(), history.storeId()));
      return;
    }
    if (!fresh && Integer.compareUnsigned(info.epoch(), history.epoch()) < 0) {
      end(
          "stale-leader",
          "leader is of the past, its epoch=%d ours=%d".formatted(info.epoch(), history.epoch()));
      return;
    }
    following = Optional.of(new HistoryFollowing(this, applier, info));
  }

  private Optional<String> difference(ShardInfo info) {
    Shape shape = engine.options().shape();
    Object[][] fields = {
      {"shard count", info.shardCount(), shape.shards()},
      {"key length", info.keyLength(), shape.layout().keyLength()},
      {"value length", info.valueLength(), shape.layout().valueLength()},
      {"slot size", info.slotSize(), shape.layout().slotSize()},
      {"shard prefix bits", info.prefixBits(), shape.prefixBits()}
    };
    for (Object[] field : fields) {
      if (!field[1].equals(field[2])) {
        return Optional.of("%s: leader=%s follower=%s".formatted(field));
      }
    }
    return Optional.empty();
  }

  /** This leader cannot be followed, and trying again would not help. */
  private void refuse(String why) {
    ended = true;
    progress.refused(why);
    connection.close();
  }

  Shard shard() {
    return shard;
  }

  /** How many slots the leader has, as far as a store can have them. */
  int announcedSlots() {
    return (int) Math.min(Integer.MAX_VALUE, announcedSlots);
  }

  LinkProgress progress() {
    return progress;
  }

  long lastHeartbeatNanos() {
    return lastHeartbeatNanos;
  }

  void write(byte[] frame) {
    connection.write(frame);
  }

  /** Runs a step later on the link's event loop; also when the link has ended by then. */
  void later(Runnable step) {
    connection.later(step);
  }

  /** Batches were committed. */
  void progressed() {
    onProgress.run();
  }

  boolean hasEnded() {
    return ended;
  }

  /** True when nothing is to follow on a batch's end: the link is gone, or this ends it. */
  boolean hasFailed(EngineException failure) {
    if (failure != null && !ended) {
      reject("apply-failed", "follower cannot apply: " + failure.getMessage());
    }
    return ended;
  }

  /** False when a frame is for another shard; the link has ended then. */
  boolean isOurs(int number) {
    if (number != shard.number()) {
      reject(
          "wrong-shard",
          "frame for another shard: shard=%d expected=%d".formatted(number, shard.number()));
    }
    return number == shard.number();
  }

  /** False when an event names a slot that cannot be; the link has ended then. */
  boolean allInRange(EventCursor events) {
    long slots = Math.max(announcedSlots, shard.slotCount());
    long limit = Math.min(Integer.MAX_VALUE, slots + MAX_GROWTH);
    while (events.next()) {
      if (Integer.toUnsignedLong(events.slot()) >= limit) {
        reject(
            "slot-out-of-range",
            "event past the end: slot=%s limit=%d"
                .formatted(Integer.toUnsignedString(events.slot()), limit));
        return false;
      }
    }
    return true;
  }

  /**
   * True when the engine works on nothing any more that came over this link. Before that nobody
   * knows where the shard will be, and where another link has to go on.
   */
  boolean settled() {
    return following.map(Following::settled).orElse(true);
  }

  /** Batches that were received and are not committed yet. */
  int uncommitted() {
    return following.map(Following::uncommitted).orElse(0);
  }

  /** Called a few times a second. */
  void onTick(long now) {
    if (ended) {
      return;
    }
    if (progress.state() == State.LIVE && shard.slotsDamaged() > 0) {
      end("damaged-slots", "slots are damaged, slots=" + shard.slotsDamaged());
      return;
    }
    following.ifPresent(each -> each.onTick(now));
    long silence = following.map(Following::silenceNanos).orElse(PlainFollowing.SILENCE_NANOS);
    if (now - lastHeardNanos >= silence) {
      end("silent", "nothing heard for %d ms".formatted((now - lastHeardNanos) / 1_000_000));
    } else if (following.isPresent()
        && now - lastHeartbeatNanos >= following.get().heartbeatNanos(heartbeatsSent)) {
      lastHeartbeatNanos = now;
      heartbeatsSent++;
      write(FrameEncoder.encode(new Heartbeat()));
    }
  }

  /** The leader sent what it must not send now. */
  void rejectUnexpected() {
    Object state = following.isEmpty() ? State.CONNECTING : progress.state();
    reject("unexpected-frame", "frame not expected in this state, state=" + state);
  }

  /** Tells the leader what is wrong, and ends. */
  void reject(String reason, String text) {
    if (!ended) {
      progress.rejected(reason);
      write(FrameEncoder.encode(new ErrorFrame(text)));
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
