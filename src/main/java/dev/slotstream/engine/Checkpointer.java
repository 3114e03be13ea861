package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.WriteGateShut;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The thread that brings slots to the disk and lets go of log that is not needed any more, beside
 * the writers. It runs when a shard has appended one to four segments' worth of records since its
 * last checkpoint, and after a recovery, which bounds how much the next recovery has to replay.
 */
final class Checkpointer extends EngineThread {
  private static final long IDLE_MILLIS = 250;

  /** Of log between two checkpoints, however many slots there are: a recovery reads it. */
  private static final int MOST_SEGMENTS = 4;

  private final Queue<CompletableFuture<Boolean>> asked = new ConcurrentLinkedQueue<>();
  private final List<Shard> shards;
  private final EngineOptions options;
  private final long[] bytesAtCheckpoint;

  Checkpointer(String name, List<Shard> shards, EngineOptions options) {
    super(name, IDLE_MILLIS);
    this.shards = shards;
    this.options = options;
    this.bytesAtCheckpoint = new long[shards.size()];
    for (int s = 0; s < bytesAtCheckpoint.length; s++) {
      // What recovery replayed is still to be checkpointed: at once, and beside the first writers.
      boolean replayed = shards.get(s).committer().log().verdict().replayed() > 0;
      bytesAtCheckpoint[s] = replayed ? -(long) MOST_SEGMENTS * options.segmentSize() : 0;
    }
  }

  /** Has all shards checkpointed now, by the one thread that does it, and waits for that. */
  boolean checkpointNow() {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    asked.add(done);
    signal();
    return done.join();
  }

  @Override
  void work() {
    for (CompletableFuture<Boolean> one = asked.poll(); one != null; one = asked.poll()) {
      boolean all = false;
      try {
        all = checkpointAll(false);
      } finally {
        one.complete(all);
      }
    }
    for (int s = 0; s < shards.size(); s++) {
      Shard shard = shards.get(s);
      shard.fullSync().work();
      long appended = shard.committer().log().endOffset();
      // A full sync begins another log, which counts from 0.
      bytesAtCheckpoint[s] = Math.min(bytesAtCheckpoint[s], appended);
      if (appended - bytesAtCheckpoint[s] >= logBetweenCheckpoints(shard)
          && shard.committer().gate().reason() == null) {
        bytesAtCheckpoint[s] = appended;
        checkpoint(shard, false);
      }
    }
  }

  /**
   * Bytes: half of what the slots have. Writes all over many slots hardly ever share a page, so
   * that a checkpoint brings most of the slot file to the disk; it must be worth that.
   */
  private long logBetweenCheckpoints(Shard shard) {
    long segment = options.segmentSize();
    return Math.clamp(
        shard.committer().slots().file().bytes() / 2, segment, MOST_SEGMENTS * segment);
  }

  @Override
  void broken(Throwable why) {
    WriteGateShut reason = new WriteGateShut("checkpointing broke: " + why, why);
    shards.forEach(shard -> shard.committer().shut(reason));
  }

  /** Checkpoints all shards. For the closing thread once this one has stopped. */
  boolean checkpointAll(boolean clean) {
    boolean all = true;
    for (Shard shard : shards) {
      all &= checkpoint(shard, clean);
    }
    return all;
  }

  /**
   * Makes one checkpoint. The last one, before a clean close, is made when nothing else writes.
   *
   * @return false when the disk failed; the shard's gate is shut then
   */
  private boolean checkpoint(Shard shard, boolean clean) {
    Committer committer = shard.committer();
    // A force that failed must not be tried again: it could claim success for lost bytes.
    if (committer.gate().failed()) {
      return false;
    }
    // 1. Every record up to here is in its slot, in memory at least.
    //    At the end nothing is appended any more, and all of it counts.
    long sequence = clean ? committer.appendedSequence() : committer.committedSequence();
    // 2. Their records are on disk before the slots are: the log never knows less than the slots.
    if (!shard.syncer().awaitForced(sequence)) {
      return false;
    }
    try {
      // 3. The leaderships that those records tell of: the log may forget them soon. Not those of
      //    later records, which the power could still cost us: then nobody may believe in them.
      ShardHistory history = committer.history().asOf(sequence);
      shard.fullSync().historyFile().save(history);
      // 4. The slots, then the header that vouches for them.
      committer.slots().file().checkpoint(sequence, history.epoch(), clean);
      // 5. Only now may the log forget.
      committer.log().purge(sequence, shard.neededFrom(), options.retention());
      return true;
    } catch (IOException e) {
      committer.shut(new WriteGateShut("checkpoint failed: " + e.getMessage(), e));
      return false;
    }
  }
}
