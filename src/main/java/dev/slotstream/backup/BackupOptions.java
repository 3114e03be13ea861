package dev.slotstream.backup;

import java.time.Duration;

/**
 * How a node makes backups.
 *
 * @param maxConcurrent made at once; more are refused
 * @param bytesPerSecond that one backup reads or sends, whichever are more, at most; 0 for as fast
 *     as it goes
 * @param stallTimeout how long a client may take nothing, and records may wait to be committed
 */
public record BackupOptions(int maxConcurrent, long bytesPerSecond, Duration stallTimeout) {}
