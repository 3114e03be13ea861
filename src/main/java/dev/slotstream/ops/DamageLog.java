package dev.slotstream.ops;

import dev.slotstream.engine.Shard;
import java.util.List;
import org.jboss.logging.Logger;

/** Says in the log when slots turn out to be damaged, and when they are repaired. One thread. */
final class DamageLog {
  private static final Logger LOG = Logger.getLogger(DamageLog.class);

  private final List<Shard> shards;
  private final int[] known;

  DamageLog(List<Shard> shards) {
    this.shards = shards;
    this.known = new int[shards.size()];
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
    }
  }
}
