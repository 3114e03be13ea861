package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.Closed;
import dev.slotstream.log.LogException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The engine's threads, and the order in which they end: a syncer per shard, one room keeper, one
 * checkpointer, one scrubber.
 */
final class EngineThreads {
  private final List<Shard> shards;
  private final List<Syncer> syncers;
  private final RoomKeeper roomKeeper;
  private final Checkpointer checkpointer;
  private final Scrubber scrubber;

  private EngineThreads(
      List<Shard> shards,
      List<Syncer> syncers,
      RoomKeeper roomKeeper,
      Checkpointer checkpointer,
      Scrubber scrubber) {
    this.shards = shards;
    this.syncers = syncers;
    this.roomKeeper = roomKeeper;
    this.checkpointer = checkpointer;
    this.scrubber = scrubber;
  }

  /** Signals from one shard's write path to the threads that serve it. */
  private static final class Signals implements CommitSignals {
    private final CommitListeners listeners = new CommitListeners();
    private RoomKeeper roomKeeper;
    private Syncer syncer;

    @Override
    public void roomWanted() {
      roomKeeper.signal();
    }

    @Override
    public void forceWanted() {
      syncer.recordsWait();
    }

    @Override
    public void committed() {
      listeners.tell();
    }
  }

  /** Of an open store. They are not started. */
  static EngineThreads of(OpenedStore store) throws LogException {
    EngineOptions options = store.options();
    List<Signals> signals = new ArrayList<>();
    List<Committer> committers = new ArrayList<>();
    for (ShardRecovery recovered : store.shards()) {
      Signals own = new Signals();
      signals.add(own);
      committers.add(new Committer(options.durability(), recovered, own));
    }
    RoomKeeper roomKeeper = new RoomKeeper("slotstream-room", committers, options.growSlots());
    List<Syncer> syncers = new ArrayList<>();
    List<Shard> shards = new ArrayList<>();
    for (int s = 0; s < committers.size(); s++) {
      Syncer syncer = new Syncer("slotstream-sync-" + s, committers.get(s), options);
      signals.get(s).roomKeeper = roomKeeper;
      signals.get(s).syncer = syncer;
      syncers.add(syncer);
      FullSync fullSync = new FullSync(committers.get(s), syncer, store.shards().get(s));
      IndexKeeping keeping =
          new IndexKeeping(committers.get(s), store.shards().get(s), options.leads());
      shards.add(
          new Shard(s, committers.get(s), syncer, fullSync, keeping, signals.get(s).listeners));
    }
    List<Shard> fixed = List.copyOf(shards);
    Checkpointer checkpointer = new Checkpointer("slotstream-checkpoint", fixed, options);
    fixed.forEach(shard -> shard.fullSync().onAsked(checkpointer::signal));
    Scrubber scrubber = new Scrubber("slotstream-scrub", fixed, options);
    return new EngineThreads(fixed, syncers, roomKeeper, checkpointer, scrubber);
  }

  EngineThreads start() {
    syncers.forEach(EngineThread::start);
    roomKeeper.start();
    checkpointer.start();
    if (scrubber.hasWork()) {
      scrubber.start();
    }
    return this;
  }

  List<Shard> shards() {
    return shards;
  }

  RoomKeeper roomKeeper() {
    return roomKeeper;
  }

  Checkpointer checkpointer() {
    return checkpointer;
  }

  boolean checkpointNow() {
    return checkpointer.checkpointNow();
  }

  long idleNanos() {
    long now = System.nanoTime();
    long idle = now - roomKeeper.lastRunNanos();
    for (Syncer syncer : syncers) {
      idle = Math.max(idle, now - syncer.lastRunNanos());
    }
    return idle;
  }

  /** Answers whose index could not be kept, and why: their next opening reads all slots. */
  List<String> close() {
    // 1. Nothing new comes in. What waits for room is told; what waits for the disk is awaited.
    for (Shard shard : shards) {
      shard.committer().gate().shut(new Closed());
      shard.committer().failWaitingForRoom(new Closed());
    }
    scrubber.stop();
    checkpointer.stop();
    roomKeeper.stop();
    shards.forEach(shard -> shard.fullSync().close());
    // 2. Log and slots reach the disk; the header says that the store was closed.
    checkpointer.checkpointAll(true);
    // 3. Nobody works on the files any more.
    syncers.forEach(EngineThread::stop);
    // 4. Only now: an index that a crash leaves half written belongs to a store that was closed.
    List<String> notKept = keepIndexes();
    for (Shard shard : shards) {
      shard.committer().releaseLog();
      shard.committer().slots().file().close();
    }
    return notKept;
  }

  private List<String> keepIndexes() {
    List<String> notKept = new ArrayList<>();
    for (Shard shard : shards) {
      try {
        shard.indexKeeping().keep();
      } catch (IOException e) {
        notKept.add("shard=%d: %s".formatted(shard.number(), e.getMessage()));
      }
    }
    return notKept;
  }
}
