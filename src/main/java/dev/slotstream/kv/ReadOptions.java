package dev.slotstream.kv;

import java.util.List;

/**
 * What a read can ask for.
 *
 * @param when what must be true of the key's current value
 * @param positions writes that the read must see; those of other shards than the key's do not
 *     matter
 */
public record ReadOptions(Preconditions when, List<Position> positions) {
  /** Keeps a copy. */
  public ReadOptions {
    positions = List.copyOf(positions);
  }
}
