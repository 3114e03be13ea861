package dev.slotstream.backup;

/**
 * How much a backup, or a shard of it, holds.
 *
 * @param slots that were copied
 * @param records that follow them
 * @param damaged slots that were left out, since their checksums failed
 */
public record Counts(long slots, long records, long damaged) {
  static final Counts NONE = new Counts(0, 0, 0);

  Counts plus(Counts other) {
    return new Counts(slots + other.slots, records + other.records, damaged + other.damaged);
  }
}
