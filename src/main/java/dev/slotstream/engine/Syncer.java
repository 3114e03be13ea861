package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.WriteGateShut;
import dev.slotstream.log.ForcePoint;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that brings one shard's log to the disk. In FSYNC it does so as long as records wait:
 * while one force is under way the next group gathers, and where there are many writers it is given
 * a little longer ({@link ForceGroup}). In INTERVAL every so often, in OS only when somebody
 * demands it.
 *
 * <p>A failed force is final. The gate shuts, and nothing is tried again.
 */
final class Syncer extends EngineThread {
  private static final long IDLE_MILLIS = 1_000;

  private final Committer committer;
  private final Durability durability;
  private final SyncCounters counters = new SyncCounters();
  private final ForceGroup group = new ForceGroup();
  private volatile long demanded;

  /** While a group gathers: for so many writers the thread sleeps on; 0 when none does. */
  private volatile int gathering;

  Syncer(String name, Committer committer, EngineOptions options) {
    super(
        name,
        options.durability() == Durability.INTERVAL ? options.syncIntervalMillis() : IDLE_MILLIS);
    this.committer = committer;
    this.durability = options.durability();
  }

  SyncCounters counters() {
    return counters;
  }

  /** Records wait for the disk: wakes the thread when it is to force them now. */
  void recordsWait() {
    boolean wanted = durability == Durability.FSYNC || isDemanded();
    if (wanted && committer.waitingForDisk() >= gathering) {
      signal();
    }
  }

  /** Another log takes the place of the one that demands were for. */
  void forgetDemands() {
    demanded = 0;
  }

  private boolean isDemanded() {
    return Math.max(demanded, committer.diskDemanded()) > committer.log().durableSequence();
  }

  @Override
  void work() {
    boolean more = true;
    while (more) {
      gather();
      committer.logExchange().readLock().lock();
      try {
        more = forceOnce();
      } catch (IOException e) {
        committer.shut(new WriteGateShut("log could not be forced: " + e.getMessage(), e));
        return;
      } finally {
        committer.logExchange().readLock().unlock();
      }
    }
  }

  /** Lets more writers come to those who wait, while that pays. */
  private void gather() {
    if (durability != Durability.FSYNC || committer.waitingForDisk() == 0 || !started()) {
      return;
    }
    int enough = group.enough();
    long left = group.patienceNanos();
    long end = System.nanoTime() + left;
    gathering = enough;
    while (left > 0 && committer.waitingForDisk() < enough && !isDemanded()) {
      LockSupport.parkNanos(this, left);
      left = end - System.nanoTime();
    }
    gathering = 0;
  }

  /** False when there was nothing to force. */
  private boolean forceOnce() throws IOException {
    ForcePoint point = wanted();
    if (point == null) {
      return false;
    }
    long from = committer.log().durableSequence();
    long start = System.nanoTime();
    committer.log().force(point);
    long took = System.nanoTime() - start;
    counters.add(took, point.sequence() - from);
    int ended = committer.commitForced(point.sequence());
    group.forced(ended, committer.waitingForDisk(), took);
    return true;
  }

  @Override
  void broken(Throwable why) {
    committer.shut(new WriteGateShut("syncing broke: " + why, why));
  }

  private ForcePoint wanted() {
    boolean wanted = durability.appliesLater() || isDemanded();
    return wanted && !committer.gate().failed() ? committer.forcePoint() : null;
  }

  /**
   * Waits until everything up to this sequence is on disk.
   *
   * @return false when the disk failed
   */
  boolean awaitForced(long sequence) {
    demanded = Math.max(demanded, sequence);
    while (committer.log().durableSequence() < sequence
        || committer.committedSequence() < sequence) {
      if (committer.gate().failed()) {
        return false;
      }
      if (started()) {
        signal();
        LockSupport.parkNanos(100_000);
      } else {
        round();
      }
    }
    return true;
  }
}
