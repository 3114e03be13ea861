package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The disk under a store. {@link DiskStorage} is the real one; tests put a faulty one here. */
public interface Storage {

  /**
   * Names the present run of the operating system. What a process wrote to mapped files in the same
   * run is still there, whether it was forced or not. Empty when the run cannot be known.
   */
  Optional<String> systemRun();

  /** True when a file or directory of this name exists. */
  boolean exists(Path path);

  /** Creates a directory and its parents, and forces their entries. */
  void createDirectories(Path directory) throws IOException;

  /** The entries of a directory, in name order. */
  List<Path> list(Path directory) throws IOException;

  /** All bytes of a small file. */
  byte[] read(Path path) throws IOException;

  /** Replaces a small file as a whole, as the other one does. */
  default void replace(Path path, byte[] content) throws IOException {
    replace(path, List.of(MemorySegment.ofArray(content)));
  }

  /**
   * Replaces a file as a whole: temporary name, write, force, rename, force the directory. A crash
   * leaves the old content or the new one.
   *
   * @param pieces of the content, in order; each off the heap or of bytes
   */
  void replace(Path path, List<MemorySegment> pieces) throws IOException;

  /** Deletes what a replacement of this file that a crash cut short has left, if there is any. */
  void deleteUnfinished(Path path) throws IOException;

  /**
   * All bytes of a file as memory of this process, in which it may write: the file stays as it is,
   * and may be deleted. Nothing is read before it is looked at. The memory is given back when
   * nobody can reach it any more.
   */
  MemorySegment mapPrivately(Path path) throws IOException;

  /**
   * When somebody changed a file last, in nanoseconds since 1970, as exactly as the system knows;
   * whoever writes to it may see the time of another write for as long as it has the file open.
   */
  long lastChanged(Path path) throws IOException;

  /**
   * Renames a file that nobody has mapped within its directory, replacing what has the name, and
   * forces the directory. One that is mapped is renamed by {@link MappedFile#rename}.
   */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file and forces its directory. */
  void delete(Path path) throws IOException;

  /**
   * Creates a mapped file that begins with {@code head} and goes on in real zeros up to {@code
   * length}. It gets its name only once it is complete and on disk.
   *
   * @param reserve bytes of address space to reserve, so that the file can grow without moving
   * @throws NoSpaceException when the disk has no room; nothing is left behind
   */
  MappedFile create(Path path, byte[] head, long length, long reserve) throws IOException;

  /** Opens and maps an existing file. */
  MappedFile open(Path path, long reserve) throws IOException;

  /**
   * Takes the exclusive lock that lets one process use a directory.
   *
   * @throws AlreadyLockedException when another process, or another store in this one, has it
   */
  AutoCloseable lock(Path lockFile) throws IOException;
}
