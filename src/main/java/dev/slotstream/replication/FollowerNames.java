package dev.slotstream.replication;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Names for followers, no two of them alike. A follower that brings a name keeps it, with a number
 * behind it when another follower has it already. One that brings none gets its host's and the
 * lowest number that is free for a shard: its connections, one per shard, get the same name as long
 * as its host has only one follower. Bounded by how many are connected at once, so names can be
 * tags of metrics. Any thread.
 */
final class FollowerNames {
  private final Set<Taken> taken = new HashSet<>();
  private final Map<String, Owner> owners = new HashMap<>();

  private record Taken(String name, int shard) {}

  private record Owner(UUID follower, int connections) {}

  /** A name for a follower that does not say who it is. */
  synchronized String take(String host, int shard) {
    int number = 1;
    while (owners.containsKey(host + "#" + number)
        || !taken.add(new Taken(host + "#" + number, shard))) {
      number++;
    }
    return host + "#" + number;
  }

  synchronized void giveBack(String name, int shard) {
    taken.remove(new Taken(name, shard));
  }

  /** A name for a follower that says who it is: the same for all its connections. */
  synchronized String take(String wanted, UUID follower) {
    String plain = clean(wanted);
    String name = plain;
    for (int number = 2; !isFree(name, follower); number++) {
      name = plain + "#" + number;
    }
    Owner owner = owners.getOrDefault(name, new Owner(follower, 0));
    owners.put(name, new Owner(follower, owner.connections() + 1));
    return name;
  }

  private boolean isFree(String name, UUID follower) {
    Owner owner = owners.get(name);
    return owner == null
        ? taken.stream().noneMatch(other -> other.name().equals(name))
        : owner.follower().equals(follower);
  }

  /** Ends {@link #take(String, UUID)} for one connection. */
  synchronized void giveBack(String name) {
    owners.computeIfPresent(
        name,
        (same, owner) ->
            owner.connections() == 1 ? null : new Owner(owner.follower(), owner.connections() - 1));
  }

  /** Names go into logs, labels and tables: what could be taken for something else there is not. */
  private static String clean(String name) {
    StringBuilder clean = new StringBuilder();
    name.codePoints()
        .forEach(
            c -> clean.append(c > ' ' && c < 0x7F && "\"\\#,{}".indexOf(c) < 0 ? (char) c : '_'));
    return clean.toString();
  }
}
