package dev.slotstream.log;

import dev.slotstream.file.Room;
import dev.slotstream.file.Storage;
import java.nio.file.Path;

/**
 * What a shard's log needs to know.
 *
 * @param storage the disk
 * @param directory of the shard
 * @param shard number, 0 to 254
 * @param storeId 16 bytes
 * @param segmentSize bytes of a segment; a step of it must take a header and the longest record
 * @param room how it is made ahead of the records
 * @param maxKeyLength bytes
 * @param maxValueLength bytes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
public record LogOptions(
    Storage storage,
    Path directory,
    int shard,
    byte[] storeId,
    int segmentSize,
    Room room,
    int maxKeyLength,
    int maxValueLength) {
  private static final int STEPS_PER_SEGMENT = 8;
  private static final int MAX_STEP = 4 << 20;

  /** Bytes of the largest segment. */
  public static final int MAX_SEGMENT_SIZE = 1 << 30;

  /** Checks that every record will fit. */
  public LogOptions {
    int least = leastSegmentSize(maxKeyLength, maxValueLength);
    if (segmentSize < least || segmentSize > MAX_SEGMENT_SIZE) {
      throw new IllegalArgumentException(
          "segment size is out of range, segmentSize=%d least=%d most=%d"
              .formatted(segmentSize, least, MAX_SEGMENT_SIZE));
    }
  }

  /** Bytes of the smallest segment for records with keys and values up to these lengths. */
  public static int leastSegmentSize(int maxKeyLength, int maxValueLength) {
    return STEPS_PER_SEGMENT
        * (LogLayout.HEADER_SIZE + LogLayout.recordLength(maxKeyLength, maxValueLength));
  }

  /** Bytes by which a segment is prepared at a time. */
  int step() {
    return Math.min(MAX_STEP, segmentSize / STEPS_PER_SEGMENT);
  }

  /** A buffer for this log's records. */
  LogRecord newRecord() {
    return new LogRecord(maxKeyLength, maxValueLength);
  }
}
