package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A file seen as memory. The mapping reserves more addresses than the file has bytes, so that
 * growing it does not move it: an access at or past {@link #length()} is the caller's error.
 */
public interface MappedFile extends AutoCloseable {

  /** The mapping; a later call may answer another one (over the same bytes) after an extension. */
  MemorySegment mapping();

  /** Bytes of the file that may be accessed. */
  long length();

  /**
   * Renames the file within its directory, replacing what has the name, and forces the directory.
   */
  void rename(Path to) throws IOException;

  /**
   * Lengthens the file by room that reads as zeros, never by a hole, and has the disk know it: a
   * full disk is an error here, not a fault at the first access.
   *
   * @throws NoSpaceException when the disk has no room; the file is as long as before
   */
  void extend(long newLength, Room room) throws IOException;

  /** Has a range read as zeros again, on the disk, whatever happens next. */
  default void zero(long offset, long length, Room room) throws IOException {
    mapping().asSlice(offset, length).fill((byte) 0);
    force(offset, length);
  }

  /** Shortens the file; only before anything past the new length was used. */
  void cut(long newLength) throws IOException;

  /**
   * Gives every hole of the file its own disk blocks, without changing a byte. For files that
   * another program made sparse.
   */
  void fillHoles() throws IOException;

  /** Brings the bytes of this range to the disk. */
  void force(long offset, long length) throws IOException;

  /**
   * Gives back the memory that this process holds for a range that was read once, from one end to
   * the other: it would count as the process' own for as long as the file is mapped. No byte
   * changes, nothing has to be forced first, and an access brings its page back.
   */
  void unload(long offset, long length);

  /** Unmaps and closes. An access after that throws {@link IllegalStateException}. */
  @Override
  void close();
}
