package dev.slotstream.kv;

import java.util.OptionalInt;

/**
 * What every write can ask for.
 *
 * @param when what must be true of the key's current value
 * @param acks how many followers must have it, applied and on disk, before it is answered; empty
 *     for what the node is configured for
 * @param onDisk true when it must be on this node's disk before it is answered, whatever the node
 *     is configured for
 */
public record WriteOptions(Preconditions when, OptionalInt acks, boolean onDisk) {
  /** Nothing. */
  public static final WriteOptions NONE =
      new WriteOptions(Preconditions.NONE, OptionalInt.empty(), false);

  /** Asks for what the node is configured for. */
  public WriteOptions(Preconditions when, OptionalInt acks) {
    this(when, acks, false);
  }

  /**
   * Checks the number of followers.
   *
   * @throws IllegalArgumentException when it is not 0 to {@link ReplicationDemands#MAX_ACKS}
   */
  public WriteOptions {
    acks.ifPresent(ReplicationDemands::checkAcks);
  }
}
