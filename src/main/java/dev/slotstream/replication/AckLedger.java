package dev.slotstream.replication;

import dev.slotstream.wire.Frame.Ack;

/**
 * What was sent to one follower, and what it said it has. Written by the session's event loop, read
 * by any thread.
 *
 * <p>A plain ack names no sequence, but acks come one for each batch and in order: the batch tells.
 */
final class AckLedger {
  private long scannedSlots;
  private long sentEvents;
  private long ackedEvents;
  private int highestVersion;
  private long sentSequence;
  private long ackedSequence;
  private int inFlight;

  synchronized void scanBegins() {
    ackedSequence = 0;
    sentSequence = 0;
  }

  /** The scan has been sent: once it is acknowledged, the follower has all up to this sequence. */
  synchronized void scanEnds(long noted) {
    sentUpTo(noted);
  }

  synchronized void sent(Batch batch) {
    sentEvents += batch.events();
    if (batch.acknowledged()) {
      inFlight++;
    }
    if (batch.scan()) {
      scannedSlots += batch.events();
    } else {
      sentUpTo(batch.lastSequence());
    }
  }

  private void sentUpTo(long sequence) {
    sentSequence = sequence;
    allAcknowledged();
  }

  synchronized void acknowledged(Batch batch, Ack ack) {
    inFlight--;
    ackedEvents = ack.applied();
    highestVersion = ack.maxVersion();
    if (!batch.scan()) {
      ackedSequence = batch.lastSequence();
    }
    allAcknowledged();
  }

  /** With nothing in flight the follower has all that was sent, also what needed no batch. */
  private void allAcknowledged() {
    if (inFlight == 0) {
      ackedSequence = sentSequence;
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

  synchronized int inFlight() {
    return inFlight;
  }
}
