package dev.slotstream.slot;

import java.util.Optional;

/**
 * What the first page of a slot file says.
 *
 * @param countedSlots at offset 8; the checkpoint has its own number, see {@link #slots}
 * @param shard its number
 * @param adopted true when Slotstream has opened the file before
 * @param closedByArmdb true when armdb was the last to close it
 * @param unexpectedAt offset of the first byte that should be zero and is not; -1 when all are
 */
public record SlotFileFacts(
    SlotLayout layout,
    int countedSlots,
    int shard,
    boolean adopted,
    boolean closedByArmdb,
    Block blockA,
    Block blockB,
    int unexpectedAt) {

  /**
   * One of the two places of a checkpoint.
   *
   * @param offset in the file
   * @param blank true when it was never written
   * @param checkpoint empty when it is not whole
   */
  public record Block(int offset, boolean blank, Optional<Checkpoint> checkpoint) {}

  /** The newest checkpoint that is whole; empty when both blocks are damaged. */
  public Optional<Checkpoint> checkpoint() {
    if (!adopted) {
      return Optional.of(Checkpoint.NONE);
    }
    if (blockA.checkpoint().isEmpty() || blockB.checkpoint().isEmpty()) {
      return blockA.checkpoint().or(blockB::checkpoint);
    }
    boolean first = blockA.checkpoint().get().generation() > blockB.checkpoint().get().generation();
    return (first ? blockA : blockB).checkpoint();
  }

  /** Slots that count: those of the checkpoint, where it tells them and armdb came not after it. */
  public int slots() {
    int told = checkpoint().map(Checkpoint::slots).orElse(0);
    return changedByArmdb() || told == 0 ? countedSlots : told;
  }

  /** True when armdb was the last to change it: a log beside it tells of another past. */
  public boolean changedByArmdb() {
    return !adopted || closedByArmdb;
  }
}
