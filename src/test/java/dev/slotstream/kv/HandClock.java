package dev.slotstream.kv;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands until it is moved. */
final class HandClock implements InstantSource {
  private final Instant start;
  private volatile Instant now;

  HandClock(Instant now) {
    this.start = now;
    this.now = now;
  }

  void advance(Duration by) {
    now = now.plus(by);
  }

  /** The same time in nanoseconds, counted from somewhere near their end: such clocks may wrap. */
  long nanos() {
    return Long.MAX_VALUE - 5 + Duration.between(start, now).toNanos();
  }

  @Override
  public Instant instant() {
    return now;
  }
}
