package dev.slotstream.kv;

import java.util.OptionalInt;

/**
 * What every write can ask for.
 *
 * @param when what must be true of the key's current value
 * @param acks how many followers must have it, applied and on disk, before it is answered; empty
 *     for what the node is configured for
 */
public record WriteOptions(Preconditions when, OptionalInt acks) {
  /** Nothing. */
  public static final WriteOptions NONE = new WriteOptions(Preconditions.NONE, OptionalInt.empty());

  /**
   * Checks the number of followers.
   *
   * @throws IllegalArgumentException when it is not 0 to {@link ReplicationDemands#MAX_ACKS}
   */
  public WriteOptions {
    acks.ifPresent(ReplicationDemands::checkAcks);
  }
}
