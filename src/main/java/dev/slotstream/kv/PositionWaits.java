package dev.slotstream.kv;

import dev.slotstream.engine.Shard;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.LongToIntFunction;

/**
 * Reads that must see certain writes, and wait until this node has them.
 *
 * <p>A number alone does not say which write is meant: after a failover another leader may have
 * given the same sequence to another write. So the epoch is compared with the shard's history, and
 * a write that is not part of it is told as lost rather than waited for.
 *
 * <p>Any thread; nothing blocks. {@link #tick} is to be called every {@link
 * ReplicationDemands#TICK}.
 */
final class PositionWaits {
  /** Enough for any number of clients, and little memory. */
  static final int MAX_WAITING = 1 << 16;

  private final List<Shard> shards;
  private final Duration timeout;
  private final SequenceWaiters waiters;

  PositionWaits(List<Shard> shards, Duration timeout, LongSupplier clock) {
    this.shards = shards;
    this.timeout = timeout;
    this.waiters = new SequenceWaiters(shards.size(), MAX_WAITING, clock);
    for (Shard shard : shards) {
      shard.onCommit(() -> advanced(shard));
    }
  }

  /** Runs on the write path: with nobody waiting it is a look at memory. */
  private void advanced(Shard shard) {
    if (waiters.awaited(shard.number())) {
      waiters.reached(shard.number(), readable(shard));
    }
  }

  /** Up to where reads see the shard's history: nowhere, while its slots are a mixture. */
  private static long readable(Shard shard) {
    return shard.syncing() ? 0 : shard.committedSequence();
  }

  /**
   * Tells, now or later and on any thread, whether a shard has all of those positions that are its
   * own: empty when it has.
   */
  void await(Shard shard, List<Position> positions, Consumer<Optional<KvError>> end) {
    List<Position> own =
        positions.stream().filter(position -> position.shard() == shard.number()).toList();
    long sequence = own.stream().mapToLong(Position::sequence).max().orElse(0);
    Optional<KvError> lost = lost(shard, own);
    if (lost.isPresent() || readable(shard) >= sequence) {
      end.accept(lost);
    } else if (timeout.isZero()) {
      end.accept(Optional.of(notCaughtUp(shard, sequence)));
    } else if (!waiters.enter()) {
      end.accept(
          Optional.of(
              new KvError.Overloaded(
                  "too many reads wait for a position, limit=" + waiters.limit())));
    } else {
      waiters.await(
          shard.number(),
          sequence,
          timeout.toNanos(),
          how ->
              end.accept(
                  switch (how) {
                    case REACHED -> lost(shard, own);
                    case LATE -> Optional.of(notCaughtUp(shard, sequence));
                    case SHUT -> Optional.of(new KvError.ShuttingDown());
                  }));
      advanced(shard);
    }
  }

  private static Optional<KvError> lost(Shard shard, List<Position> own) {
    return lost(own, readable(shard), shard::epochAt);
  }

  /**
   * The first position that is not part of a history.
   *
   * @param committed where the history ends; 0 when it has not begun
   * @param epochAt the leadership that wrote a sequence; 0 when that is not known
   */
  static Optional<KvError> lost(
      List<Position> positions, long committed, LongToIntFunction epochAt) {
    for (Position position : positions) {
      // Beyond the end: the position's leadership may go on, but not when another has followed it.
      int epoch = epochAt.applyAsInt(Math.min(position.sequence(), committed));
      boolean known = committed > 0 && epoch != 0;
      if (known
          && (position.sequence() <= committed
              ? epoch != position.epoch()
              : epoch > position.epoch())) {
        return Optional.of(new KvError.PositionLost(position, epoch, committed));
      }
    }
    return Optional.empty();
  }

  private static KvError notCaughtUp(Shard shard, long sequence) {
    return KvError.NotCaughtUp.behind(shard.number(), readable(shard), sequence);
  }

  /** Ends waits that are over. */
  void tick() {
    // Also what no commit told of: the end of a full sync.
    shards.forEach(this::advanced);
    waiters.expire();
  }

  /** Ends all waits, and those that come after at once. */
  void shut() {
    waiters.shut();
  }

  /** How many reads wait. */
  int waiting() {
    return waiters.taken();
  }
}
