package dev.slotstream.kv;

import java.time.Duration;

/**
 * What this node demands of replication before it answers.
 *
 * @param acks how many followers must have a write on disk, where the writer does not say
 * @param ackTimeout how long a write waits for them
 * @param minInSync with fewer followers in sync no write is begun
 * @param positionTimeout how long a read waits for the position that it demands; zero not at all
 */
public record ReplicationDemands(
    int acks, Duration ackTimeout, int minInSync, Duration positionTimeout) {
  /** The most followers that a write can wait for. */
  public static final int MAX_ACKS = 64;

  /** How exactly time limits are kept: so often somebody must look, see {@link KeyValueStore}. */
  public static final Duration TICK = Duration.ofMillis(50);

  /** None: a write is answered when it stands here, a read does not wait. */
  public static final ReplicationDemands NONE =
      new ReplicationDemands(0, Duration.ZERO, 0, Duration.ZERO);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException when one is not 0 to {@value #MAX_ACKS}
   */
  public ReplicationDemands {
    checkAcks(acks);
    checkAcks(minInSync);
  }

  static void checkAcks(int acks) {
    if (acks < 0 || acks > MAX_ACKS) {
      throw new IllegalArgumentException(
          "number of followers is out of range, value=%d expected=0 to %d"
              .formatted(acks, MAX_ACKS));
    }
  }
}
