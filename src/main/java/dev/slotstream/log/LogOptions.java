package dev.slotstream.log;

import dev.slotstream.file.Storage;
import java.nio.file.Path;

/**
 * What a shard's log needs to know.
 *
 * @param storage the disk
 * @param directory of the shard
 * @param shard number, 0 to 254
 * @param storeId 16 bytes
 * @param segmentSize bytes of a segment
 * @param maxKeyLength bytes
 * @param maxValueLength bytes
 */
public record LogOptions(
    Storage storage,
    Path directory,
    int shard,
    byte[] storeId,
    int segmentSize,
    int maxKeyLength,
    int maxValueLength) {

  /** A buffer for this log's records. */
  LogRecord newRecord() {
    return new LogRecord(maxKeyLength, maxValueLength);
  }
}
