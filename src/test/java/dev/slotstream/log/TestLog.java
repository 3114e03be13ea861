package dev.slotstream.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.Room;
import dev.slotstream.file.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A log as tests write it: the record of sequence n is made of n alone, so that whoever reads it
 * can tell whether it is whole.
 */
final class TestLog {
  static final int KEY = 8;
  static final int MAX_VALUE = 100;
  static final int SEGMENT_SIZE = 8 * 512;
  static final byte[] STORE_ID = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private TestLog() {}

  static LogOptions options(Storage storage, Path directory, int segmentSize) {
    return new LogOptions(
        storage, directory, 1, STORE_ID, segmentSize, Room.WRITTEN, KEY, MAX_VALUE);
  }

  static LogOptions options(Path directory) {
    return options(new DiskStorage(), directory, SEGMENT_SIZE);
  }

  /** Opens a log and expects these replayed records, and no others. */
  static SegmentedLog open(LogOptions options, long checkpoint, long... replayed)
      throws IOException {
    List<Long> seen = new ArrayList<>();
    SegmentedLog log =
        SegmentedLog.open(
            options,
            checkpoint,
            true,
            record -> {
              check(record, record.sequence());
              seen.add(record.sequence());
            });
    assertEquals(Arrays.stream(replayed).boxed().toList(), seen);
    assertEquals(replayed.length, log.verdict().replayed());
    return log;
  }

  static SegmentedLog open(Path directory) throws IOException {
    return SegmentedLog.open(
        options(directory), 0, true, record -> check(record, record.sequence()));
  }

  static long[] range(long from, long to) {
    long[] range = new long[(int) (to - from + 1)];
    Arrays.setAll(range, i -> from + i);
    return range;
  }

  private static byte[] value(long n) {
    byte[] value = new byte[(int) (n * 7 % (MAX_VALUE + 1))];
    Arrays.fill(value, (byte) (n % 100 + 1));
    return value;
  }

  private static LogRecord fill(LogRecord record, long n) {
    byte[] value = value(n);
    return record
        .header((int) (n / 25), (int) (n % 1000), (int) n)
        .key(ByteBuffer.allocate(KEY).putLong(n).array(), 0, KEY)
        .value(value, 0, value.length);
  }

  /** Bytes of record n. */
  static int lengthOf(long n) {
    return fill(new LogRecord(KEY, MAX_VALUE), n).length();
  }

  /** Appends the next record, if there is room for it. */
  static boolean tryAppend(SegmentedLog log) {
    return log.append(fill(log.newRecord(), log.appendedSequence() + 1));
  }

  /** Appends this many records, making room as it goes. */
  static void append(SegmentedLog log, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      long before = log.appendedSequence();
      while (!tryAppend(log)) {
        assertTrue(log.wantsPreparing());
        log.prepare();
      }
      assertEquals(before + 1, log.appendedSequence());
    }
  }

  static void force(SegmentedLog log) throws IOException {
    log.force(log.forcePoint());
    assertEquals(log.appendedSequence(), log.durableSequence());
  }

  /** Fails unless this is record n. */
  static void check(LogRecord record, long n) {
    LogRecord expected = fill(new LogRecord(KEY, MAX_VALUE), n);
    assertEquals(n, record.sequence());
    assertEquals(expected.epoch(), record.epoch());
    assertEquals(expected.slot(), record.slot());
    assertEquals(expected.meta(), record.meta());
    assertEquals(expected.length(), record.length());
    assertEquals(bytes(expected, true), bytes(record, true));
    assertEquals(bytes(expected, false), bytes(record, false));
  }

  private static ByteBuffer bytes(LogRecord record, boolean key) {
    return key
        ? ByteBuffer.wrap(record.bytes(), record.keyOffset(), record.keyLength())
        : ByteBuffer.wrap(record.bytes(), record.valueOffset(), record.valueLength());
  }

  /** Reads from a sequence to the end, and expects every record. */
  static void readAll(SegmentedLog log, long from) throws IOException {
    try (LogReader reader = log.reader(from)) {
      for (long n = from; n <= log.appendedSequence(); n++) {
        assertEquals(n, reader.nextSequence());
        assertTrue(reader.next(log.appendedSequence()));
        check(reader.record(), n);
      }
      assertEquals(false, reader.next(log.appendedSequence()));
    }
  }
}
