package dev.slotstream.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.log.LogException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What opening makes of files that are not as they were left. */
class LogOpeningTest {
  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private LogOptions options() {
    return TestLog.options(directory);
  }

  private List<Path> segments() {
    return TestFiles.startingWith(directory, "redo-0");
  }

  private Path next() {
    return directory.resolve(SegmentNames.NEXT);
  }

  /** Writes records into several segments, forced or not, and closes. */
  private void write(int records, boolean forced) throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, records);
      if (forced) {
        TestLog.force(log);
      }
    }
  }

  private LogException refuses(long checkpoint, Kind kind, String... parts) {
    LogException e =
        assertThrows(
            LogException.class,
            () -> SegmentedLog.open(options(), checkpoint, false, record -> {}).close());
    assertEquals(kind, e.kind(), e.getMessage());
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage() + " lacks " + part);
    }
    return e;
  }

  private static long firstSequenceOf(Path segment) {
    return Long.parseUnsignedLong(segment.getFileName().toString().substring(5, 21), 16);
  }

  @Test
  void zerosBehindTheLastRecordAreACleanEnd() throws IOException {
    write(5, false);
    try (SegmentedLog log = TestLog.open(options(), 0, TestLog.range(1, 5))) {
      assertEquals(0, log.verdict().tornBytes());
    }
    assertEquals(List.of(), TestFiles.startingWith(directory, "redo-0000000000000001.log.torn"));
  }

  @Test
  void refusesAFlippedBitInAnyRecordThatWasForced() throws IOException {
    write(150, true);
    assertTrue(segments().size() > 3);
    for (Path segment : segments()) {
      byte[] bytes = TestFiles.read(segment);
      long sequence = firstSequenceOf(segment);
      int at = LogLayout.HEADER_SIZE;
      while (at + LogLayout.BODY <= bytes.length && intAt(bytes, at) != 0) {
        int length = intAt(bytes, at);
        int place = at + (int) (sequence * 31 % length);
        TestFiles.flip(segment, place, (int) (sequence % 8));
        refuses(
            0,
            Kind.DAMAGED,
            "file=" + segment,
            "offset=" + at,
            "sequence=" + sequence + " ",
            "forcedUpTo=150");
        TestFiles.flip(segment, place, (int) (sequence % 8));
        at += length;
        sequence++;
      }
    }
    TestLog.open(options(), 0, TestLog.range(1, 150)).close();
  }

  private static int intAt(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
  }

  @Test
  void aLaterRecordSaysThatADamagedOneWasForcedEvenWithoutAMark() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 5);
      TestLog.force(log);
      TestLog.append(log, 3);
    }
    Path segment = segments().getFirst();
    TestFiles.write(segment, LogLayout.DURABLE_MARK, new byte[8]);
    byte[] good = TestFiles.read(segment);
    int at = LogLayout.HEADER_SIZE;
    for (int n = 1; n <= 5; n++) {
      TestFiles.flip(segment, at + 30, 0);
      refuses(0, Kind.DAMAGED, "offset=" + at, "sequence=" + n + " ", "forcedUpTo=5");
      TestFiles.write(segment, 0, good);
      at += TestLog.lengthOf(n);
    }
    TestFiles.flip(segment, at + 30, 0); // record 6 was not forced
    try (SegmentedLog log = TestLog.open(options(), 0, TestLog.range(1, 5))) {
      assertTrue(log.verdict().tornBytes() > 0);
    }
  }

  @Test
  void aMarkInALaterSegmentCountsForAllBefore() throws IOException {
    write(100, true);
    List<Path> segments = segments();
    for (Path segment : segments.subList(0, segments.size() - 1)) {
      TestFiles.write(segment, LogLayout.DURABLE_MARK, new byte[8]);
    }
    Path first = segments.getFirst();
    TestFiles.write(first, LogLayout.HEADER_SIZE, new byte[4000]);
    refuses(0, Kind.DAMAGED, "file=" + first, "sequence=1 ", "forcedUpTo=100");
  }

  @Test
  void cutsUnforcedSegmentsBehindATornOneAndKeepsCopies() throws IOException {
    write(100, false);
    List<Path> segments = segments();
    Path torn = segments.get(1);
    TestFiles.flip(torn, LogLayout.HEADER_SIZE + 20, 3);
    long lastGood = firstSequenceOf(torn) - 1;
    try (SegmentedLog log = TestLog.open(options(), 0, TestLog.range(1, lastGood))) {
      assertEquals(lastGood, log.verdict().lastSequence());
      assertTrue(log.verdict().tornBytes() > 4096);
      TestLog.append(log, 100);
      TestLog.readAll(log, 1);
    }
    for (Path segment : segments.subList(1, segments.size())) {
      int from = segment.equals(torn) ? LogLayout.HEADER_SIZE : 0;
      assertTrue(Files.exists(Path.of(segment + ".torn-" + from)), segment.toString());
    }
    TestLog.open(options(), 0, TestLog.range(1, lastGood + 100)).close();
  }

  @Test
  void refusesAMissingSegmentInTheMiddle() throws IOException {
    write(150, true);
    Path missing = segments().get(2);
    Path before = segments().get(1);
    TestFiles.delete(missing);
    refuses(0, Kind.DAMAGED, "file=" + before, "sequence=" + firstSequenceOf(missing) + " ");
  }

  @Test
  void refusesAMissingFirstSegment() throws IOException {
    write(150, true);
    TestFiles.delete(segments().getFirst());
    long first = firstSequenceOf(segments().getFirst());
    refuses(0, Kind.MISSING, directory.toString(), "firstSequence=" + first, "checkpoint=0");
    refuses(first - 2, Kind.MISSING, "checkpoint=" + (first - 2));
    TestLog.open(options(), first - 1, TestLog.range(first, 150)).close();
  }

  @Test
  void refusesARecordThatIsMissingAtTheEnd() throws IOException {
    write(10, true);
    Path segment = segments().getFirst();
    int at = LogLayout.HEADER_SIZE;
    for (int n = 1; n < 10; n++) {
      at += TestLog.lengthOf(n);
    }
    TestFiles.write(segment, at, new byte[TestLog.lengthOf(10)]);
    refuses(0, Kind.DAMAGED, "offset=" + at, "sequence=10 ", "forcedUpTo=10");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, DAMAGED, segment header is damaged",
    "4, 2, DAMAGED, segment header is damaged",
    "6, 9, DAMAGED, segment header is damaged",
    "8, 9, DAMAGED, segment header is damaged",
    "20, 9, DAMAGED, segment header is damaged",
    "33, 9, DAMAGED, segment header is damaged"
  })
  void refusesASegmentWithADamagedHeader(int offset, byte value, Kind kind, String part)
      throws IOException {
    write(5, true);
    TestFiles.write(segments().getFirst(), offset, value);
    refuses(0, kind, part, "file=" + segments().getFirst());
  }

  @Test
  void refusesAFileThatIsNoSegment() throws IOException {
    write(5, true);
    TestFiles.write(
        segments().getFirst(), 0, "some other file of some other program ".getBytes(US_ASCII));
    refuses(0, Kind.FOREIGN, "not a log segment", "file=" + segments().getFirst());
  }

  /** Changes a field of a header and gives it a checksum that fits. */
  private static void changeHeader(Path segment, int offset, byte... bytes) {
    byte[] head = TestFiles.read(segment);
    System.arraycopy(bytes, 0, head, offset, bytes.length);
    CRC32C crc = new CRC32C();
    crc.update(head, 0, LogLayout.HEADER_CRC);
    ByteBuffer.wrap(head)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(LogLayout.HEADER_CRC, (int) crc.getValue());
    TestFiles.write(segment, 0, head);
  }

  @Test
  void refusesANewerFormat() throws IOException {
    write(5, true);
    changeHeader(segments().getFirst(), LogLayout.VERSION, (byte) 2);
    refuses(0, Kind.TOO_NEW, "file=" + segments().getFirst(), "stored=2", "readable=1");
  }

  @Test
  void refusesASegmentOfAnotherStoreShardOrPlace() throws IOException {
    write(5, true);
    Path segment = segments().getFirst();
    byte[] good = TestFiles.read(segment);
    changeHeader(segment, LogLayout.STORE_ID, (byte) 'x');
    refuses(0, Kind.FOREIGN, "another store", "file=" + segment);
    TestFiles.write(segment, 0, good);
    changeHeader(segment, LogLayout.SHARD, (byte) 2);
    refuses(0, Kind.FOREIGN, "shard=2");
    TestFiles.write(segment, 0, good);
    Path elsewhere = directory.resolve(SegmentNames.of(7));
    Files.move(segment, elsewhere);
    refuses(0, Kind.FOREIGN, "file=" + elsewhere, "firstSequence=1");
  }

  @Test
  void refusesAFileThatIsTooShortToBeASegment() throws IOException {
    TestFiles.write(directory.resolve(SegmentNames.of(1)), 0, new byte[100]);
    refuses(0, Kind.FOREIGN, "length=100");
  }

  @Test
  void leavesOtherFilesAlone() throws IOException {
    Path other = directory.resolve("redo-notes.txt");
    TestFiles.write(other, 0, (byte) 1);
    write(5, true);
    TestLog.open(options(), 0, TestLog.range(1, 5)).close();
    assertTrue(Files.exists(other));
  }

  @Test
  void dropsASpareSegmentThatWasLeftOver() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 5);
      while (log.wantsPreparing() || !Files.exists(next())) {
        log.prepare();
      }
    }
    assertTrue(Files.exists(next()));
    try (SegmentedLog log = TestLog.open(options(), 0, TestLog.range(1, 5))) {
      assertFalse(Files.exists(next()));
      TestLog.append(log, 50);
    }
  }

  /** Leaves a log whose last segment was begun and does not have its name yet. */
  private long writeBegunSegment() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      int segments = segments().size();
      while (true) {
        TestLog.append(log, 1);
        if (Files.exists(next()) && intAt(TestFiles.read(next()), 0) != 0) {
          TestLog.append(log, 1);
          assertTrue(segments().size() >= segments);
          return log.appendedSequence();
        }
      }
    }
  }

  @Test
  void goesOnInASegmentThatWasBegunButNotNamed() throws IOException {
    long last = writeBegunSegment();
    try (SegmentedLog log = TestLog.open(options(), 0, TestLog.range(1, last))) {
      assertFalse(Files.exists(next()));
      TestLog.append(log, 50);
      TestLog.readAll(log, 1);
    }
    TestLog.open(options(), 0, TestLog.range(1, last + 50)).close();
  }

  @Test
  void dropsABegunSegmentWhoseHeaderDidNotReachTheDisk() throws IOException {
    long last = writeBegunSegment();
    TestFiles.write(next(), 0, new byte[LogLayout.HEADER_SIZE]);
    try (SegmentedLog log = SegmentedLog.open(options(), 0, false, record -> {})) {
      assertTrue(log.appendedSequence() < last);
      assertTrue(log.verdict().tornBytes() > 0);
      assertFalse(Files.exists(next()));
      assertTrue(Files.exists(next().resolveSibling("redo-next.log.torn-0")), "kept");
      TestLog.append(log, 50);
      TestLog.readAll(log, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 1_000_000_007L})
  void refusesALogThatEndsBeforeTheCheckpoint(long checkpoint) throws IOException {
    write(5, false);
    refuses(
        checkpoint,
        Kind.DAMAGED,
        "file=" + segments().getFirst(),
        "sequence=6 ",
        "forcedUpTo=" + checkpoint);
  }

  @Test
  void beginsBehindTheCheckpointWhenThereIsNoLogAndTheStoreWasClosed() throws IOException {
    refuses(41, Kind.MISSING, "directory=" + directory, "checkpoint=41");
    try (SegmentedLog log = TestLog.open(options(), 41)) {
      assertEquals(42, log.oldestSequence());
      assertEquals(41, log.appendedSequence());
      assertEquals(41, log.durableSequence());
      TestLog.append(log, 3);
      TestLog.readAll(log, 42);
    }
    assertEquals(List.of(directory.resolve(SegmentNames.of(42))), segments());
    TestLog.open(options(), 41, TestLog.range(42, 44)).close();
  }

  @Test
  void noticesThatTheLastSegmentIsMissing() throws IOException {
    write(150, true);
    TestFiles.delete(segments().getLast());
    refuses(0, Kind.DAMAGED, "file=" + segments().getLast(), "forcedUpTo=150");
  }

  @Test
  void isOnDiskBeforeItsRecordsAreHandedOut() throws IOException {
    write(100, false);
    boolean[] forced = {false};
    FaultyStorage storage = new FaultyStorage();
    storage.fail(
        (operation, path) -> {
          if (operation == Operation.FORCE) {
            forced[0] = true;
          }
        });
    SegmentedLog.open(
            TestLog.options(storage, directory, TestLog.SEGMENT_SIZE),
            0,
            false,
            record -> assertTrue(forced[0], "sequence=" + record.sequence()))
        .close();
  }

  @Test
  void givesBackTheHoleThatACrashWhileMappingLeft() throws IOException {
    write(5, false);
    Path segment = segments().getFirst();
    assertTrue(TestFiles.size(segment) < TestLog.SEGMENT_SIZE);
    TestFiles.resize(segment, TestLog.SEGMENT_SIZE);
    try (SegmentedLog log = TestLog.open(options(), 0, TestLog.range(1, 5))) {
      assertTrue(log.bytes() < TestLog.SEGMENT_SIZE + 1);
      TestLog.append(log, 100);
    }
    TestLog.open(options(), 0, TestLog.range(1, 105)).close();
  }

  @Test
  void anExceptionOfTheSinkEndsTheOpening() throws IOException {
    write(5, false);
    assertThrows(
        IOException.class,
        () ->
            SegmentedLog.open(
                    options(),
                    0,
                    false,
                    record -> {
                      throw new IOException("sink");
                    })
                .close());
    TestLog.open(options(), 0, TestLog.range(1, 5)).close();
  }

  @Test
  void letsGoOfItsFilesWhenItRefuses() throws IOException {
    write(150, true);
    Path damaged = segments().get(1);
    TestFiles.flip(damaged, LogLayout.HEADER_SIZE + 9, 0);
    refuses(0, Kind.DAMAGED);
    TestFiles.flip(damaged, LogLayout.HEADER_SIZE + 9, 0);
    TestLog.open(options(), 0, TestLog.range(1, 150)).close();
    assertArrayEquals(new byte[] {'S', 'L', 'O', 'G'}, Arrays.copyOf(TestFiles.read(damaged), 4));
  }

  @Test
  void aReaderRefusesWhatWasDamagedWhileTheLogWasOpen() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 5);
      Path segment = segments().getFirst();
      byte[] good = TestFiles.read(segment);
      TestFiles.flip(segment, LogLayout.HEADER_SIZE + 20, 1);
      try (LogReader reader = log.reader(1)) {
        LogException e = assertThrows(LogException.class, () -> reader.next(5));
        assertEquals(Kind.DAMAGED, e.kind());
        assertTrue(e.getMessage().contains("file=" + segment), e.getMessage());
        assertTrue(e.getMessage().contains("offset=128 sequence=1"), e.getMessage());
      }
      TestFiles.write(segment, 0, good);
      TestFiles.write(segment, LogLayout.HEADER_SIZE, (byte) 7); // the length word
      assertThrows(LogException.class, () -> log.reader(3));
      TestFiles.write(segment, 0, good);
      TestFiles.write(segment, LogLayout.HEADER_SIZE + TestLog.lengthOf(1), new byte[4]);
      try (LogReader reader = log.reader(1)) {
        assertTrue(reader.next(5));
        LogException e = assertThrows(LogException.class, () -> reader.next(5));
        assertTrue(e.getMessage().contains("end early"), e.getMessage());
      }
      TestFiles.write(segment, 0, good);
      TestLog.readAll(log, 1);
    }
  }

  @Test
  void marksAreOnlyAboutPlaces() throws IOException {
    LogOptions options = TestLog.options(new DiskStorage(), directory, 1 << 20);
    try (SegmentedLog log = TestLog.open(options, 0)) {
      TestLog.append(log, 2_000);
      TestLog.force(log);
    }
    try (SegmentedLog log = TestLog.open(options, 2_000)) {
      TestLog.readAll(log, 1_999);
      TestLog.readAll(log, 1);
    }
  }

  @Test
  void refusesABegunSegmentWhoseHeaderIsDamaged() throws IOException {
    writeBegunSegment();
    TestFiles.flip(next(), 9, 3);
    refuses(0, Kind.DAMAGED, "segment header is damaged", "file=" + next(), "offset=0");
    assertTrue(Files.exists(next()));
  }

  @Test
  void refusesABegunSegmentWhoseHeaderWasForcedAndIsGone() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      while (!Files.exists(next()) || intAt(TestFiles.read(next()), 0) == 0) {
        TestLog.append(log, 1);
      }
      long first = log.appendedSequence();
      byte[] unnamed = TestFiles.read(next());
      TestLog.force(log);
      TestLog.append(log, 3);
      Path named = segments().getLast();
      assertEquals(SegmentNames.of(first), named.getFileName().toString());
      byte[] later = TestFiles.read(named);
      TestFiles.delete(named);
      // As a power cut leaves it that takes the marks, which are never forced, and the name.
      TestFiles.write(next(), 0, unnamed);
      TestFiles.write(next(), 0, later);
      TestFiles.write(next(), 0, new byte[LogLayout.HEADER_SIZE]);
      for (Path segment : segments()) {
        TestFiles.write(segment, LogLayout.DURABLE_MARK, new byte[Long.BYTES]);
      }
    }
    refuses(0, Kind.DAMAGED, "segment header is damaged", "file=" + next(), "offset=0");
  }
}
