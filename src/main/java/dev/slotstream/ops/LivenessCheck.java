package dev.slotstream.ops;

import dev.slotstream.engine.SlotEngine;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Live: this process' own loops turn. Nothing else is asked, since a restart would mend nothing
 * else: not a full disk, not an absent leader.
 */
@Liveness
@Singleton
final class LivenessCheck implements HealthCheck {
  private static final long MAX_SILENCE_MILLIS = 3 * EventLoopPulse.PERIOD_MILLIS;

  /** A force of the log holds an engine thread up; a slow disk is no reason to be killed. */
  private static final long MAX_ENGINE_IDLE_MILLIS = 30_000;

  private final EventLoopPulse pulse;
  private final SlotEngine engine;

  LivenessCheck(EventLoopPulse pulse, SlotEngine engine) {
    this.pulse = pulse;
    this.engine = engine;
  }

  @Override
  public HealthCheckResponse call() {
    return answer(
        TimeUnit.NANOSECONDS.toMillis(pulse.silenceNanos()),
        TimeUnit.NANOSECONDS.toMillis(engine.idleNanos()));
  }

  static HealthCheckResponse answer(long loopSilentMillis, long engineIdleMillis) {
    return HealthCheckResponse.named("loops")
        .withData("eventLoopSilentMillis", loopSilentMillis)
        .withData("engineIdleMillis", engineIdleMillis)
        .status(
            loopSilentMillis <= MAX_SILENCE_MILLIS && engineIdleMillis <= MAX_ENGINE_IDLE_MILLIS)
        .build();
  }
}
