package dev.slotstream.node;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How long Quarkus takes to stop: it serves on for the delay, then lets running requests end. */
@Singleton
final class ShutdownTimes {
  private static final int MIN_MILLIS = 1;

  private final Optional<Duration> delay;
  private final Optional<Duration> timeout;

  ShutdownTimes(
      @ConfigProperty(name = "quarkus.shutdown.delay") Optional<Duration> delay,
      @ConfigProperty(name = "quarkus.shutdown.timeout") Optional<Duration> timeout) {
    this.delay = delay;
    this.timeout = timeout;
  }

  /**
   * From the announcement on, until nobody may wait any more: half-way through the time that
   * running requests have to end, so that the other half is left to answer them.
   */
  Duration untilWaitsEnd() {
    Duration half = timeout.orElse(Duration.ZERO).dividedBy(2);
    Duration all = delay.orElse(Duration.ZERO).plus(half);
    return all.toMillis() < MIN_MILLIS ? Duration.ofMillis(MIN_MILLIS) : all;
  }
}
