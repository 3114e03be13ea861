package dev.slotstream.ops;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether a node can serve, and why not.
 *
 * @param reason why it cannot; empty when it can
 * @param shards what each shard is doing
 */
record ServingState(Optional<String> reason, Map<Integer, String> shards) {
  ServingState {
    shards = new TreeMap<>(shards);
  }
}
