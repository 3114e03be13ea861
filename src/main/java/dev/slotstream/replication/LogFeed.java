package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import java.util.concurrent.Flow;

/**
 * The committed records of a shard from a sequence on, batch by batch, for as long as somebody asks
 * for more. Nothing is queued here: when the follower is slow, the records stay in the log.
 *
 * <p>All calls come from one event loop. "The log grew" arrives as {@link #more()}; several of them
 * count as one.
 */
final class LogFeed implements Flow.Publisher<Batch>, Flow.Subscription, AutoCloseable {
  private final Shard shard;
  private final RecordPacker packer;
  private final LogReader reader;
  private final long startOffset;
  private Flow.Subscriber<? super Batch> subscriber;
  private long demand;
  private boolean emitting;
  private boolean done;

  /**
   * Begins behind what is in the log already.
   *
   * @param from the first sequence to send
   * @throws LogException when the log is damaged
   * @throws LogPurged when that sequence is not in the log any more
   */
  LogFeed(Shard shard, long from, RecordPacker packer) throws LogException, LogPurged {
    this.shard = shard;
    this.packer = packer;
    this.reader = shard.readLog(from);
    if (reader == null) {
      throw new LogPurged("sequence=%d oldest=%d".formatted(from, shard.oldestSequence()));
    }
    this.startOffset = reader.offset();
  }

  /** Where the log ended before the first record. */
  long startOffset() {
    return startOffset;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Batch> newSubscriber) {
    subscriber = newSubscriber;
    subscriber.onSubscribe(this);
  }

  @Override
  public void request(long batches) {
    demand = Math.addExact(demand, batches);
    more();
  }

  @Override
  public void cancel() {
    close();
  }

  /** More records may be committed, or asked for. */
  void more() {
    if (emitting) {
      return; // the loop below goes on by itself
    }
    emitting = true;
    try {
      while (!done && demand > 0 && hasMore()) {
        demand--;
        subscriber.onNext(packer.pack(reader, shard.committedSequence()));
      }
    } catch (LogException e) {
      fail(e);
    } finally {
      emitting = false;
    }
  }

  private boolean hasMore() {
    return packer.holdsOne() || reader.nextSequence() <= shard.committedSequence();
  }

  private void fail(LogException e) {
    close();
    subscriber.onError(e.kind() == LogException.Kind.MISSING ? new LogPurged(e.getMessage()) : e);
  }

  @Override
  public void close() {
    if (!done) {
      done = true;
      reader.close();
    }
  }
}
