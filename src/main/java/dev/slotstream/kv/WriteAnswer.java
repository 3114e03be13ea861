package dev.slotstream.kv;

import java.time.Instant;
import java.util.Optional;

/** How a write ended. */
public sealed interface WriteAnswer {
  /** The write stands on this node. */
  sealed interface Done extends WriteAnswer {
    /** Its place in its shard's history. */
    Position position();
  }

  /**
   * The value is stored, as durable as the node promises.
   *
   * @param created true when the key had no value before
   * @param expires empty when never
   */
  record Stored(boolean created, EntityTag tag, Position position, Optional<Instant> expires)
      implements Done {}

  /** The value is gone, as durable as the node promises. */
  record Removed(Position position) implements Done {}

  /**
   * The write stands on this node, and it is not known to stand on as many followers as it was to.
   *
   * @param done what was done here
   * @param why the waiting for followers ended
   */
  record NotReplicated(Done done, KvError why) implements WriteAnswer {}

  /** Nothing was done; or the disk failed, and it is not known whether it was. */
  record Refused(KvError error) implements WriteAnswer {}
}
