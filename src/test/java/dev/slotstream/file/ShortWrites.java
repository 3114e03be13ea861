package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The real disk, but the n-th write of all files takes only a part of what it is given, as a
 * system's call may; and the write after that may fail.
 */
public final class ShortWrites {
  private final int n;
  private final Part part;
  private final Optional<String> error;
  private final List<Path> open = new ArrayList<>();
  private int writes;
  private boolean failsNext;
  private boolean failed;

  /** How much of a write is done. */
  public enum Part {
    ONE_BYTE,
    HALF,
    ALL_BUT_ONE;

    private int of(int bytes) {
      return switch (this) {
        case ONE_BYTE -> 1;
        case HALF -> bytes / 2;
        case ALL_BUT_ONE -> bytes - 1;
      };
    }
  }

  /**
   * A disk that does this once.
   *
   * @param n which write, from 1
   * @param error what the write after it fails with; empty when it does not
   */
  public ShortWrites(int n, Part part, Optional<String> error) {
    this.n = n;
    this.part = part;
    this.error = error;
  }

  /** The disk. */
  public Storage storage() {
    return new DiskStorage(this::open);
  }

  /** True once a write was short. */
  public boolean struck() {
    return writes >= n;
  }

  /** True once a write has failed. */
  public boolean failed() {
    return failed;
  }

  /** Files that were opened for writing, and not closed. */
  public List<Path> open() {
    return List.copyOf(open);
  }

  private FileChannel open(Path path, OpenOption... options) throws IOException {
    FileChannel channel = FileChannel.open(path, options);
    open.add(path);
    return new Channel(path, channel);
  }

  private final class Channel extends FileChannel {
    private final Path path;
    private final FileChannel file;

    private Channel(Path path, FileChannel file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public int write(ByteBuffer bytes, long position) throws IOException {
      if (failsNext) {
        failsNext = false;
        failed = true;
        throw new IOException(error.orElseThrow());
      }
      int whole = bytes.remaining();
      if (whole < 2 || ++writes != n) {
        return file.write(bytes, position);
      }
      failsNext = error.isPresent();
      int end = bytes.limit();
      bytes.limit(bytes.position() + part.of(whole));
      try {
        return file.write(bytes, position);
      } finally {
        bytes.limit(end);
      }
    }

    @Override
    protected void implCloseChannel() throws IOException {
      open.remove(path);
      file.close();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return file.read(into, position);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      file.truncate(size);
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      file.force(metaData);
    }

    @Override
    public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
      return file.map(mode, offset, size, arena);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.tryLock(position, size, shared);
    }

    // A store uses none of these.

    @Override
    public int read(ByteBuffer into) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer bytes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] bytes, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel position(long newPosition) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }
  }
}
