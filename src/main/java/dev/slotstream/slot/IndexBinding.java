package dev.slotstream.slot;

import java.util.UUID;

/**
 * What a kept index belongs to. Each checkpoint has a generation of its own, and the last of a
 * store that was closed is followed by another one before anything is written: the generation alone
 * tells an index of an earlier closing. The time of the slot file tells of a program that wrote to
 * it and closed nothing; a copy without its time is taken for written, too.
 *
 * @param directoryId of the store's whole directory
 * @param checkpoint with which the shard was closed
 * @param lastSequence of the log
 * @param slotsChangedNanos when the slot file was changed last
 */
public record IndexBinding(
    int shard,
    UUID directoryId,
    UUID storeId,
    Checkpoint checkpoint,
    SlotLayout layout,
    long lastSequence,
    long slotsChangedNanos) {}
