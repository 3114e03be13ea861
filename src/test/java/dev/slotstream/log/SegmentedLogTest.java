package dev.slotstream.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.file.NoSpaceException;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.Seeded;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.log.LogException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentedLogTest {
  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private List<Path> segments() {
    return TestFiles.startingWith(directory, "redo-0");
  }

  @Test
  void beginsAtOneAndGoesOnWithoutGaps() throws IOException {
    try (SegmentedLog log = TestLog.open(TestLog.options(directory), 0)) {
      assertEquals(0, log.appendedSequence());
      assertEquals(1, log.oldestSequence());
      TestLog.append(log, 200);
      assertEquals(200, log.appendedSequence());
      assertEquals(0, log.durableSequence());
      TestLog.readAll(log, 1);
    }
    try (SegmentedLog log = TestLog.open(TestLog.options(directory), 0, TestLog.range(1, 200))) {
      assertEquals(200, log.appendedSequence());
      assertEquals(200, log.durableSequence());
      assertEquals(0, log.verdict().tornBytes());
      TestLog.append(log, 100);
      TestLog.readAll(log, 150);
    }
    assertTrue(segments().size() > 5, "segments: " + segments());
  }

  @Test
  void replaysOnlyWhatIsAboveTheCheckpoint() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 300);
    }
    for (long checkpoint = 0; checkpoint <= 300; checkpoint += 13) {
      TestLog.open(TestLog.options(directory), checkpoint, TestLog.range(checkpoint + 1, 300))
          .close();
    }
    TestLog.open(TestLog.options(directory), 300).close();
  }

  @Test
  void readsFromEverySequence() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 300);
      for (long from = 1; from <= 301; from++) {
        TestLog.readAll(log, from);
      }
      assertNull(log.reader(0));
    }
  }

  @Test
  void findsASequenceByMarksInALargeSegment() throws IOException {
    LogOptions options = TestLog.options(new DiskStorage(), directory, 1 << 20);
    int records = 3 * LogSegment.RECORDS_PER_MARK + 10;
    try (SegmentedLog log = TestLog.open(options, 0)) {
      TestLog.append(log, records);
      for (long from : new long[] {1, 1024, 1025, 1026, 2048, 2049, 3072, 3073, 3082}) {
        TestLog.readAll(log, from);
      }
    }
    // The segments before the checkpoint's are not read on opening: their marks are not known.
    try (SegmentedLog log = TestLog.open(options, records)) {
      TestLog.readAll(log, 1500);
      TestLog.readAll(log, 2500);
      TestLog.readAll(log, 1);
    }
  }

  @Test
  void saysWhenThereIsNoRoomAndChangesNothing() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      while (TestLog.tryAppend(log)) {
        assertEquals(0, log.durableSequence());
      }
      long appended = log.appendedSequence();
      assertTrue(log.wantsPreparing());
      assertFalse(TestLog.tryAppend(log));
      assertEquals(appended, log.appendedSequence());
      log.prepare();
      assertTrue(TestLog.tryAppend(log));
      TestLog.readAll(log, 1);
    }
  }

  @Test
  void preparesAheadAndThenNoMore() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      int prepared = 0;
      while (log.wantsPreparing()) {
        log.prepare();
        assertTrue(prepared++ < 20);
      }
      long bytes = log.bytes();
      assertTrue(bytes >= TestLog.SEGMENT_SIZE / 8);
      log.prepare();
      assertTrue(log.bytes() <= TestLog.SEGMENT_SIZE);
      assertEquals(0, log.endOffset());
      TestLog.append(log, 1);
      assertEquals(TestLog.lengthOf(1), log.endOffset());
    }
  }

  @Test
  void purgesWholeSegmentsUpToASequence() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 300);
      assertEquals(0, purge(log, 300, 0), "what is not forced is not purged");
      TestLog.force(log);
      int before = segments().size();
      assertEquals(0, purge(log, 0, 0));
      int purged = purge(log, 100, 0);
      assertTrue(purged > 0);
      assertEquals(before - purged, segments().size());
      assertTrue(log.oldestSequence() <= 101);
      assertNull(log.reader(log.oldestSequence() - 1));
      TestLog.readAll(log, log.oldestSequence());
      long bytes = log.bytes();
      purge(log, 300, bytes - 1);
      assertTrue(log.bytes() >= bytes - TestLog.SEGMENT_SIZE);
      purge(log, 300, 0);
      assertEquals(1, segments().size());
      TestLog.readAll(log, log.oldestSequence());
    }
    TestLog.open(TestLog.options(directory), 300).close();
  }

  @Test
  void keepsTheSegmentBeforeOneThatIsNotOnDiskYet() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      while (log.wantsPreparing()) {
        log.prepare();
      }
      for (int n = 0; n < 8; n++) { // the whole segment, and the one behind it
        log.prepare();
      }
      long last = 0;
      while (log.endOffset() < TestLog.SEGMENT_SIZE - LogLayout.HEADER_SIZE) {
        TestLog.force(log);
        last = log.appendedSequence();
        assertTrue(TestLog.tryAppend(log));
      }
      // The next segment is begun, and a power cut now would leave nothing of it.
      assertEquals(last, log.durableSequence());
      assertEquals(1, segments().size());
      assertEquals(0, purge(log, last, 0));
      TestLog.force(log);
      assertEquals(1, purge(log, last, 0));
      assertEquals(last + 1, log.oldestSequence());
    }
  }

  @Test
  void keepsAsManyBytesAsItIsAsked() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 300);
      TestLog.force(log);
      purge(log, 300, 10_000);
      assertTrue(log.bytes() >= 10_000);
      assertTrue(log.bytes() < 10_000 + TestLog.SEGMENT_SIZE);
    }
  }

  @Test
  void aPurgedSegmentStaysReadableForWhoIsInIt() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 100);
      try (LogReader reader = log.reader(1)) {
        TestLog.force(log);
        TestLog.append(log, 100);
        TestLog.force(log);
        assertTrue(purge(log, 200, 0) > 0);
        long last = 0;
        LogException gone;
        while (true) {
          try {
            assertTrue(reader.next(200));
            last = reader.record().sequence();
            TestLog.check(reader.record(), last);
          } catch (LogException e) {
            gone = e;
            break;
          }
        }
        assertTrue(last > 0);
        assertEquals(Kind.MISSING, gone.kind());
        assertTrue(gone.getMessage().contains("sequence=" + (last + 1)), gone.getMessage());
        assertTrue(gone.getMessage().contains("oldest=" + log.oldestSequence()), gone.getMessage());
      }
    }
  }

  @Test
  void aReaderStopsAtItsLimit() throws IOException {
    try (SegmentedLog log = TestLog.open(directory);
        LogReader reader = log.reader(1)) {
      TestLog.append(log, 10);
      assertTrue(reader.next(1));
      assertFalse(reader.next(1));
      assertTrue(reader.next(2));
    }
  }

  @Test
  void readersKeepUpWithTheAppenderAcrossSegments() {
    int records = 20_000;
    Seeded.run(
        7,
        random -> {
          try (SegmentedLog log = TestLog.open(directory)) {
            AtomicReference<Throwable> wrong = new AtomicReference<>();
            List<Thread> readers =
                List.of(follow(log, records, wrong), follow(log, records, wrong));
            for (int n = 0; n < records; n += 100) {
              TestLog.append(log, 100);
              if (random.nextInt(3) == 0) {
                TestLog.force(log);
              }
            }
            for (Thread reader : readers) {
              reader.join();
            }
            assertNull(wrong.get());
          }
        });
  }

  private static Thread follow(SegmentedLog log, int records, AtomicReference<Throwable> wrong) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try (LogReader reader = log.reader(1)) {
                long next = 1;
                while (next <= records) {
                  if (reader.next(log.appendedSequence())) {
                    TestLog.check(reader.record(), next++);
                  } else {
                    Thread.onSpinWait();
                  }
                }
              } catch (IOException | RuntimeException | Error e) {
                wrong.compareAndSet(null, e);
              }
            });
  }

  @Test
  void aForceCoversAllSegmentsSinceTheLastAndNamesThem() throws IOException {
    FaultyStorage storage = new FaultyStorage();
    try (SegmentedLog log =
        TestLog.open(TestLog.options(storage, directory, TestLog.SEGMENT_SIZE), 0)) {
      TestLog.append(log, 5);
      ForcePoint early = log.forcePoint();
      TestLog.append(log, 200);
      int[] forces = {0};
      storage.fail((operation, path) -> forces[0] += operation == Operation.FORCE ? 1 : 0);
      log.force(early);
      assertEquals(5, log.durableSequence());
      assertEquals(1, forces[0]);
      TestLog.force(log);
      assertEquals(1 + segments().size(), forces[0]);
      log.force(log.forcePoint());
      assertEquals(1 + segments().size(), forces[0], "nothing new costs no force");
    }
  }

  @Test
  void claimsNothingAfterAFailedForce() throws IOException {
    FaultyStorage storage = new FaultyStorage();
    try (SegmentedLog log =
        TestLog.open(TestLog.options(storage, directory, TestLog.SEGMENT_SIZE), 0)) {
      TestLog.append(log, 5);
      storage.fail(
          FaultyStorage.always(FaultyStorage.on(Operation.FORCE, "redo"), FaultyStorage.BROKEN));
      assertThrows(IOException.class, () -> log.force(log.forcePoint()));
      assertEquals(0, log.durableSequence());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"EXTEND", "CREATE"})
  void aFullDiskIsAnErrorOfPreparingAndHeals(Operation operation) throws IOException {
    FaultyStorage storage = new FaultyStorage();
    try (SegmentedLog log =
        TestLog.open(TestLog.options(storage, directory, TestLog.SEGMENT_SIZE), 0)) {
      storage.fail(FaultyStorage.always(FaultyStorage.on(operation, "redo"), FaultyStorage.FULL));
      assertThrows(NoSpaceException.class, () -> TestLog.append(log, 500));
      long appended = log.appendedSequence();
      storage.heal();
      TestLog.append(log, 500);
      assertEquals(appended + 500, log.appendedSequence());
      TestLog.readAll(log, 1);
    }
    TestLog.open(directory).close();
  }

  @Test
  void opensAgainAfterAnyOperationOfOpeningFailed(
      @TempDir(factory = MemoryDirectory.class) Path other) throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 100);
    }
    Path crashed = other.resolve("crashed");
    int failed = 0;
    for (int n = 1; ; n++) {
      TestFiles.copyTree(directory, crashed);
      TestFiles.write(crashed.resolve(segments().getLast().getFileName()), 4000, (byte) 1);
      FaultyStorage storage = new FaultyStorage();
      FaultyStorage.Nth fault = new FaultyStorage.Nth(n, FaultyStorage.BROKEN);
      storage.fail(fault);
      LogOptions options = TestLog.options(storage, crashed, TestLog.SEGMENT_SIZE);
      try {
        TestLog.open(options, 0, TestLog.range(1, 100)).close();
        assertFalse(fault.struck());
        break;
      } catch (IOException e) {
        assertTrue(fault.struck());
        failed++;
      }
      storage.heal();
      TestLog.open(options, 0, TestLog.range(1, 100)).close();
    }
    assertTrue(failed > 5, "failed: " + failed);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1000, 2239, (1 << 30) + 1, Integer.MAX_VALUE})
  void refusesASegmentSizeThatDoesNotFitItsRecords(int size) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> TestLog.options(new DiskStorage(), directory, size));
    assertTrue(e.getMessage().contains("segmentSize=" + size), e.getMessage());
  }

  @Test
  void takesTheLongestRecordsInTheSmallestSegments() throws IOException {
    int size = LogOptions.leastSegmentSize(TestLog.KEY, TestLog.MAX_VALUE);
    try (SegmentedLog log = TestLog.open(TestLog.options(new DiskStorage(), directory, size), 0)) {
      TestLog.append(log, 200);
      TestLog.readAll(log, 1);
      assertNotNull(log.newRecord());
    }
  }

  @Test
  void goesOnWithAnotherSegmentSize() throws IOException {
    for (int size : new int[] {8192, 4096, 16384, 2400}) {
      LogOptions options = TestLog.options(new DiskStorage(), directory, size);
      long before;
      try (SegmentedLog log = SegmentedLog.open(options, 0, true, record -> {})) {
        before = log.appendedSequence();
        TestLog.append(log, 100);
        TestLog.readAll(log, 1);
      }
      assertTrue(before % 100 == 0);
    }
  }

  /** Nobody needs anything, and no more than this is kept. */
  private static int purge(SegmentedLog log, long sequence, long keepBytes) throws IOException {
    return log.purge(sequence, Long.MAX_VALUE, new LogRetention(keepBytes, Long.MAX_VALUE));
  }
}
