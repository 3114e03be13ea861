package dev.slotstream.ops;

import dev.slotstream.engine.RecoveryReport;
import dev.slotstream.engine.SlotEngine;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/**
 * Started: files opened, log replayed, slots read or their index taken as it was kept. Nothing
 * listens before that.
 */
@Startup
@Singleton
final class StartedCheck implements HealthCheck {
  private final SlotEngine engine;

  StartedCheck(SlotEngine engine) {
    this.engine = engine;
  }

  @Override
  public HealthCheckResponse call() {
    RecoveryReport recovery = engine.recovery();
    return HealthCheckResponse.named("store")
        .withData("clean", recovery.clean())
        .withData("replayed", recovery.replayed())
        .withData("tornBytes", recovery.tornBytes())
        .withData("damagedSlots", recovery.damagedSlots())
        .withData("keptIndexes", recovery.keptIndexes())
        .up()
        .build();
  }
}
