package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.wire.SlotBatchEncoder;
import java.util.concurrent.Flow;

/**
 * The committed records of a shard from a sequence on, batch by batch, for as long as somebody asks
 * for more. Nothing is queued here: when the follower is slow, the records stay in the log.
 *
 * <p>Records that the scan before it may have overtaken are sent only when they are what their slot
 * holds now; if not, a later record of the slot follows. A plain follower applies by slot versions
 * alone: an older place of a key that it has already seen at its newer one would make it forget the
 * newer, whose own event it then skips.
 *
 * <p>All calls come from one event loop. "The log grew" arrives as {@link #more()}; several of them
 * count as one.
 */
final class LogFeed implements Flow.Publisher<Batch>, Flow.Subscription, AutoCloseable {
  private static final int RECORDS_PER_TURN = 4096;

  private final Shard shard;
  private final SlotBatchEncoder encoder;
  private final LogReader reader;
  private final long overtaken;
  private Flow.Subscriber<? super Batch> subscriber;
  private long demand;
  private boolean emitting;
  private boolean done;

  /**
   * @param from the first sequence to send
   * @param overtaken the last sequence that the scan can have seen
   * @throws LogException when the log is damaged
   * @throws LogPurged when that sequence is not in the log any more
   */
  LogFeed(Shard shard, long from, long overtaken, SlotBatchEncoder encoder)
      throws LogException, LogPurged {
    this.shard = shard;
    this.overtaken = overtaken;
    this.encoder = encoder;
    this.reader = shard.readLog(from);
    if (reader == null) {
      throw new LogPurged("sequence=%d oldest=%d".formatted(from, shard.status().oldestSequence()));
    }
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
      while (!done && demand > 0 && reader.nextSequence() <= shard.committedSequence()) {
        demand--;
        subscriber.onNext(nextBatch());
      }
    } catch (LogException e) {
      fail(e);
    } finally {
      emitting = false;
    }
  }

  private Batch nextBatch() throws LogException {
    long limit = shard.committedSequence();
    for (int n = 0; n < RECORDS_PER_TURN && encoder.hasRoom() && reader.next(limit); n++) {
      LogRecord record = reader.record();
      if (record.sequence() > overtaken || shard.meta(record.slot()) == record.meta()) {
        add(record);
      }
    }
    int events = encoder.events();
    byte[] frame = events == 0 ? null : encoder.finish();
    return new Batch(frame, events, false, reader.nextSequence() - 1);
  }

  private void add(LogRecord record) {
    if (MetaWord.occupied(record.meta())) {
      encoder.occupied(
          record.slot(),
          record.meta(),
          record.bytes(),
          record.keyOffset(),
          record.keyLength(),
          record.valueOffset(),
          record.valueLength());
    } else {
      encoder.deleted(
          record.slot(), record.meta(), record.bytes(), record.keyOffset(), record.keyLength());
    }
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
