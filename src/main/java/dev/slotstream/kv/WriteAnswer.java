package dev.slotstream.kv;

import java.time.Instant;
import java.util.Optional;

/** How a write ended. */
public sealed interface WriteAnswer {
  /**
   * The value is stored, as durable as the node promises.
   *
   * @param created true when the key had no value before
   * @param expires empty when never
   */
  record Stored(boolean created, EntityTag tag, Position position, Optional<Instant> expires)
      implements WriteAnswer {}

  /** The value is gone, as durable as the node promises. */
  record Removed(Position position) implements WriteAnswer {}

  /** Nothing was done; or the disk failed, and it is not known whether it was. */
  record Refused(KvError error) implements WriteAnswer {}
}
