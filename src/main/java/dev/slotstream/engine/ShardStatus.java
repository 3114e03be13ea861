package dev.slotstream.engine;

/**
 * One shard's figures at one moment.
 *
 * @param slots that exist
 * @param slotsUsed that are taken
 * @param slotsDamaged whose checksum failed, and that were not written since
 * @param scrubs how often all slots were read to find damage
 * @param appendedSequence last record in the log
 * @param durableSequence last record on disk
 * @param committedSequence last record acknowledged
 * @param oldestSequence first record that the log still has
 * @param checkpointSequence up to which the slots are on disk
 * @param logBytes of all segments
 * @param slotBytes of the slot file
 * @param memoryBytes of index and free list
 * @param writable false when the write gate is shut
 */
public record ShardStatus(
    int shard,
    int slots,
    int slotsUsed,
    int slotsDamaged,
    long scrubs,
    long appendedSequence,
    long durableSequence,
    long committedSequence,
    long oldestSequence,
    long checkpointSequence,
    long logBytes,
    long slotBytes,
    long memoryBytes,
    boolean writable) {}
