package dev.slotstream.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that is only read: every way in which it can be damaged is told, and what is behind it. */
class LogCheckTest {
  private static final int RECORDS = 120;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private final List<String> damage = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<Long> records = new ArrayList<>();
  private List<Path> segments;

  @BeforeEach
  void write() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, RECORDS);
      TestLog.force(log);
    }
    segments =
        TestFiles.startingWith(directory, "redo-").stream()
            .filter(path -> !path.endsWith(SegmentNames.NEXT))
            .toList();
    assertTrue(segments.size() > 3, segments::toString);
  }

  private List<SegmentFacts> check(long checkpoint) throws IOException {
    damage.clear();
    notes.clear();
    records.clear();
    LogCheck check =
        new LogCheck(
            TestLog.options(directory),
            checkpoint,
            new LogCheck.Visitor() {
              @Override
              public void record(LogRecord record, Path file, long offset) {
                records.add(record.sequence());
              }

              @Override
              public void damage(Path file, long offset, String what) {
                damage.add(file.getFileName() + ":" + offset + " " + what);
              }

              @Override
              public void note(Path file, long offset, String what) {
                notes.add(file.getFileName() + ":" + offset + " " + what);
              }
            });
    return check.run(false);
  }

  private void assertWhole() throws IOException {
    check(0);
    assertEquals(List.of(), damage);
    assertEquals(List.of(), notes);
    assertEquals(RECORDS, records.size());
  }

  @Test
  void aWholeLogIsReadToItsEnd() throws IOException {
    assertWhole();
    List<SegmentFacts> facts = check(RECORDS);
    assertEquals(1, facts.getFirst().firstSequence());
    assertEquals(RECORDS, facts.getLast().lastSequence());
    assertEquals(RECORDS, facts.getLast().forcedUpTo());
    assertEquals(List.of(), damage);
  }

  @Test
  void everyByteOfARecordCountsAndTheRestIsReadNevertheless() throws IOException {
    try (SegmentReader segment = SegmentReader.open(TestLog.options(directory), segments.get(1))) {
      int length = segment.lengthAt(LogLayout.HEADER_SIZE);
      int second = LogLayout.HEADER_SIZE + length;
      for (int at = 0; at < segment.lengthAt(second); at++) {
        TestFiles.flip(segments.get(1), second + at, at % 8);
        check(0);
        assertEquals(1, damage.size(), damage::toString);
        assertTrue(damage.getFirst().contains(":" + second + " "), damage::toString);
        assertEquals(RECORDS - 1, records.size());
        TestFiles.flip(segments.get(1), second + at, at % 8);
      }
    }
    assertWhole();
  }

  @Test
  void everyByteOfASegmentsHeaderCounts() throws IOException {
    for (int at = 0; at < LogLayout.HEADER_SIZE; at++) {
      if (at < LogLayout.DURABLE_MARK || at >= LogLayout.DURABLE_MARK + 8) {
        TestFiles.flip(segments.get(1), at, at % 8);
        check(0);
        assertTrue(damage.getFirst().contains(segments.get(1).getFileName().toString()));
        TestFiles.flip(segments.get(1), at, at % 8);
      }
    }
    TestFiles.flip(segments.getLast(), LogLayout.DURABLE_MARK + 2, 0); // says more than there is
    check(0);
    assertEquals(1, damage.size(), damage::toString);
  }

  @Test
  void aSegmentThatIsGoneOrMisnamedIsTold() throws IOException {
    byte[] middle = Files.readAllBytes(segments.get(1));
    Files.delete(segments.get(1));
    check(0);
    assertTrue(damage.getFirst().contains("not there"), damage::toString);
    assertTrue(records.contains((long) RECORDS), "what is behind the gap is read");
    Path wrong = directory.resolve(SegmentNames.of(7));
    Files.write(wrong, middle);
    check(0);
    assertTrue(damage.getFirst().startsWith(wrong.getFileName().toString()), damage::toString);
    Files.delete(wrong);
    Files.write(segments.get(1), middle);
    assertWhole();

    byte[] last = Files.readAllBytes(segments.getLast());
    Files.delete(segments.getLast());
    check(0);
    assertTrue(damage.getFirst().contains("forcedUpTo=" + RECORDS), damage::toString);
    Files.write(segments.getLast(), last);

    Files.delete(segments.getFirst());
    check(0);
    assertTrue(damage.getFirst().contains("does not reach back"), damage::toString);
    check(RECORDS);
    assertEquals(List.of(), damage, "purged below the checkpoint");
    for (Path path : TestFiles.startingWith(directory, "redo-")) {
      Files.delete(path);
    }
    check(RECORDS);
    assertTrue(damage.getFirst().contains("log is missing"), damage::toString);
  }

  @Test
  void whatWasNeverForcedIsATornEnd() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 2);
      Path copy = directory.resolveSibling(directory.getFileName() + "-copy");
      TestFiles.copyTree(directory, copy);
      directory = copy;
    }
    check(0);
    assertEquals(RECORDS + 2, records.size());
    SegmentFacts last = check(0).getLast();
    Path file = directory.resolve(last.file());
    TestFiles.flip(file, last.usedBytes() - 12, 3);
    check(0);
    assertEquals(List.of(), damage);
    assertEquals(1, notes.size(), notes::toString);
    assertTrue(notes.getFirst().contains("sequence=" + (RECORDS + 1)), notes::toString);
    assertEquals(RECORDS + 1, records.size());
    TestFiles.deleteTree(directory);
  }

  @Test
  void recordsOfASegmentWhoseHeaderIsNotThereAreTold() throws IOException {
    Path spare = directory.resolve(SegmentNames.NEXT);
    byte[] begun = Files.readAllBytes(segments.getLast());
    Files.delete(segments.getLast());
    Arrays.fill(begun, 0, LogLayout.HEADER_SIZE, (byte) 0);
    Files.write(spare, begun);
    check(0);
    assertTrue(damage.stream().anyMatch(told -> told.contains("forcedUpTo")), damage::toString);
    Files.write(spare, new byte[begun.length]);
    TestFiles.write(spare, LogLayout.HEADER_SIZE + 9, (byte) 1);
    check(0);
    assertTrue(notes.stream().anyMatch(told -> told.contains("no header")), notes::toString);
    Files.write(spare, new byte[begun.length]);
    check(0);
    assertEquals(List.of(), notes);
  }

  @Test
  void bytesBehindTheEndOfAFullSegmentAreTold() throws IOException {
    SegmentFacts first = check(0).getFirst();
    assertTrue(first.usedBytes() + 8 <= first.bytes(), first::toString);
    TestFiles.write(segments.getFirst(), first.usedBytes() + 7, (byte) 1);
    check(0);
    assertEquals(1, damage.size(), damage::toString);
    assertTrue(damage.getFirst().contains("behind the segment's last record"), damage::toString);
  }
}
