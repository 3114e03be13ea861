package dev.slotstream.ops;

import dev.slotstream.engine.Shard;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Says in the log when slots turn out to be damaged, and when they are repaired; and what the
 * review of slots brings to light whose index was kept. One thread.
 */
final class DamageLog {
  private static final Logger LOG = Logger.getLogger(DamageLog.class);

  private final List<Shard> shards;
  private final int[] known;
  private final int[] duplicates;
  private final Set<Integer> indexesMade = new HashSet<>();

  DamageLog(List<Shard> shards) {
    this.shards = shards;
    this.known = new int[shards.size()];
    this.duplicates = shards.stream().mapToInt(Shard::slotsDuplicate).toArray(); // told already
  }

  /** Looks; to be called about every second. */
  void look() {
    for (Shard shard : shards) {
      int damaged = shard.slotsDamaged();
      int before = known[shard.number()];
      if (damaged > before) {
        LOG.errorf("slots are damaged, shard=%d slots=%d", shard.number(), damaged);
      } else if (damaged < before) {
        LOG.infof("damaged slots were written anew, shard=%d left=%d", shard.number(), damaged);
      }
      known[shard.number()] = damaged;
      lookAtIndex(shard);
    }
  }

  private void lookAtIndex(Shard shard) {
    int twice = shard.slotsDuplicate();
    if (twice > duplicates[shard.number()]) {
      LOG.errorf("keys stand in two slots, shard=%d slots=%d", shard.number(), twice);
    }
    duplicates[shard.number()] = twice;
    if (shard.keptIndexDamaged() && indexesMade.add(shard.number())) {
      LOG.errorf("kept index was damaged and is made from the slots, shard=%d", shard.number());
    }
  }
}
