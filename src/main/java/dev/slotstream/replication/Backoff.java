package dev.slotstream.replication;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: 0.2 s, doubling up to 10 s, each shortened by up to
 * half at random so that many followers do not come back at once. A success starts it anew.
 */
final class Backoff {
  static final long FIRST_MILLIS = 200;
  static final long MAX_MILLIS = 10_000;

  private final RandomGenerator random;
  private long millis = FIRST_MILLIS;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  long nextMillis() {
    long full = millis;
    millis = Math.min(MAX_MILLIS, millis * 2);
    return full - random.nextLong(full / 2 + 1);
  }

  void reset() {
    millis = FIRST_MILLIS;
  }
}
