package dev.slotstream.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Files as tests need them: copied as a crash leaves them, bent, looked for. */
public final class TestFiles {
  private TestFiles() {}

  /**
   * Copies a directory while somebody works in it: what a process that is killed now leaves behind.
   * Files that come or go meanwhile make it begin again.
   */
  public static Path copyTree(Path from, Path to) {
    while (true) {
      try {
        deleteTree(to);
        copy(from, to);
        if (names(from).equals(names(to))) {
          return to;
        }
      } catch (NoSuchFileException e) {
        // Renamed or deleted while it was copied.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> entries = Files.walk(from)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        Path target = to.resolve(from.relativize(entry));
        if (Files.isDirectory(entry)) {
          Files.createDirectories(target);
        } else {
          Files.copy(entry, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.walk(directory)) {
      return entries.map(entry -> directory.relativize(entry).toString()).sorted().toList();
    }
  }

  /** Deletes a directory and all in it, if it exists. */
  public static void deleteTree(Path directory) {
    try {
      if (Files.exists(directory)) {
        try (Stream<Path> entries = Files.walk(directory)) {
          for (Path entry : entries.sorted((a, b) -> b.compareTo(a)).toList()) {
            Files.delete(entry);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All bytes of a file. */
  public static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes of a file. */
  public static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes bytes into a file at a position; lengthens the file when they reach past its end. */
  public static void write(Path file, long position, byte... bytes) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), position);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Flips one bit of a file. */
  public static void flip(Path file, long position, int bit) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position);
      one.put(0, (byte) (one.get(0) ^ (1 << bit)));
      channel.write(one.flip(), position);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes a file this long: cut, or lengthened by a hole. */
  public static void resize(Path file, long length) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (channel.size() > length) {
        channel.truncate(length);
      } else if (channel.size() < length) {
        channel.write(ByteBuffer.allocate(1), length - 1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The files of a directory whose names begin with this, in order. */
  public static List<Path> startingWith(Path directory, String prefix) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(entry -> entry.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a file. */
  public static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
