package dev.slotstream.ops;

import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.Shard;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A leader is ready when all its shards take writes. A full disk does not shut them: reads and
 * deletes go on, and writers are told.
 */
final class LeaderReadiness {
  private LeaderReadiness() {}

  static ServingState of(List<Shard> shards) {
    Map<Integer, String> states = new HashMap<>();
    Optional<String> reason = Optional.empty();
    for (Shard shard : shards) {
      EngineException why = shard.whyNotWritable();
      states.put(shard.number(), why == null ? "writable" : "shut");
      if (why != null && reason.isEmpty()) {
        reason =
            Optional.of(
                "shard takes no writes, shard=%d: %s".formatted(shard.number(), why.getMessage()));
      }
    }
    return new ServingState(reason, states);
  }
}
