package dev.slotstream.kv;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * When entries expire, by the node's own clock, in whole seconds. An entry lives for at least its
 * time to live, and at most a second longer.
 */
final class Expiry {
  private static final long MILLIS = 1000;

  private final InstantSource clock;

  Expiry(InstantSource clock) {
    this.clock = clock;
  }

  long nowSeconds() {
    return Math.floorDiv(clock.millis(), MILLIS);
  }

  /** When an entry expires that is written now. */
  long at(Optional<Duration> ttl) {
    return ttl.isEmpty()
        ? FieldCodec.NEVER
        : Math.ceilDiv(clock.millis() + ttl.get().toMillis(), MILLIS);
  }

  boolean passed(long expiresAt) {
    return expiresAt != FieldCodec.NEVER && expiresAt <= nowSeconds();
  }

  static Optional<Instant> instant(long expiresAt) {
    return expiresAt == FieldCodec.NEVER
        ? Optional.empty()
        : Optional.of(Instant.ofEpochSecond(expiresAt));
  }
}
