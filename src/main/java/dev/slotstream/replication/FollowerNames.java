package dev.slotstream.replication;

import java.util.HashSet;
import java.util.Set;

/**
 * Names for followers that bring none: their host and the lowest number that is free for a shard. A
 * follower's connections, one per shard, get the same name as long as its host has only one
 * follower. Bounded by how many are connected at once, so names can be tags of metrics. Any thread.
 */
final class FollowerNames {
  private final Set<Taken> taken = new HashSet<>();

  private record Taken(String name, int shard) {}

  synchronized String take(String host, int shard) {
    int number = 1;
    while (!taken.add(new Taken(host + "#" + number, shard))) {
      number++;
    }
    return host + "#" + number;
  }

  synchronized void giveBack(String name, int shard) {
    taken.remove(new Taken(name, shard));
  }
}
