package dev.slotstream.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DiskFileTest {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  @TempDir Path directory;

  private final DiskStorage disk = new DiskStorage();

  private Path path() {
    return directory.resolve("f");
  }

  @Test
  void beginsWithItsHeadAndGoesOnInZeros() throws IOException {
    try (MappedFile file = disk.create(path(), new byte[] {1, 2, 3}, 10_000, 1 << 20)) {
      assertEquals(10_000, file.length());
      byte[] expected = Arrays.copyOf(new byte[] {1, 2, 3}, 10_000);
      assertArrayEquals(expected, file.mapping().asSlice(0, 10_000).toArray(BYTE));
      assertArrayEquals(expected, TestFiles.read(path()));
    }
  }

  @Test
  void reservesAddressesAndNotBytes() throws IOException {
    try (MappedFile file = disk.create(path(), new byte[1], 4096, 1L << 30)) {
      assertEquals(1L << 30, file.mapping().byteSize());
      assertEquals(4096, TestFiles.size(path()));
    }
    try (MappedFile file = disk.open(path(), 1L << 31)) {
      assertEquals(4096, file.length());
      assertEquals(4096, TestFiles.size(path()));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void givesMemoryBackAndNoByte() throws IOException {
    int length = 1 << 20;
    try (MappedFile file = disk.create(path(), new byte[] {1, 2, 3}, length, 1 << 21)) {
      file.mapping().asSlice(0, length).fill((byte) 5); // in memory, and not forced
      assertEquals(length >> 10, residentKib());
      file.unload(length / 2, length / 2);
      assertEquals(length >> 11, residentKib());
      file.unload(0, length / 2);
      assertEquals(0, residentKib());
      byte[] expected = new byte[length];
      Arrays.fill(expected, (byte) 5);
      assertArrayEquals(expected, file.mapping().asSlice(0, length).toArray(BYTE));
    }
  }

  /** What the kernel says that this process holds of the file. */
  private long residentKib() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    int mapping = 0;
    while (!lines.get(mapping).endsWith(path().toString())) {
      mapping++;
    }
    while (!lines.get(mapping).startsWith("Rss:")) {
      mapping++;
    }
    return Long.parseLong(lines.get(mapping).replaceAll("\\D", ""));
  }

  @Test
  void staysWhereItIsWhileItGrowsWithinItsReserve() throws IOException {
    try (MappedFile file = disk.create(path(), new byte[1], 4096, 1 << 20)) {
      MemorySegment mapping = file.mapping();
      mapping.set(BYTE, 4095, (byte) 7);
      file.extend(3_000_00, Room.WRITTEN);
      file.extend(10, Room.WRITTEN);
      assertEquals(300_000, file.length());
      assertSame(mapping, file.mapping());
      mapping.set(BYTE, 299_999, (byte) 9);
      file.force(0, 300_000);
      byte[] content = TestFiles.read(path());
      assertEquals(300_000, content.length);
      assertEquals(7, content[4095]);
      assertEquals(0, content[4096]);
      assertEquals(9, content[299_999]);
    }
  }

  @Test
  void goesOnInAnotherMappingOverTheSameBytesBehindItsReserve() throws IOException {
    try (MappedFile file = disk.create(path(), new byte[1], 4096, 8192)) {
      MemorySegment before = file.mapping();
      before.set(BYTE, 100, (byte) 1);
      file.extend(3 << 20, Room.WRITTEN);
      MemorySegment after = file.mapping();
      assertNotSame(before, after);
      assertEquals(3 << 20, TestFiles.size(path()));
      assertTrue(after.byteSize() >= 3 << 20);
      assertEquals(1, after.get(BYTE, 100));
      before.set(BYTE, 101, (byte) 2);
      assertEquals(2, after.get(BYTE, 101));
      after.set(BYTE, (3 << 20) - 1, (byte) 3);
    }
    assertEquals(3, TestFiles.read(path())[(3 << 20) - 1]);
  }

  @Test
  void isCutToALengthBelowItsOwn() throws IOException {
    try (MappedFile file = disk.create(path(), new byte[1], 10_000, 1 << 20)) {
      file.cut(20_000);
      assertEquals(10_000, file.length());
      file.cut(5_000);
      assertEquals(5_000, file.length());
      assertEquals(5_000, TestFiles.size(path()));
      file.extend(10_000, Room.WRITTEN);
      assertEquals(0, file.mapping().get(BYTE, 9_999));
    }
  }

  @Test
  void fillsHolesWithoutChangingAByte() throws IOException {
    TestFiles.write(path(), 0, (byte) 1);
    TestFiles.write(path(), 5 << 20, (byte) 2);
    byte[] before = TestFiles.read(path());
    try (MappedFile file = disk.open(path(), 0)) {
      file.fillHoles();
      assertEquals(before.length, file.length());
    }
    assertArrayEquals(before, TestFiles.read(path()));
  }

  @Test
  void refusesToFillWhatHasBecomeShorterMeanwhile() throws IOException {
    try (MappedFile file = disk.create(path(), new byte[1], 10_000, 1 << 20)) {
      TestFiles.resize(path(), 4096);
      IOException e = assertThrows(IOException.class, file::fillHoles);
      assertTrue(e.getMessage().contains(path().toString()), e.getMessage());
    }
  }

  @Test
  void answersNoAccessAfterItWasClosed() throws IOException {
    MappedFile file = disk.create(path(), new byte[1], 4096, 4096);
    MemorySegment mapping = file.mapping();
    file.close();
    assertThrows(IllegalStateException.class, () -> mapping.get(BYTE, 0));
    assertThrows(IOException.class, () -> file.extend(8192, Room.WRITTEN));
    assertThrows(IOException.class, () -> file.cut(1));
  }

  @Test
  void cannotBeMappedFromADirectory() {
    assertThrows(IOException.class, () -> disk.open(directory, 4096));
  }
}
