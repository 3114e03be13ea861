package dev.slotstream.engine;

/** When a write is acknowledged. */
public enum Durability {
  /** Its record is on disk. Survives the death of the process and of the machine's power. */
  FSYNC,
  /** Its record is in the log and its slot is written. Survives the death of the process. */
  OS
}
