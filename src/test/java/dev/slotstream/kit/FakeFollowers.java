package dev.slotstream.kit;

import dev.slotstream.replication.FollowerPositions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Followers that are moved by hand. Any thread. */
public final class FakeFollowers implements FollowerPositions {
  private final Map<Integer, Map<String, Long>> durable = new HashMap<>();
  private final Map<Integer, List<Runnable>> listeners = new HashMap<>();
  private volatile int inSync;

  /** A follower has a shard up to this sequence; whoever listens is told. */
  public void ack(String follower, int shard, long sequence) {
    List<Runnable> told;
    synchronized (this) {
      durable.computeIfAbsent(shard, s -> new HashMap<>()).put(follower, sequence);
      told = List.copyOf(listeners(shard));
    }
    told.forEach(Runnable::run);
  }

  /** A follower has a shard up to this sequence, and nobody hears of it. */
  public synchronized void ackSilently(String follower, int shard, long sequence) {
    durable.computeIfAbsent(shard, s -> new HashMap<>()).put(follower, sequence);
  }

  /** So many are in sync, for every shard. */
  public void putInSync(int followers) {
    inSync = followers;
  }

  /** How many listen to a shard. */
  public synchronized int listening(int shard) {
    return listeners(shard).size();
  }

  private List<Runnable> listeners(int shard) {
    return listeners.computeIfAbsent(shard, s -> new CopyOnWriteArrayList<>());
  }

  @Override
  public synchronized long durableOn(int shard, int followers) {
    if (followers <= 0) {
      return Long.MAX_VALUE;
    }
    List<Long> sequences = new ArrayList<>(durable.getOrDefault(shard, Map.of()).values());
    sequences.sort(null);
    return followers > sequences.size() ? 0 : sequences.get(sequences.size() - followers);
  }

  @Override
  public int inSync(int shard) {
    return inSync;
  }

  @Override
  public synchronized int known(int shard) {
    return durable.getOrDefault(shard, Map.of()).size();
  }

  @Override
  public synchronized void onAdvance(int shard, Runnable listener) {
    listeners(shard).add(listener);
  }

  @Override
  public synchronized void removeOnAdvance(int shard, Runnable listener) {
    listeners(shard).remove(listener);
  }
}
