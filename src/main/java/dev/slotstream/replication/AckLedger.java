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
  private int unackedScanBatches;
  private long sequenceOfScan;

  synchronized void scanBegins() {
    ackedSequence = 0;
    sentSequence = 0;
  }

  /** The scan has been sent: once it is acknowledged, the follower has all up to this sequence. */
  synchronized void scanEnds(long noted) {
    sequenceOfScan = noted;
    sentSequence = noted;
    if (unackedScanBatches == 0) {
      ackedSequence = noted;
    }
  }

  synchronized void sent(Batch batch) {
    sentEvents += batch.events();
    if (batch.scan()) {
      scannedSlots += batch.events();
    }
    if (batch.acknowledged()) {
      inFlight++;
      if (batch.scan()) {
        unackedScanBatches++;
      } else {
        sentSequence = batch.lastSequence();
      }
    }
  }

  synchronized void acknowledged(Batch batch, Ack ack) {
    inFlight--;
    ackedEvents = ack.applied();
    highestVersion = ack.maxVersion();
    if (!batch.scan()) {
      ackedSequence = batch.lastSequence();
      return;
    }
    unackedScanBatches--;
    if (unackedScanBatches == 0 && sentSequence > 0) {
      ackedSequence = Math.max(ackedSequence, sequenceOfScan);
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
