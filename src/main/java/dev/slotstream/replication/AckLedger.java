package dev.slotstream.replication;

import dev.slotstream.wire.Frame.Ack;

/**
 * What was sent to one follower, and what it said it has. Written by the session's event loop, read
 * by any thread.
 *
 * <p>Places are a sequence and where the log ends behind it, so that a distance can be told in
 * records and in bytes.
 */
final class AckLedger {
  private long scannedSlots;
  private long sentEvents;
  private long ackedEvents;
  private int highestVersion;
  private long sentSequence;
  private long sentOffset;
  private long ackedSequence;
  private long ackedOffset;
  private long durableSequence;
  private int inFlight;
  private boolean ackedOnce;
  private long ackedNanos;

  /** The follower has nothing that counts. */
  synchronized void scanBegins() {
    ackedSequence = 0;
    sentSequence = 0;
    durableSequence = 0;
  }

  /** Sending goes on behind this place. */
  synchronized void sentUpTo(long sequence, long offset) {
    sentSequence = sequence;
    sentOffset = offset;
  }

  synchronized void sent(Batch batch) {
    sentEvents += batch.events();
    if (batch.acknowledged()) {
      inFlight++;
    }
    if (batch.scan()) {
      scannedSlots += batch.events();
    } else {
      sentUpTo(batch.lastSequence(), batch.endOffset());
    }
  }

  /** The follower has applied so many batches. */
  synchronized void acknowledged(Ack ack, int batches, long now) {
    inFlight -= batches;
    ackedEvents = ack.applied();
    highestVersion = ack.maxVersion();
    ackedOnce = true;
    ackedNanos = now;
  }

  /** The follower has everything up to the end of this batch. */
  synchronized void reached(Batch batch) {
    if (!batch.scan()) {
      ackedSequence = batch.lastSequence();
      ackedOffset = batch.endOffset();
    }
  }

  /** With nothing in flight the follower has all that was sent, also what needed no batch. */
  synchronized void reachedAllIfNoneInFlight() {
    if (inFlight == 0) {
      ackedSequence = sentSequence;
      ackedOffset = sentOffset;
    }
  }

  /** The follower says itself how far it is. */
  synchronized void says(long applied, long durable) {
    ackedSequence = applied;
    durableSequence = durable;
    if (applied == sentSequence) {
      ackedOffset = sentOffset;
    }
  }

  synchronized long scannedSlots() {
    return scannedSlots;
  }

  synchronized long sentEvents() {
    return sentEvents;
  }

  synchronized long ackedEvents() {
    return ackedEvents;
  }

  synchronized int highestVersion() {
    return highestVersion;
  }

  synchronized long sentSequence() {
    return sentSequence;
  }

  synchronized long ackedSequence() {
    return ackedSequence;
  }

  synchronized long ackedOffset() {
    return ackedOffset;
  }

  synchronized long durableSequence() {
    return durableSequence;
  }

  synchronized int inFlight() {
    return inFlight;
  }

  /** Seconds since the last ack; -1 when there was none. */
  synchronized double ackAgeSeconds(long now) {
    return ackedOnce ? Math.max(0, now - ackedNanos) / 1e9 : -1;
  }
}
