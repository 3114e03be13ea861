package dev.slotstream.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;

/**
 * A file on the real disk, mapped once with room to grow.
 *
 * <p>Mapping past the end of a file makes the JDK lengthen it by a hole first. The hole is cut off
 * again at once; the addresses stay, and become valid as {@link #extend} writes real zeros. A crash
 * between the two leaves a file that is too long, which its reader cuts by what it finds in it.
 */
final class DiskFile implements MappedFile {
  /**
   * Bytes that are written at once. Linux keeps a file in memory in the pieces in which it was
   * written first, and one changed byte makes the whole piece dirty: it costs the next force all of
   * it, and the first writer after a force the time to mark it. Pieces much smaller cost more
   * calls.
   */
  private static final int CHUNK = 16 << 10;

  /** As large as a large page of memory: Linux makes the file's pieces so when asked at once. */
  private static final int LARGE_CHUNK = 2 << 20;

  /** Zeros that are made once: memory that is new for each write would cost more than the write. */
  private static final class LargeZeros {
    private static final ByteBuffer CHUNK = ByteBuffer.allocateDirect(LARGE_CHUNK);
  }

  private final DiskStorage disk;
  private final FileChannel channel;
  private final Arena arena = Arena.ofShared();
  private volatile Path path;

  /** Null until they are asked for: most files that a start opens are not lengthened by it. */
  private volatile FileBlocks blocks;

  private volatile MemorySegment mapping;
  private volatile long length;

  DiskFile(DiskStorage disk, Path path, long reserve) throws IOException {
    this.disk = disk;
    this.path = path;
    this.channel = disk.openForChanges(path);
    try {
      this.length = channel.size();
      this.mapping = map(Math.max(reserve, length), length);
    } catch (IOException e) {
      arena.close();
      channel.close();
      throw DiskStorage.describe(e, "map", path, reserve);
    }
  }

  private MemorySegment map(long bytes, long fileLength) throws IOException {
    MemorySegment mapped = channel.map(MapMode.READ_WRITE, 0, bytes, arena);
    if (channel.size() > fileLength) {
      channel.truncate(fileLength);
    }
    return mapped;
  }

  @Override
  public MemorySegment mapping() {
    return mapping;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public synchronized void rename(Path to) throws IOException {
    try {
      disk.rename(path, to);
      path = to;
    } catch (IOException e) {
      if (blocks == null) {
        blocks = FileBlocks.none(); // by which of the two names it goes now is not known
      }
      throw e;
    }
  }

  /** Not while the file is renamed: another one may have its name. */
  private FileBlocks blocks() {
    if (blocks == null) {
      synchronized (this) {
        if (blocks == null) {
          blocks = FileBlocks.of(path);
        }
      }
    }
    return blocks;
  }

  @Override
  public void extend(long newLength, Room room) throws IOException {
    if (newLength <= length) {
      return;
    }
    boolean reserved = lengthen(newLength, room);
    forceExtension(newLength);
    if (reserved) {
      bringIn(length, newLength, room);
    }
    if (newLength > mapping.byteSize()) {
      // The old mapping stays valid until close: readers may be inside it.
      mapping = map(newLength * 2, newLength);
    }
    // Last: whoever sees the new length may access that far.
    length = newLength;
  }

  /** Answers whether that was done without writing anything. */
  private boolean lengthen(long newLength, Room room) throws IOException {
    try {
      if (room != Room.WRITTEN && blocks().reserve(length, newLength - length)) {
        return true;
      }
      writeZeros(channel, length, newLength);
      return false;
    } catch (IOException e) {
      giveBack(e);
      throw DiskStorage.describe(e, "extend", path, newLength, newLength - length);
    }
  }

  @Override
  public void zero(long offset, long size, Room room) throws IOException {
    if (room == Room.WRITTEN || !blocks().zero(offset, size)) {
      MappedFile.super.zero(offset, size, room);
      return;
    }
    force(offset, size); // of no byte, but of what the file system has noted
    bringIn(offset, offset + size, room);
  }

  /**
   * Only this: whoever waits for room must not wait for all that was written to the file before. As
   * far as the mapping reaches that is done through it, which is not the handle that wrote zeros;
   * but Linux has the mapping hold the channel's own open file, with its length and its errors.
   */
  private void forceExtension(long newLength) throws IOException {
    if (newLength <= mapping.byteSize()) {
      force(length, newLength - length);
      return;
    }
    try {
      channel.force(true);
    } catch (IOException e) {
      throw forceFailed(e, newLength);
    }
  }

  /** Nothing of this has to reach the disk: reserved blocks read as zeros there, too. */
  private void bringIn(long from, long to, Room room) throws IOException {
    if (room == Room.STREAMED) {
      writeZeros(channel, from, to, LargeZeros.CHUNK.duplicate());
    }
  }

  /** What was written of an extension; its reader cuts it when this fails, too. */
  private void giveBack(IOException cause) {
    try {
      channel.truncate(length);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Never a {@link NoSpaceException}: what a failed force did to the file is not known. */
  private IOException forceFailed(IOException e, long size) {
    return new IOException(
        "could not force file=%s length=%d: %s".formatted(path, size, e.getMessage()), e);
  }

  @Override
  public void cut(long newLength) throws IOException {
    if (newLength < length) {
      try {
        channel.truncate(newLength);
        channel.force(true);
      } catch (IOException e) {
        throw new IOException(
            "could not cut file=%s length=%d: %s".formatted(path, newLength, e.getMessage()), e);
      }
      length = newLength;
    }
  }

  @Override
  public void fillHoles() throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    try {
      for (long at = 0; at < length; at += CHUNK) {
        chunk.clear().limit((int) Math.min(CHUNK, length - at));
        while (chunk.hasRemaining()) {
          if (channel.read(chunk, at + chunk.position()) < 0) {
            throw new IOException("file ended early");
          }
        }
        DiskStorage.writeFully(channel, chunk.flip(), at);
      }
      channel.force(true);
    } catch (IOException e) {
      throw DiskStorage.describe(e, "fill the holes of", path, length);
    }
  }

  @Override
  public void force(long offset, long size) throws IOException {
    try {
      mapping.asSlice(offset, size).force();
    } catch (UncheckedIOException e) {
      throw forceFailed(e.getCause(), size);
    }
  }

  @Override
  public void unload(long offset, long size) {
    mapping.asSlice(offset, size).unload();
  }

  @Override
  public void close() {
    arena.close();
    if (blocks != null) {
      blocks.close();
    }
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is lost: whatever had to be on disk was forced before.
      throw new UncheckedIOException(e);
    }
  }

  static void writeZeros(FileChannel channel, long from, long to) throws IOException {
    int chunk = (int) Math.min(CHUNK, Math.max(0, to - from));
    writeZeros(channel, from, to, ByteBuffer.allocateDirect(chunk));
  }

  private static void writeZeros(FileChannel channel, long from, long to, ByteBuffer zeros)
      throws IOException {
    for (long at = from; at < to; ) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
      DiskStorage.writeFully(channel, zeros, at);
      at += zeros.limit();
    }
  }
}
