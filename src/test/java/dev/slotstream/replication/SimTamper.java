package dev.slotstream.replication;

import dev.slotstream.file.Storage;
import java.util.List;

/** Where a test plants a fault: it sees, and may change, all that a node sends and stores. */
interface SimTamper {
  /** Plants nothing. */
  SimTamper NONE = new SimTamper() {};

  /** What goes out in place of one frame that an end writes. */
  default List<byte[]> sends(SimEnd from, byte[] frame) {
    return List.of(frame);
  }

  /** What a node takes for its disk. */
  default Storage storage(SimNode node, Storage disk) {
    return disk;
  }
}
