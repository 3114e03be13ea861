package dev.slotstream.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.MemoryDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A purged segment becomes the next one. */
class SegmentReuseTest {
  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private Path used() {
    return directory.resolve(SegmentNames.USED);
  }

  /** What tells files apart, whatever they are called. */
  private Set<Object> files() throws IOException {
    Set<Object> keys = new HashSet<>();
    try (Stream<Path> paths = Files.list(directory)) {
      for (Path path : paths.toList()) {
        keys.add(Files.getAttribute(path, "unix:ino"));
      }
    }
    return keys;
  }

  private static int purgeAll(SegmentedLog log) throws IOException {
    TestLog.force(log);
    return log.purge(log.durableSequence(), Long.MAX_VALUE, new LogRetention(0, 0));
  }

  @Test
  void goesOnInTheFilesThatItHas() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 100);
      assertTrue(purgeAll(log) > 1);
      assertTrue(Files.exists(used()), "one is kept");
      Set<Object> before = files();
      for (int n = 0; n < 500; n++) {
        TestLog.append(log, 1);
        if (n % 5 == 0) {
          purgeAll(log);
        }
        TestLog.readAll(log, log.oldestSequence());
      }
      before.retainAll(files());
      assertFalse(before.isEmpty(), "the files are the same");
      assertTrue(files().size() <= 3);
    }
  }

  @Test
  void nothingOfItsFormerLifeIsLeft() throws IOException {
    LogOptions options = TestLog.options(directory);
    long last;
    try (SegmentedLog log = TestLog.open(options, 0)) {
      TestLog.append(log, 100);
      purgeAll(log);
      TestLog.append(log, 80);
      last = log.appendedSequence();
    }
    try (SegmentedLog log = TestLog.open(options, last)) {
      assertEquals(last, log.appendedSequence());
      assertEquals(0, log.verdict().tornBytes());
      TestLog.append(log, 100);
      TestLog.readAll(log, last + 1);
    }
  }

  @Test
  void aReaderKeepsItsSegment() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 60);
      try (LogReader reader = log.reader(1)) {
        assertTrue(reader.next(60));
        purgeAll(log);
        TestLog.append(log, 200);
        TestLog.check(reader.record(), 1);
        assertTrue(reader.next(60), "the rest of its segment is still there");
        TestLog.check(reader.record(), 2);
      }
    }
  }

  @Test
  void oneThatACrashLeftIsDeleted() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, 100);
      purgeAll(log);
    }
    assertTrue(Files.exists(used()));
    try (SegmentedLog log = TestLog.open(TestLog.options(directory), 100)) {
      assertFalse(Files.exists(used()));
      assertEquals(100, log.appendedSequence());
    }
  }
}
