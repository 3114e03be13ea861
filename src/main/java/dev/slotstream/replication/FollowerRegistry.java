package dev.slotstream.replication;

import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Where all of a leader's followers are, those that speak the extension: a plain one says neither
 * who it is nor what it has on disk. Any thread.
 */
final class FollowerRegistry implements FollowerPositions {
  private final List<ShardPositions> shards;
  private final Lag lag;
  private final double inSyncSeconds;

  /** How far behind a follower is. */
  @FunctionalInterface
  interface Lag {
    /** The age of the oldest record of a shard after this one, in seconds; 0 when there is none. */
    double seconds(int shard, long sequence);
  }

  FollowerRegistry(int shards, Lag lag, double inSyncSeconds) {
    this.shards = IntStream.range(0, shards).mapToObj(s -> new ShardPositions()).toList();
    this.lag = lag;
    this.inSyncSeconds = inSyncSeconds;
  }

  /**
   * A follower's session begins.
   *
   * @param held the last record that it holds for sure; 0 when it begins anew
   */
  FollowerPosition enter(UUID follower, int shard, long held, SessionFigures figures) {
    return shards.get(shard).enter(follower, held, figures);
  }

  /** A shard of this node begins to take over another history. */
  void forget(int shard) {
    shards.get(shard).forget();
  }

  /** What the followers that are gone had, one entry per follower and shard. */
  List<FollowerStatus> gone() {
    return shards.stream()
        .flatMap(shard -> shard.gone().stream())
        .map(position -> position.figures().status())
        .toList();
  }

  @Override
  public long durableOn(int shard, int followers) {
    return shards.get(shard).durableOn(followers);
  }

  @Override
  public int inSync(int shard) {
    int count = 0;
    for (FollowerPosition position : shards.get(shard).present()) {
      if (position.caughtUp() && lag.seconds(shard, position.applied()) <= inSyncSeconds) {
        count++;
      }
    }
    return count;
  }

  @Override
  public int known(int shard) {
    return shards.get(shard).known();
  }

  @Override
  public void onAdvance(int shard, Runnable listener) {
    shards.get(shard).onAdvance(listener);
  }

  @Override
  public void removeOnAdvance(int shard, Runnable listener) {
    shards.get(shard).removeOnAdvance(listener);
  }
}
