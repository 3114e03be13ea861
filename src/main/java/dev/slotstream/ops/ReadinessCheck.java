package dev.slotstream.ops;

import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.KeyValueStore;
import dev.slotstream.kv.WriteAccess;
import dev.slotstream.replication.ReplicationView;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready: this node can serve what its role serves. */
@Readiness
@Singleton
final class ReadinessCheck implements HealthCheck {
  private final SlotEngine engine;
  private final KeyValueStore store;
  private final ReplicationView replication;
  private final FollowerReadiness follower;

  ReadinessCheck(
      SlotEngine engine,
      KeyValueStore store,
      ReplicationView replication,
      FollowerReadiness follower) {
    this.engine = engine;
    this.store = store;
    this.replication = replication;
    this.follower = follower;
  }

  @Override
  public HealthCheckResponse call() {
    ServingState serving = serving();
    HealthCheckResponseBuilder answer =
        HealthCheckResponse.named("serving")
            .withData("role", store.access().role())
            .withData("epoch", engine.epoch())
            .withData("damagedSlots", engine.shards().stream().mapToInt(Shard::slotsDamaged).sum());
    serving.shards().forEach((shard, state) -> answer.withData("shard." + shard, state));
    serving.reason().ifPresent(reason -> answer.withData("reason", reason));
    return answer.status(serving.reason().isEmpty()).build();
  }

  private ServingState serving() {
    if (store.writesStopped()) {
      return new ServingState(Optional.of("node is shutting down"), Map.of());
    }
    return switch (store.access()) {
      case WriteAccess.Leader leader -> LeaderReadiness.of(engine.shards());
      case WriteAccess.Follower following -> follower.of(replication.links());
    };
  }
}
