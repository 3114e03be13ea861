package dev.slotstream.backup;

import dev.slotstream.backup.BackupException.Kind;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.ReplicatedBatch;
import dev.slotstream.engine.ReplicatedBatch.Events;
import dev.slotstream.engine.ReplicatedBatch.Rule;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.ShardPosition;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.SyncEnding;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * Brings one shard of a backup into a store, the way a follower is synced: the slots past the log,
 * then the records through it. Belongs to the thread that restores, which waits for each piece.
 */
final class ShardRestore {
  private final SlotEngine engine;
  private final Shard shard;

  /** Slots that the backup does not have, and that no record has written since. */
  private final TreeSet<Integer> missing = new TreeSet<>();

  private ShardRestore(SlotEngine engine, Shard shard) {
    this.engine = engine;
    this.shard = shard;
  }

  /** Takes the backup's history over; what the shard held is forgotten. */
  static ShardRestore begin(SlotEngine engine, Chunk.ShardBegin begin, UUID storeId)
      throws BackupException {
    Shard shard = engine.shards().get(begin.shard());
    shard.expectSlots(begin.slots());
    ShardHistory history = new ShardHistory(storeId, false, begin.epochs());
    step(end -> shard.beginFullSync(history, begin.start().sequence(), end));
    return new ShardRestore(engine, shard);
  }

  void slots(Chunk.Slots chunk) throws BackupException {
    submit(chunk.entries().whole(missing::add), Rule.DIRECT);
  }

  void records(Chunk.Records chunk) throws BackupException {
    submit(chunk.entries().cursor(), new Rule.InSequence(chunk.epoch(), chunk.first()));
    Entries.Cursor written = chunk.entries().cursor();
    while (!missing.isEmpty() && written.next()) {
      missing.remove(written.slot());
    }
  }

  /** Brings it to the disk; answers the slots that are missing. */
  SortedSet<Integer> end(Chunk.ShardEnd end) throws BackupException {
    step(shard::endFullSync);
    ShardPosition there =
        new ShardPosition(shard.epochAt(end.end().sequence()), shard.committedSequence());
    if (!there.equals(end.end())) {
      throw new BackupException(
          Kind.DAMAGED,
          "shard does not end where the backup says, shard=%d expected=%s found=%s"
              .formatted(shard.number(), end.end(), there));
    }
    return missing;
  }

  private void submit(Events events, Rule rule) throws BackupException {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    engine.submit(
        shard.number(),
        new ReplicatedBatch(events, rule) {
          @Override
          protected void committed() {
            ended.complete(null);
          }

          @Override
          protected void failed(EngineException why) {
            ended.completeExceptionally(why);
          }
        });
    await(ended);
  }

  private static void step(Consumer<SyncEnding> asked) throws BackupException {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    asked.accept(
        (aside, failure) -> {
          if (failure == null) {
            ended.complete(null);
          } else {
            ended.completeExceptionally(failure);
          }
        });
    await(ended);
  }

  private static void await(CompletableFuture<Void> ended) throws BackupException {
    try {
      ended.get();
    } catch (ExecutionException e) {
      throw new BackupException(
          Kind.STORE_FAILED, "store failed: " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BackupException(Kind.STORE_FAILED, "interrupted", e);
    }
  }
}
