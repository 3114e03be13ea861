package dev.slotstream.node;

import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.KeyValueStore;
import dev.slotstream.kv.NodeStatus;
import dev.slotstream.ops.FollowerReadiness;
import dev.slotstream.ops.OperationTimers;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Makes what front doors and health checks use. */
@Singleton
public final class StoreProducer {
  @Produces
  @Singleton
  KeyValueStore store(SlotEngine engine, SlotstreamConfig config, OperationTimers timers) {
    return new KeyValueStore(
        engine,
        NodeOptions.codec(config.store()),
        NodeOptions.access(config),
        InstantSource.system(),
        timers);
  }

  @Produces
  @Singleton
  NodeStatus status(SlotEngine engine, KeyValueStore store, Replication replication) {
    return new NodeStatus(engine, store, replication);
  }

  @Produces
  @Singleton
  FollowerReadiness followerReadiness(SlotstreamConfig config) {
    return new FollowerReadiness(System::nanoTime, config.follower().staleReadTolerance());
  }
}
