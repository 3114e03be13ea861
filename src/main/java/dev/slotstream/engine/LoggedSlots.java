package dev.slotstream.engine;

import dev.slotstream.log.LogRecord;
import java.util.Map;
import java.util.TreeMap;

/** What a log that is only read says of its shard's slots. */
final class LoggedSlots {
  private final long checkpoint;
  private final int[] lastMeta;
  private final Map<Integer, LoggedSlot> replayed = new TreeMap<>();

  /**
   * Nothing yet.
   *
   * @param slots that the slot file has
   * @param checkpoint up to which the slots hold everything
   */
  LoggedSlots(int slots, long checkpoint) {
    this.checkpoint = checkpoint;
    this.lastMeta = new int[slots];
  }

  /** Of a log that is not to be replayed. */
  static LoggedSlots none() {
    return new LoggedSlots(0, 0);
  }

  /** Takes the next record; false when it names a slot that cannot be. */
  boolean note(LogRecord record) {
    int slot = record.slot();
    if (record.sequence() > checkpoint && slot >= 0) {
      replayed.put(slot, LoggedSlot.of(record));
      return true;
    }
    if (slot < 0 || slot >= lastMeta.length) {
      return false;
    }
    lastMeta[slot] = record.meta();
    return true;
  }

  /** What the next opening will write to slots, in their order. */
  Map<Integer, LoggedSlot> replayed() {
    return replayed;
  }

  /** The meta word that a slot has had at the checkpoint; 0 when the log does not say. */
  int lastMeta(int slot) {
    return slot < lastMeta.length ? lastMeta[slot] : 0;
  }
}
