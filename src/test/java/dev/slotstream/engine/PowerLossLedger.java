package dev.slotstream.engine;

import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What was written to one shard, and what of it must be there whatever happens. */
final class PowerLossLedger {
  private final Durability durability;

  /** What the shard held, for certain, at {@link #baseSequence}. */
  private final Map<Long, Long> base = new TreeMap<>();

  /** Keys of which nobody knows what they hold, since their slot is damaged and they were told. */
  private final Set<Long> unknown = new HashSet<>();

  private long baseSequence;

  /** Every write that has a record behind the base. */
  private final TreeMap<Long, Entry> entries = new TreeMap<>();

  /** Up to here nothing may be lost. */
  private long floor;

  /** A put of n, or a delete when n is null. */
  private record Entry(long key, Long n) {}

  /** A shard as it was found. */
  interface Found {
    /** The last record. */
    long lastSequence();

    /** The n under a key; null for none. */
    Long read(long key) throws EngineException.Damaged;
  }

  PowerLossLedger(Durability durability) {
    this.durability = durability;
  }

  /** A write has a record. */
  void appended(long sequence, long key, Long n) {
    entries.put(sequence, new Entry(key, n));
  }

  /** Somebody was told that everything up to here is on the disk. */
  void promise(long sequence) {
    floor = Math.max(floor, sequence);
  }

  long floor() {
    return floor;
  }

  /** The last record that was ever made. */
  long last() {
    return entries.isEmpty() ? baseSequence : Math.max(baseSequence, entries.lastKey());
  }

  /**
   * Compares a shard with what it may be, and goes on from there.
   *
   * @param keys all that there can be
   * @param powerLost false when only processes have died since the last time
   */
  void settle(Found found, Iterable<Long> keys, boolean powerLost) {
    if (powerLost && durability == Durability.OS) {
      settleMixture(found, keys);
    } else {
      settleExactly(found, keys, powerLost);
    }
    floor = found.lastSequence();
    baseSequence = floor;
    entries.clear();
  }

  /** The beginning of one history, and nothing else. */
  private void settleExactly(Found found, Iterable<Long> keys, boolean powerLost) {
    long least = powerLost ? floor : last();
    if (found.lastSequence() < least || found.lastSequence() > last()) {
      throw new AssertionError(
          "records are lost or invented, found=%d promised=%d written=%d"
              .formatted(found.lastSequence(), least, last()));
    }
    entries
        .headMap(found.lastSequence(), true)
        .values()
        .forEach(
            entry -> {
              unknown.remove(entry.key());
              base.compute(entry.key(), (key, before) -> entry.n());
            });
    for (long key : keys) {
      if (!unknown.contains(key)) {
        compare(found, key, base.get(key));
      }
    }
  }

  private void compare(Found found, long key, Long expected) {
    Long n;
    try {
      n = found.read(key);
    } catch (EngineException.Damaged e) {
      // In OS a torn slot may hold a key that was deleted since, elsewhere.
      if (durability == Durability.OS && expected == null) {
        return;
      }
      throw new AssertionError("damaged, key=" + key, e);
    }
    if (!Objects.equals(expected, n)) {
      throw new AssertionError(
          "key=%d found=%d expected=%d at sequence=%d"
              .formatted(key, n, expected, found.lastSequence()));
    }
  }

  /** Of every key the last value that was promised, or a later one. */
  private void settleMixture(Found found, Iterable<Long> keys) {
    if (found.lastSequence() < floor) {
      throw new AssertionError(
          "records are lost, found=%d promised=%d".formatted(found.lastSequence(), floor));
    }
    for (long key : keys) {
      Set<Optional<Long>> allowed = allowed(key);
      try {
        Long n = found.read(key);
        if (!unknown.contains(key) && !allowed.contains(Optional.ofNullable(n))) {
          throw new AssertionError("key=%d found=%d allowed=%s".formatted(key, n, allowed));
        }
        unknown.remove(key);
        base.compute(key, (same, before) -> n);
      } catch (EngineException.Damaged e) {
        if (!unknown.contains(key) && !allowed.contains(Optional.empty()) && allowed.size() == 1) {
          throw new AssertionError("damaged without a write, key=" + key, e);
        }
        unknown.add(key);
      }
    }
  }

  private Set<Optional<Long>> allowed(long key) {
    Optional<Long> promised = Optional.ofNullable(base.get(key));
    Set<Optional<Long>> later = new HashSet<>();
    for (Map.Entry<Long, Entry> entry : entries.entrySet()) {
      if (entry.getValue().key() == key) {
        Optional<Long> n = Optional.ofNullable(entry.getValue().n());
        if (entry.getKey() <= floor) {
          promised = n;
        } else {
          later.add(n);
        }
      }
    }
    later.add(promised);
    return later;
  }
}
