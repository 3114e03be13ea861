package dev.slotstream.kv;

import dev.slotstream.kv.SequenceWaiters.End;
import dev.slotstream.replication.FollowerPositions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Write concern: what followers must have before a write is begun, and before it is answered.
 *
 * <p>A write that waits stands on this leader already, whatever becomes of the wait; each answer
 * says so. Any thread; nothing blocks. {@link #tick} is to be called every {@link
 * ReplicationDemands#TICK}.
 */
final class FollowerAcks {
  /** Enough for any number of clients, and little memory. */
  static final int MAX_WAITING = 1 << 16;

  private final ReplicationDemands demands;
  private final Supplier<FollowerPositions> positions;
  private final SequenceWaiters waiters;
  private final List<Runnable> listeners = new ArrayList<>();
  private FollowerPositions listenedTo = FollowerPositions.NONE;
  private boolean stopped;

  FollowerAcks(
      int shards,
      ReplicationDemands demands,
      Supplier<FollowerPositions> positions,
      LongSupplier clock) {
    this.demands = demands;
    this.positions = positions;
    // A lane for every shard and number of followers: in it, whoever waits longer stands behind.
    this.waiters = new SequenceWaiters(shards * ReplicationDemands.MAX_ACKS, MAX_WAITING, clock);
    for (int shard = 0; shard < shards; shard++) {
      int number = shard;
      listeners.add(() -> advanced(number));
    }
  }

  /** How many followers a write waits for that asks for so many. */
  int wanted(OptionalInt asked) {
    return asked.orElse(demands.acks());
  }

  /** True when writes can be refused for want of followers. */
  boolean demandsInSync() {
    return demands.minInSync() > 0;
  }

  /** Why a shard takes no write now; empty when enough of its followers are in sync. */
  Optional<KvError> refuseWrite(int shard) {
    int inSync = positions.get().inSync(shard);
    return inSync < demands.minInSync()
        ? Optional.of(new KvError.NotEnoughFollowers(shard, inSync, demands.minInSync()))
        : Optional.empty();
  }

  /** Takes a place for a write that will wait for so many; must be followed by its ending. */
  Optional<KvError> enter(int acks) {
    return acks == 0 || waiters.enter()
        ? Optional.empty()
        : Optional.of(
            new KvError.Overloaded("too many writes wait for followers, limit=" + waiters.limit()));
  }

  /**
   * The ending of a write that has entered: goes on to the given one when so many followers have
   * the write, or when it is over with waiting.
   */
  Consumer<WriteAnswer> ending(int acks, Consumer<WriteAnswer> end) {
    if (acks == 0) {
      return end;
    }
    return answer -> {
      if (answer instanceof WriteAnswer.Done done) {
        await(acks, done, end);
      } else {
        waiters.leave();
        end.accept(answer);
      }
    };
  }

  private void await(int acks, WriteAnswer.Done done, Consumer<WriteAnswer> end) {
    int shard = done.position().shard();
    int lane = lane(shard, acks);
    waiters.await(
        lane,
        done.position().sequence(),
        demands.ackTimeout().toNanos(),
        how -> end.accept(answer(how, acks, done)));
    waiters.reached(lane, positions.get().durableOn(shard, acks));
  }

  private WriteAnswer answer(End how, int acks, WriteAnswer.Done done) {
    Position position = done.position();
    return switch (how) {
      case REACHED -> done;
      case LATE ->
          new WriteAnswer.NotReplicated(
              done,
              new KvError.ReplicationTimeout(
                  position,
                  holders(position, acks),
                  acks,
                  positions.get().known(position.shard()),
                  demands.ackTimeout()));
      case SHUT ->
          new WriteAnswer.NotReplicated(
              done, new KvError.NotAwaited(position, holders(position, acks), acks));
    };
  }

  /** How many followers have a write that fewer than so many have. */
  private int holders(Position position, int acks) {
    FollowerPositions now = positions.get();
    int holders = 0;
    while (holders + 1 < acks
        && now.durableOn(position.shard(), holders + 1) >= position.sequence()) {
      holders++;
    }
    return holders;
  }

  private static int lane(int shard, int acks) {
    return shard * ReplicationDemands.MAX_ACKS + acks - 1;
  }

  private void advanced(int shard) {
    for (int acks = 1; acks <= ReplicationDemands.MAX_ACKS; acks++) {
      int lane = lane(shard, acks);
      if (waiters.awaited(lane)) {
        waiters.reached(lane, positions.get().durableOn(shard, acks));
      }
    }
  }

  /** Ends waits that are over, and follows when others tell the positions from now on. */
  void tick() {
    listen();
    // Also what nobody told of: positions may have come from elsewhere since.
    listeners.forEach(Runnable::run);
    waiters.expire();
  }

  private synchronized void listen() {
    FollowerPositions now = stopped ? FollowerPositions.NONE : positions.get();
    if (!now.equals(listenedTo)) {
      for (int shard = 0; shard < listeners.size(); shard++) {
        listenedTo.removeOnAdvance(shard, listeners.get(shard));
        now.onAdvance(shard, listeners.get(shard));
      }
      listenedTo = now;
    }
  }

  /** Ends all waits, and those that come after at once. */
  void shut() {
    synchronized (this) {
      stopped = true;
    }
    listen();
    waiters.shut();
  }

  /** How many writes wait. */
  int waiting() {
    return waiters.taken();
  }
}
