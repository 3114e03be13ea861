package dev.slotstream.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import dev.slotstream.log.LogException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The last three records of a log, hurt at every byte, each in several ways. */
class TornTailTest {
  private static final int RECORDS = 12;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  /** How a tail is hurt at a byte. */
  enum Hurt {
    /** Everything from here on was never written. */
    ZEROS,
    /** Something else stands from here on. */
    GARBAGE,
    /** One bit is another. */
    FLIPPED,
    /** The file ends here. */
    SHORT
  }

  private Path segment;
  private final int[] ends = new int[RECORDS + 1];

  @BeforeEach
  void place() {
    segment = directory.resolve(SegmentNames.of(1));
    ends[0] = LogLayout.HEADER_SIZE;
    for (int n = 1; n <= RECORDS; n++) {
      ends[n] = ends[n - 1] + TestLog.lengthOf(n);
    }
  }

  private byte[] write(boolean forced) throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, RECORDS);
      if (forced) {
        TestLog.force(log);
      }
    }
    byte[] whole = TestFiles.read(segment);
    assertTrue(whole.length >= ends[RECORDS]);
    return whole;
  }

  private byte[] hurt(byte[] whole, int at, Hurt how) {
    byte[] hurt = whole.clone();
    switch (how) {
      case ZEROS -> Arrays.fill(hurt, at, ends[RECORDS], (byte) 0);
      case GARBAGE -> {
        for (int i = at; i < ends[RECORDS]; i++) {
          hurt[i] = (byte) (i * 37 + 11);
        }
      }
      case FLIPPED -> hurt[at] ^= (byte) (1 << at % 8);
      case SHORT -> hurt = Arrays.copyOf(whole, at);
    }
    return hurt;
  }

  /** Records that are as they were, from the first on. */
  private int whole(byte[] before, byte[] after) {
    int n = 0;
    while (n < RECORDS
        && ends[n + 1] <= after.length
        && Arrays.equals(before, ends[n], ends[n + 1], after, ends[n], ends[n + 1])) {
      n++;
    }
    return n;
  }

  private void set(byte[] content) throws IOException {
    for (Path path : TestFiles.startingWith(directory, "redo-")) {
      TestFiles.delete(path);
    }
    Files.write(segment, content);
  }

  @ParameterizedTest
  @EnumSource(Hurt.class)
  void losesOnlyTheRecordsThatAreHurtWhenTheyWereNotForced(Hurt how) throws IOException {
    byte[] before = write(false);
    for (int at = ends[RECORDS - 3]; at < ends[RECORDS]; at++) {
      byte[] after = hurt(before, at, how);
      int left = whole(before, after);
      assertTrue(left >= RECORDS - 3);
      set(after);
      try (SegmentedLog log = TestLog.open(TestLog.options(directory), 0, TestLog.range(1, left))) {
        assertEquals(left, log.verdict().lastSequence(), "at " + at);
        checkCopy(after, ends[left], log.verdict().tornBytes());
        TestLog.append(log, 3);
        TestLog.readAll(log, 1);
      }
      TestLog.open(TestLog.options(directory), 0, TestLog.range(1, left + 3L)).close();
    }
  }

  private void checkCopy(byte[] after, int from, long tornBytes) {
    int end = after.length;
    while (end > from && after[end - 1] == 0) {
      end--;
    }
    assertEquals(end - from, tornBytes);
    List<Path> copies = TestFiles.startingWith(directory, segment.getFileName() + ".torn-" + from);
    assertEquals(tornBytes > 0 ? 1 : 0, copies.size());
    if (tornBytes > 0) {
      assertArrayEquals(Arrays.copyOfRange(after, from, end), TestFiles.read(copies.getFirst()));
    }
  }

  @ParameterizedTest
  @EnumSource(Hurt.class)
  void refusesWhenTheHurtRecordsWereForced(Hurt how) throws IOException {
    byte[] before = write(true);
    for (int at = ends[RECORDS - 3]; at < ends[RECORDS]; at++) {
      byte[] after = hurt(before, at, how);
      int left = whole(before, after);
      set(after);
      if (left == RECORDS) {
        continue; // only zeros were made zeros
      }
      LogException e =
          assertThrows(LogException.class, () -> TestLog.open(directory).close(), "at " + at);
      assertEquals(Kind.DAMAGED, e.kind());
      assertEquals(
          "log is damaged, file=%s offset=%d sequence=%d forcedUpTo=%d"
              .formatted(segment, ends[left], left + 1, RECORDS),
          e.getMessage());
      assertArrayEquals(after, TestFiles.read(segment), "nothing was repaired");
    }
  }

  @Test
  void keepsWhatWasForcedWhenTheRestIsTorn() throws IOException {
    try (SegmentedLog log = TestLog.open(directory)) {
      TestLog.append(log, RECORDS - 2);
      TestLog.force(log);
      TestLog.append(log, 2);
    }
    byte[] before = TestFiles.read(segment);
    for (Hurt how : Hurt.values()) {
      for (int at = ends[RECORDS - 2]; at < ends[RECORDS]; at += 5) {
        byte[] after = hurt(before, at, how);
        set(after);
        TestLog.open(TestLog.options(directory), 0, TestLog.range(1, whole(before, after))).close();
      }
      for (int at = ends[RECORDS - 3]; at < ends[RECORDS - 2]; at += 5) {
        byte[] after = hurt(before, at, how);
        if (whole(before, after) < RECORDS - 2) {
          set(after);
          assertThrows(LogException.class, () -> TestLog.open(directory).close());
        }
      }
    }
  }
}
