package dev.slotstream.replication;

import dev.slotstream.engine.Condition;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.EngineException.Closed;
import dev.slotstream.engine.Write;
import java.util.SplittableRandom;

/** Who writes to the leader: few keys, again and again, each value only once. */
final class SimClient {
  private final SimPlan plan;
  private final SplittableRandom random;
  private long numbers;

  SimClient(SimPlan plan, SplittableRandom random) {
    this.plan = plan;
    this.random = random;
  }

  /** A write that came to its end in one life of the leader. */
  private static final class SimWrite extends Write {
    private final SimNode leader;
    private final byte[] key;

    private SimWrite(SimNode leader, long key) {
      this.leader = leader;
      this.key = SimSlot.key(key);
    }

    @Override
    protected void committed() {
      if (leader.isUp()) {
        leader.audit().acknowledged(leader.engine().shardOf(key), sequence());
      }
    }

    @Override
    protected void refused() {} // there was nothing to delete

    @Override
    protected void failed(EngineException why) {
      if (leader.isUp() && !(why instanceof Closed)) {
        throw new SimFailure("write failed: " + why.getMessage(), why);
      }
    }
  }

  /** Writes something. */
  void write(SimNode leader) {
    long key = random.nextInt(plan.keys());
    if (random.nextInt(4) == 0) {
      delete(leader, key);
    } else {
      put(leader, key);
    }
  }

  void put(SimNode leader, long key) {
    SimWrite write = new SimWrite(leader, key);
    byte[] value = SimSlot.value(++numbers);
    write.put(write.key, value, value.length, Condition.NONE);
    leader.engine().submit(write);
  }

  private static void delete(SimNode leader, long key) {
    SimWrite write = new SimWrite(leader, key);
    write.delete(write.key, Condition.NONE);
    leader.engine().submit(write);
  }
}
