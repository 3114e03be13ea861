package dev.slotstream.kv;

/** How a read ended. */
public sealed interface ReadAnswer {
  /** There is a value. */
  record Found(Entry entry) implements ReadAnswer {}

  /** There is a value, and the reader has it already. */
  record NotModified(EntityTag tag) implements ReadAnswer {}

  /** There is none, or it was not to be read. */
  record Refused(KvError error) implements ReadAnswer {}
}
