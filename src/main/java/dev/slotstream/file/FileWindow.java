package dev.slotstream.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is only read, and not changed in any byte: a window on the heap goes over it. Unlike
 * a mapping it tells which bytes the disk could not read. One thread.
 */
public final class FileWindow implements AutoCloseable {
  /** Bytes that can be seen at a time. */
  public static final int SIZE = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final long length;
  private final byte[] bytes;
  private long start;
  private int filled;

  private FileWindow(Path path, FileChannel channel, long length) {
    this.path = path;
    this.channel = channel;
    this.length = length;
    this.bytes = new byte[(int) Math.min(SIZE, length)];
  }

  /** Opens a file. */
  public static FileWindow open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new FileWindow(path, channel, channel.size());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** Bytes of the file when it was opened. */
  public long length() {
    return length;
  }

  /** What {@link #at} answers places in. */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * Moves the window so that these bytes can be seen.
   *
   * @param offset in the file
   * @param count at most {@link #SIZE}
   * @return where they begin in {@link #bytes()}, until the next call
   * @throws IOException naming file and offset
   */
  public int at(long offset, int count) throws IOException {
    if (offset < start || offset + count > start + filled) {
      fill(offset, count);
    }
    return (int) (offset - start);
  }

  private void fill(long offset, int count) throws IOException {
    if (offset + count > length) {
      throw new EOFException(
          "file ends early, file=%s offset=%d length=%d".formatted(path, offset, length));
    }
    int wanted = (int) Math.min(bytes.length, length - offset);
    ByteBuffer target = ByteBuffer.wrap(bytes, 0, wanted);
    start = offset;
    filled = 0;
    try {
      while (target.hasRemaining()) {
        if (channel.read(target, offset + target.position()) < 0) {
          throw new EOFException("file became shorter");
        }
      }
    } catch (IOException e) {
      throw new IOException(
          "could not read file=%s offset=%d: %s"
              .formatted(path, offset + target.position(), e.getMessage()),
          e);
    }
    filled = wanted;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
