package dev.slotstream.engine;

/**
 * How many slots are what, once the log is replayed.
 *
 * @param occupied whole ones
 * @param damaged occupied ones that are not whole
 */
public record SlotCounts(int occupied, int deleted, int free, int damaged) {
  static final SlotCounts NONE = new SlotCounts(0, 0, 0, 0);
}
