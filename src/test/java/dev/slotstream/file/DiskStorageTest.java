package dev.slotstream.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskStorageTest {
  @TempDir Path directory;

  private final DiskStorage disk = new DiskStorage();

  @Test
  void createsADirectoryWithItsParents() throws IOException {
    Path deep = directory.resolve("a/b/c");
    disk.createDirectories(deep);
    disk.createDirectories(deep);
    assertTrue(Files.isDirectory(deep));
    assertTrue(disk.exists(deep));
    assertFalse(disk.exists(directory.resolve("x")));
  }

  @Test
  void replacesAFileAsAWholeAndLeavesNothingElse() throws IOException {
    Path file = directory.resolve("f");
    disk.replace(file, "one".getBytes(UTF_8));
    disk.replace(file, "three".getBytes(UTF_8));
    assertArrayEquals("three".getBytes(UTF_8), disk.read(file));
    assertEquals(List.of(file), disk.list(directory));
  }

  @Test
  void deletesWhatAReplacementThatWasCutShortHasLeft() throws IOException {
    Path file = directory.resolve("f");
    disk.replace(file, "one".getBytes(UTF_8));
    Files.writeString(directory.resolve("f.tmp"), "tw");
    disk.deleteUnfinished(file);
    disk.deleteUnfinished(file); // there is none
    assertEquals(List.of(file), disk.list(directory));
    assertArrayEquals("one".getBytes(UTF_8), disk.read(file));
  }

  @Test
  void writesManyPiecesInTheirOrder() throws IOException {
    Path file = directory.resolve("f");
    byte[] expected = new byte[3 * (1 << 20) + 17];
    new SplittableRandom(1).nextBytes(expected);
    List<MemorySegment> pieces = new ArrayList<>();
    for (int at = 0, size = 0; at < expected.length; at += size, size = 3 * size + 1) {
      size = Math.min(size, expected.length - at);
      MemorySegment piece = MemorySegment.ofArray(expected).asSlice(at, size);
      pieces.add(pieces.size() % 2 == 0 ? piece : Arena.ofAuto().allocate(size).copyFrom(piece));
    }
    disk.replace(file, pieces);
    assertArrayEquals(expected, disk.read(file));
  }

  @Test
  void whatIsMappedPrivatelyIsNobodyElses() throws IOException {
    Path file = directory.resolve("f");
    disk.replace(file, new byte[] {1, 2, 3});
    MemorySegment mapped = disk.mapPrivately(file);
    assertEquals(3, mapped.byteSize());
    mapped.set(ValueLayout.JAVA_BYTE, 1, (byte) 9);
    assertArrayEquals(new byte[] {1, 2, 3}, disk.read(file));
    disk.delete(file);
    assertArrayEquals(new byte[] {1, 9, 3}, mapped.toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void tellsWhenAFileWasChangedLast() throws IOException {
    Path file = directory.resolve("f");
    disk.replace(file, new byte[] {1});
    Files.setLastModifiedTime(file, FileTime.from(1_234_567, TimeUnit.MICROSECONDS));
    assertEquals(1_234_567_000L, disk.lastChanged(file));
    TestFiles.write(file, 0, (byte) 2);
    assertTrue(disk.lastChanged(file) > 1_234_567_000L);
  }

  @Test
  void listsInNameOrder() throws IOException {
    for (String name : List.of("b", "a", "c")) {
      disk.replace(directory.resolve(name), new byte[0]);
    }
    assertEquals(
        List.of(directory.resolve("a"), directory.resolve("b"), directory.resolve("c")),
        disk.list(directory));
  }

  @Test
  void renamesOverAnotherFileAndDeletes() throws IOException {
    Path one = directory.resolve("one");
    Path two = directory.resolve("two");
    disk.replace(one, new byte[] {1});
    disk.replace(two, new byte[] {2});
    disk.rename(one, two);
    assertArrayEquals(new byte[] {1}, disk.read(two));
    disk.delete(two);
    assertEquals(List.of(), disk.list(directory));
  }

  @Test
  void namesTheFileThatCouldNotBeWritten() {
    Path nowhere = directory.resolve("missing/file");
    IOException replace = assertThrows(IOException.class, () -> disk.replace(nowhere, new byte[1]));
    assertTrue(replace.getMessage().contains(nowhere.toString()), replace.getMessage());
    IOException create =
        assertThrows(IOException.class, () -> disk.create(nowhere, new byte[1], 8, 8));
    assertTrue(create.getMessage().contains(nowhere.toString()), create.getMessage());
    assertThrows(IOException.class, () -> disk.open(nowhere, 8));
  }

  @Test
  void tellsAFullDiskFromOtherFailures() {
    assertInstanceOf(
        NoSpaceException.class,
        DiskStorage.describe(new IOException("No space left on device"), "write", directory, 1));
    assertInstanceOf(
        NoSpaceException.class,
        DiskStorage.describe(new IOException("Disk quota exceeded"), "write", directory, 1));
    IOException other =
        DiskStorage.describe(new IOException("Input/output error"), "write", directory, 7);
    assertFalse(other instanceof NoSpaceException);
    assertEquals(
        "could not write file=" + directory + " length=7: Input/output error", other.getMessage());
    OptionalLong unknown = OptionalLong.empty();
    assertFalse(NoSpaceException.isNoSpace(new IOException((String) null), 1 << 30, unknown));
  }

  @Test
  void tellsAFullDiskInAnyLanguageByTheRoomThatThereIs() {
    IOException german = new IOException("Auf dem Gerät ist kein Speicherplatz mehr verfügbar");
    assertTrue(NoSpaceException.isNoSpace(german, 4096, OptionalLong.of(4095)));
    assertFalse(NoSpaceException.isNoSpace(german, 4096, OptionalLong.of(4096)));
    assertInstanceOf(
        NoSpaceException.class,
        DiskStorage.describe(german, "extend", directory.resolve("file"), 1, Long.MAX_VALUE));
    assertFalse(
        DiskStorage.describe(german, "extend", directory.resolve("file"), 1, 1)
            instanceof NoSpaceException);
  }

  @Test
  void locksADirectoryForOneOpener() throws Exception {
    Path lockFile = directory.resolve("lock");
    String self = "process " + ProcessHandle.current().pid();
    AutoCloseable lock = disk.lock(lockFile);
    AlreadyLockedException refused =
        assertThrows(AlreadyLockedException.class, () -> new DiskStorage().lock(lockFile));
    assertEquals(
        "data directory is in use, file=" + lockFile + " holder=" + self, refused.getMessage());
    lock.close();
    lock.close();
    disk.lock(lockFile).close();
    assertEquals(self, Files.readString(lockFile));
  }

  @Test
  void knowsALockByWhateverWayItIsNamed() throws Exception {
    Path link =
        Files.createSymbolicLink(
            directory.resolve("link"), Files.createDirectory(directory.resolve("real")));
    try (AutoCloseable lock = disk.lock(directory.resolve("real/lock"))) {
      assertThrows(AlreadyLockedException.class, () -> disk.lock(link.resolve("lock")));
      assertTrue(lock != null);
    }
  }

  @Test
  void keepsTheLockAgainstOtherProcessesWhenItRefusesAnOpenerOfThisOne() throws Exception {
    Path lockFile = directory.resolve("lock");
    try (AutoCloseable lock = disk.lock(lockFile)) {
      assertThrows(AlreadyLockedException.class, () -> disk.lock(lockFile));
      assertEquals(
          "data directory is in use, file="
              + lockFile
              + " holder=process "
              + ProcessHandle.current().pid(),
          LockProbe.run(lockFile));
      assertTrue(lock != null);
    }
    assertTrue(LockProbe.run(lockFile).startsWith("taken"));
  }

  @Test
  void failsToLockWhereThereIsNoDirectory() throws Exception {
    Path lockFile = directory.resolve("missing/lock");
    assertThrows(IOException.class, () -> disk.lock(lockFile));
    Files.createDirectory(directory.resolve("missing"));
    Files.createDirectory(lockFile);
    assertThrows(IOException.class, () -> disk.lock(lockFile));
    TestFiles.delete(lockFile);
    disk.lock(lockFile).close();
  }

  @Test
  void knowsTheRunOfTheSystem() {
    assertEquals(new DiskStorage().systemRun(), new DiskStorage().systemRun());
  }
}
