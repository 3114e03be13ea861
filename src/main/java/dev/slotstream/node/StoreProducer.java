package dev.slotstream.node;

import dev.slotstream.backup.Backups;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.Clocks;
import dev.slotstream.kv.KeyValueStore;
import dev.slotstream.kv.NodeStatus;
import dev.slotstream.ops.BackupMeters;
import dev.slotstream.ops.FollowerReadiness;
import dev.slotstream.ops.OperationTimers;
import dev.slotstream.replication.FollowerPositions;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.function.Supplier;

/** Makes what front doors and health checks use. */
@Singleton
public final class StoreProducer {
  @Produces
  @Singleton
  KeyValueStore store(
      SlotEngine engine,
      SlotstreamConfig config,
      OperationTimers timers,
      Supplier<FollowerPositions> followers) {
    return new KeyValueStore(
        engine,
        NodeOptions.codec(config.store()),
        NodeOptions.access(config),
        Clocks.SYSTEM,
        timers,
        NodeOptions.demands(config.replication()),
        followers);
  }

  /** Asked each time: whom a node serves, if anybody, is known once replication has started. */
  @Produces
  @Singleton
  Supplier<FollowerPositions> followers(Replication replication) {
    return replication::positions;
  }

  @Produces
  @Singleton
  NodeStatus status(SlotEngine engine, KeyValueStore store, Replication replication) {
    return new NodeStatus(engine, store, replication);
  }

  @Produces
  @Singleton
  Backups backups(SlotEngine engine, SlotstreamConfig config, BackupMeters meters) {
    return new Backups(engine, NodeOptions.backup(config.backup()), meters);
  }

  @Produces
  @Singleton
  FollowerReadiness followerReadiness(SlotstreamConfig config) {
    return new FollowerReadiness(
        System::nanoTime, config.follower().staleReadTolerance(), config.follower().maxLag());
  }
}
