package dev.slotstream.replication;

/**
 * How far a leader's followers are, as write concern asks it. Any thread; every question is
 * answered at once, from memory.
 *
 * <p>Only followers that speak the extension count: a plain one never says what it has on disk. A
 * follower that is gone keeps the position that it acknowledged last for as long as the leader
 * remembers it.
 */
public interface FollowerPositions {
  /** Nobody follows. */
  FollowerPositions NONE =
      new FollowerPositions() {
        @Override
        public long durableOn(int shard, int followers) {
          return followers <= 0 ? Long.MAX_VALUE : 0;
        }

        @Override
        public int inSync(int shard) {
          return 0;
        }

        @Override
        public int known(int shard) {
          return 0;
        }

        @Override
        public void onAdvance(int shard, Runnable listener) {}

        @Override
        public void removeOnAdvance(int shard, Runnable listener) {}
      };

  /**
   * The highest sequence of a shard that at least so many followers have applied and on disk.
   *
   * @return {@link Long#MAX_VALUE} for 0 followers; 0 when fewer than that are known
   */
  long durableOn(int shard, int followers);

  /**
   * How many followers are connected for a shard, have caught up, and are not further behind than
   * {@code slotstream.replication.in-sync-lag}.
   */
  int inSync(int shard);

  /** How many followers of a shard have a position here, connected or not. */
  int known(int shard);

  /**
   * Calls a listener, on any thread and without a lock, whenever {@link #durableOn} of a shard may
   * have become greater. It must be quick: it runs where acknowledgements arrive.
   */
  void onAdvance(int shard, Runnable listener);

  /** Ends {@link #onAdvance} for this listener; does nothing when it was not there. */
  void removeOnAdvance(int shard, Runnable listener);
}
