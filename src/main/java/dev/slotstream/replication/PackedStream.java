package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.log.LogException;
import dev.slotstream.slot.SlotLayout;
import dev.slotstream.wire.BatchEncoder;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.CaughtUp;
import dev.slotstream.wire.PackedBatch;
import dev.slotstream.wire.PackedBatchEncoder;
import io.smallrye.mutiny.Multi;
import java.util.Optional;

/**
 * What is sent to a follower that keeps the leader's history: all slots, if it needs them, and then
 * every record from a sequence on. It ends the session when the log was purged under it.
 *
 * <p>All calls come from the session's event loop.
 */
final class PackedStream {
  private final FollowerSession session;
  private final Shard shard;
  private final LeaderPosition leader;
  private final SlotLayout layout;
  private final PackedBatchEncoder encoder;
  private final SocketPump pump;
  private LogFeed feed;
  private long sentSequence;
  private long scanEnd;
  private boolean scanning;
  private long progressNanos;

  PackedStream(FollowerSession session, int window) {
    this.session = session;
    this.shard = session.shard();
    this.leader = session.leader().position();
    this.layout = session.engine().options().shape().layout();
    this.encoder = new PackedBatchEncoder(shard.number(), layout.keyLength(), layout.valueLength());
    this.pump = new SocketPump(session, window, this::sent, this::failed);
  }

  /** Sends every record from a sequence on; the follower has those before it. */
  void records(long from) {
    sentSequence = from - 1;
    Multi<Batch> records = feedFrom(from);
    session.figures().ledger().reachedAllIfNoneInFlight();
    records.subscribe().withSubscriber(pump);
  }

  /**
   * Sends all slots, and then every record behind the sequence that was noted before.
   *
   * @param sent runs when the last slot was sent
   */
  void slotsAndRecords(long noted, Runnable sent) {
    sentSequence = noted;
    scanning = true;
    SlotScan scan = new SlotScan(shard, layout, session.engine().newBuffer(), new Format());
    Multi.createBy()
        .concatenating()
        .streams(
            scan.batches(),
            Multi.createFrom()
                .deferred(
                    () -> {
                      session.scanEnds(scan);
                      scanning = false;
                      sent.run();
                      return feedFrom(noted + 1);
                    }))
        .subscribe()
        .withSubscriber(pump);
  }

  /**
   * Deleted slots are named too, whatever the follower has: their versions go on from where they
   * are when it leads one day.
   */
  private final class Format implements SlotScan.Format {
    @Override
    public BatchEncoder encoder() {
      return encoder;
    }

    @Override
    public boolean namesDeleted() {
      return true;
    }

    @Override
    public byte[] batch() {
      return encoder.finish(
          PackedBatch.Header.ofScan(
              shard.history().epoch(), leader.last(shard), shard.logEndOffset()));
    }

    @Override
    public Frame caughtUp(long scanned) {
      // What was copied before may be of any sequence up to this one.
      scanEnd = shard.committedSequence();
      return new CaughtUp(shard.number(), scanned, Optional.of(new CaughtUp.Extension(scanEnd)));
    }
  }

  private Multi<Batch> feedFrom(long from) {
    try {
      feed = new LogFeed(shard, from, new PackedRecords(shard, leader, encoder));
      session.figures().ledger().sentUpTo(from - 1, feed.startOffset());
      return Multi.createFrom().publisher(feed);
    } catch (LogPurged | LogException e) {
      return Multi.createFrom().failure(e);
    }
  }

  private void sent(Batch batch) {
    session.sent(batch);
    if (!batch.scan()) {
      sentSequence = batch.lastSequence();
    }
    if (pump.inFlight() == 1) {
      progressNanos = session.lastSentNanos(); // nothing was waited for before
    }
  }

  private void failed(Throwable failure) {
    if (failure instanceof LogPurged) {
      session.refuse("log-purged", failure.getMessage());
    } else {
      session.failed(failure);
    }
  }

  /** The follower has applied the oldest batches in flight, of which there are so many. */
  Optional<Batch> acknowledged(int batches, long now) {
    if (batches == 0) {
      return Optional.empty();
    }
    progressNanos = now;
    return Optional.of(pump.acknowledged(batches));
  }

  /** Since when the follower has acknowledged nothing, while something is in flight. */
  long progressNanos() {
    return progressNanos;
  }

  int inFlight() {
    return pump.inFlight();
  }

  /** The last record that was sent, or that the follower had before the first. */
  long sentSequence() {
    return sentSequence;
  }

  /** True until the last slot was sent. */
  boolean scanning() {
    return scanning;
  }

  /** The last record that slots of the scan can be of; 0 before it has ended. */
  long scanEnd() {
    return scanEnd;
  }

  /** More records are committed. */
  void more() {
    if (feed != null) {
      feed.more();
    }
  }

  /** The socket has room again. */
  void drained() {
    pump.drained();
  }

  void end() {
    pump.cancel();
    if (feed != null) {
      feed.close();
    }
  }
}
