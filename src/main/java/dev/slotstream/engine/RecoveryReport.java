package dev.slotstream.engine;

import java.time.Duration;
import java.util.List;

/**
 * What was found when a store was opened, and what was done about it.
 *
 * @param created true when there was no store before
 * @param clean true when it had been closed
 * @param replayed log records written to their slots again
 * @param tornBytes bytes behind the last valid record that were cut, never acknowledged in FSYNC
 * @param damagedSlots occupied slots whose checksum fails even after the replay, as far as they are
 *     known: those of a shard whose index was kept are reviewed after the opening
 * @param duplicateSlots slots that held a key that another one held, too; a leader empties them
 * @param damagedLogs a follower's logs that were damaged, and that it has put aside
 * @param keptIndexes shards whose index was kept when they were closed: their slots were not read
 * @param refusedIndexes why kept indexes that were there were not used
 * @param took how long opening took
 */
public record RecoveryReport(
    boolean created,
    boolean clean,
    long replayed,
    long tornBytes,
    int damagedSlots,
    int duplicateSlots,
    List<DamagedLog> damagedLogs,
    int keptIndexes,
    List<String> refusedIndexes,
    Duration took) {}
