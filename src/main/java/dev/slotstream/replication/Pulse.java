package dev.slotstream.replication;

import java.util.concurrent.TimeUnit;

/**
 * How often both ends of an extended connection are heard. Clocks are looked at a few times in an
 * interval only, so each limit is that much shorter than what it promises: something is sent in
 * every interval, and an end that is silent is noticed within three.
 *
 * @param intervalNanos what the leader told in its ShardInfo
 */
record Pulse(long intervalNanos) {
  static Pulse ofMillis(long interval) {
    return new Pulse(TimeUnit.MILLISECONDS.toNanos(interval));
  }

  /** After so long without a frame of its own an end sends a heartbeat. */
  long beatAfterNanos() {
    return intervalNanos * 3 / 4;
  }

  /** After so long without a frame of the other's an end takes it for gone. */
  long silentAfterNanos() {
    return intervalNanos * 5 / 2;
  }
}
