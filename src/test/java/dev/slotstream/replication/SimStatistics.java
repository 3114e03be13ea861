package dev.slotstream.replication;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often things happened over many simulations: a simulation that meets nothing shows nothing.
 */
final class SimStatistics {
  private final Map<String, Long> counts = new TreeMap<>();

  void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  void count(String what, Enum<?> which) {
    count(what + "-" + which.name().toLowerCase(Locale.ROOT));
  }

  void add(String what, long number) {
    if (number > 0) {
      counts.merge(what, number, Long::sum);
    }
  }

  long of(String what) {
    return counts.getOrDefault(what, 0L);
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
