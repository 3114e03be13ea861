package dev.slotstream.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoomTest {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final int HEAD = 5_000;
  private static final int LENGTH = 9 << 20;

  @TempDir Path directory;

  private final DiskStorage disk = new DiskStorage();

  private Path path() {
    return directory.resolve("f");
  }

  private static byte[] ones(int length) {
    byte[] ones = new byte[length];
    Arrays.fill(ones, (byte) 1);
    return ones;
  }

  @ParameterizedTest
  @EnumSource
  void readsAsZerosBehindWhatWasThereAndTakesEveryByte(Room room) throws IOException {
    byte[] expected = Arrays.copyOf(ones(HEAD), LENGTH);
    try (MappedFile file = disk.create(path(), ones(HEAD), HEAD, LENGTH)) {
      file.extend(LENGTH, room);
      assertEquals(LENGTH, file.length());
      assertEquals(LENGTH, TestFiles.size(path()));
      assertArrayEquals(expected, file.mapping().asSlice(0, LENGTH).toArray(BYTE));
      for (int at : new int[] {HEAD, 3 << 20, LENGTH - 1}) {
        file.mapping().set(BYTE, at, (byte) 7);
        expected[at] = 7;
      }
      file.force(0, LENGTH);
    }
    assertArrayEquals(expected, TestFiles.read(path()));
  }

  @ParameterizedTest
  @EnumSource
  void isMadeBehindTheMappingToo(Room room) throws IOException {
    try (MappedFile file = disk.create(path(), ones(HEAD), HEAD, HEAD)) {
      file.extend(LENGTH, room);
      file.mapping().set(BYTE, LENGTH - 1, (byte) 7);
    }
    byte[] expected = Arrays.copyOf(ones(HEAD), LENGTH);
    expected[LENGTH - 1] = 7;
    assertArrayEquals(expected, TestFiles.read(path()));
  }

  @ParameterizedTest
  @EnumSource
  void ofARangeIsZerosAgainAndNothingElseIs(Room room) throws IOException {
    int from = 4_000;
    int to = 6 << 20;
    byte[] expected = ones(LENGTH);
    Arrays.fill(expected, from, to, (byte) 0);
    try (MappedFile file = disk.create(path(), ones(LENGTH), LENGTH, LENGTH)) {
      file.mapping().set(BYTE, from + 1, (byte) 9); // changed in memory, not yet on the disk
      file.zero(from, to - from, room);
      assertArrayEquals(expected, file.mapping().asSlice(0, LENGTH).toArray(BYTE));
      file.mapping().set(BYTE, to - 1, (byte) 7);
      expected[to - 1] = 7;
    }
    assertArrayEquals(expected, TestFiles.read(path()));
  }

  @ParameterizedTest
  @EnumSource
  @EnabledOnOs(OS.LINUX)
  void isNeverAHole(Room room) throws IOException, InterruptedException {
    try (MappedFile file = disk.create(path(), ones(1), 1, LENGTH)) {
      file.extend(LENGTH, room);
      file.zero(1 << 20, 4 << 20, room);
    }
    Process stat = new ProcessBuilder("stat", "-c", "%b", path().toString()).start();
    String blocks =
        new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    assertEquals(0, stat.waitFor());
    assertTrue(Long.parseLong(blocks) * 512 >= LENGTH, () -> "blocks of 512 bytes: " + blocks);
  }

  @Test
  void isMadeOfAFileThatHasAnotherNameMeanwhile() throws IOException {
    Path other = directory.resolve("g");
    try (MappedFile file = disk.create(path(), ones(HEAD), HEAD, LENGTH)) {
      file.rename(other);
      Files.write(path(), ones(3));
      file.extend(LENGTH, Room.RESERVED);
    }
    assertEquals(LENGTH, TestFiles.size(other));
    assertEquals(3, TestFiles.size(path()));
  }

  @Test
  void isMadeOfAFileThatCouldNotBeRenamed() throws IOException {
    try (MappedFile file = disk.create(path(), ones(HEAD), HEAD, LENGTH)) {
      assertThrows(IOException.class, () -> file.rename(directory.resolve("missing/g")));
      file.extend(LENGTH, Room.RESERVED);
    }
    assertEquals(LENGTH, TestFiles.size(path()));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void costsNoWritingWhereTheFileSystemCanSetBlocksAside() throws IOException {
    Files.write(path(), ones(1));
    try (FileBlocks blocks = FileBlocks.of(path())) {
      assumeTrue(blocks.reserve(1, LENGTH - 1), "skipped: the file system sets no blocks aside");
    }
    assertEquals(LENGTH, TestFiles.size(path()));
  }

  @Test
  void isNotSetAsideForWhatIsNoFile() throws IOException {
    try (FileBlocks none = FileBlocks.of(directory.resolve("missing"))) {
      assertFalse(none.reserve(0, 1));
      assertFalse(none.zero(0, 1));
    }
    try (FileBlocks directories = FileBlocks.of(directory)) {
      assertFalse(directories.reserve(0, 1));
    }
  }
}
