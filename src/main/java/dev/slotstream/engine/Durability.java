package dev.slotstream.engine;

/** When a write is acknowledged, and when its slot is written. */
public enum Durability {
  /**
   * Acknowledged when its record is on disk; then its slot is written. Survives the death of the
   * process and of the machine's power.
   */
  FSYNC,
  /**
   * Acknowledged when its record is in the log, which goes to the disk every so often; its slot is
   * written after that. Survives the death of the process; a power cut costs the last writes, and
   * never leaves an older value in place of a newer one that was kept.
   */
  INTERVAL,
  /** Acknowledged when its record is in the log and its slot is written. */
  OS;

  /** True when records wait for the disk before their slots are written. */
  boolean appliesLater() {
    return this != OS;
  }
}
