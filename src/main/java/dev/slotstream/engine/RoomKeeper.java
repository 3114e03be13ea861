package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.DiskFull;
import dev.slotstream.engine.EngineException.WriteGateShut;
import dev.slotstream.file.NoSpaceException;
import dev.slotstream.slot.SlotFile;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The thread that makes room ahead of the writers: log segments and slots, all in real zeros. When
 * the disk is full, those who wait are told, and it is tried again with the next that come.
 */
final class RoomKeeper extends EngineThread {
  private static final long IDLE_MILLIS = 1_000;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** Of many slots that are expected the first can be written while the next are being made. */
  private static final int BYTES_AT_A_TIME = 16 << 20;

  private final List<Committer> committers;
  private final int growSlots;
  private DiskFull full;
  private long triedNanos;

  RoomKeeper(String name, List<Committer> committers, int growSlots) {
    super(name, IDLE_MILLIS);
    this.committers = committers;
    this.growSlots = growSlots;
  }

  @Override
  void work() {
    for (Committer committer : committers) {
      if (committer.gate().reason() == null) {
        serve(committer);
      }
    }
  }

  @Override
  void broken(Throwable why) {
    committers.forEach(each -> each.shut(new WriteGateShut("making room broke: " + why, why)));
  }

  /** False when there was nothing to do. */
  private boolean makeRoom(Committer committer) throws IOException {
    boolean prepare;
    committer.logExchange().readLock().lock();
    try {
      prepare = committer.log().wantsPreparing();
      if (prepare) {
        committer.log().prepare();
      }
    } finally {
      committer.logExchange().readLock().unlock();
    }
    return growSlots(committer) || prepare;
  }

  private boolean growSlots(Committer committer) throws IOException {
    SlotFile file = committer.slots().file();
    int before = file.slotCount();
    int wanted = committer.slotsWanted(growSlots);
    int most = Math.max(growSlots, BYTES_AT_A_TIME / file.layout().slotSize());
    file.grow((int) Math.min(wanted, (long) before + most));
    boolean grown = file.slotCount() > before;
    if (grown && file.slotCount() < wanted) {
      signal(); // the others come first
    }
    return grown;
  }

  private void serve(Committer committer) {
    if (full != null && System.nanoTime() - triedNanos < PAUSE_NANOS) {
      committer.failWaitingForRoom(full);
      return;
    }
    try {
      full = null;
      makeRoom(committer);
      while (!committer.retryWaiting()) {
        // What is lacking is known by now: somebody was found waiting for it.
        if (!makeRoom(committer)) {
          committer.failWaitingForRoom(new DiskFull("shard can grow no more", null));
          return;
        }
      }
    } catch (NoSpaceException e) {
      full = new DiskFull("disk is full: " + e.getMessage(), e);
      triedNanos = System.nanoTime();
      committer.retryWaiting(); // what still fits is done
      committer.failWaitingForRoom(full);
    } catch (IOException e) {
      committer.shut(new WriteGateShut("room could not be made: " + e.getMessage(), e));
    }
  }
}
