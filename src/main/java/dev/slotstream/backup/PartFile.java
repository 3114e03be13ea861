package dev.slotstream.backup;

import dev.slotstream.backup.BackupException.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A backup that is being fetched: {@code <name>.part}, whole chunks only, and under its own name
 * once it is complete and on disk. What a crash or a broken connection left is read and checked,
 * and gone on with behind its last whole chunk.
 */
final class PartFile implements AutoCloseable {
  static final String SUFFIX = ".part";
  private static final int BUFFER = 1 << 20;

  private final Path file;
  private final Path part;
  private final FileChannel channel;
  private ChunkReader reader;

  /** Where the shard in work began: what is known there, and how long the file was. */
  private ChunkReader shardBegan;

  private PartFile(Path file, Path part, FileChannel channel) {
    this.file = file;
    this.part = part;
    this.channel = channel;
  }

  /**
   * Opens it, or begins it.
   *
   * @throws BackupException IN_THE_WAY when the complete file is there, or another file is
   */
  static PartFile open(Path file) throws IOException, BackupException {
    if (Files.exists(file)) {
      throw new BackupException(Kind.IN_THE_WAY, "file exists already, file=" + file);
    }
    Path part = file.resolveSibling(file.getFileName() + SUFFIX);
    FileChannel channel =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    PartFile opened = new PartFile(file, part, channel);
    try {
      if (channel.tryLock() == null) {
        throw new BackupException(
            Kind.IN_THE_WAY, "another process is fetching this backup, file=" + part);
      }
      opened.readBack();
      return opened;
    } catch (IOException | BackupException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void readBack() throws IOException, BackupException {
    InputStream in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
    try {
      reader = ChunkReader.open(in);
      remember();
      while (reader.next() != null) {
        remember();
      }
    } catch (BackupException e) {
      switch (e.kind()) {
        case TRUNCATED, DAMAGED, BROKEN_OFF -> {} // up to there it is whole
        default -> throw e; // no backup of ours: it is not ours to overwrite
      }
    }
    keep(isEmpty() ? 0 : reader.offset());
  }

  private boolean isEmpty() {
    return reader == null || reader.progress().phase() == Progress.Phase.STORE;
  }

  private void remember() {
    if (reader.progress().phase() == Progress.Phase.BETWEEN) {
      shardBegan = reader.goOn(InputStream.nullInputStream());
    }
  }

  private void keep(long length) throws IOException {
    channel.truncate(length);
    channel.position(length);
    if (length == 0) {
      reader = null;
      shardBegan = null;
    }
  }

  /** Bytes that are there. */
  long length() {
    return isEmpty() ? 0 : reader.offset();
  }

  /** Where to go on; empty for the beginning. */
  Optional<Progress> progress() {
    return isEmpty() ? Optional.empty() : Optional.of(reader.progress());
  }

  /** True when the last chunk is there. */
  boolean complete() {
    return !isEmpty() && reader.progress().phase() == Progress.Phase.DONE;
  }

  /** Forgets the shard in work; false when there is none. */
  boolean forgetShard() throws IOException {
    if (isEmpty() || reader.progress().phase() == Progress.Phase.BETWEEN) {
      return false;
    }
    reader = shardBegan;
    keep(shardBegan.offset());
    return true;
  }

  /** Appends what a node sends, chunk by chunk, up to the last one. */
  void append(InputStream body, Runnable appended) throws IOException, BackupException {
    if (isEmpty()) {
      keep(0);
      reader = ChunkReader.open(body);
      write(ChunkCodec.preface());
    } else {
      reader = reader.goOn(body);
    }
    while (reader.next() != null) {
      write(reader.bytes());
      remember();
      appended.run();
    }
  }

  /** Not an IOException: that is the connection's, and another one would do no better. */
  private void write(byte[] bytes) throws BackupException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    try {
      while (left.hasRemaining()) {
        channel.write(left);
      }
    } catch (IOException e) {
      throw new BackupException(
          Kind.NOT_WRITTEN, "backup cannot be written, file=%s: %s".formatted(part, e), e);
    }
  }

  /** Brings the complete backup to the disk and gives it its name. */
  void finish() throws IOException {
    channel.force(true);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    Path directory = file.toAbsolutePath().getParent();
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
