package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The real disk. */
public final class DiskStorage implements Storage {
  /**
   * Lock files that this process holds. Such a file must not even be looked into: closing any
   * channel of a file ends all locks that its process has on it.
   */
  private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

  /** Bytes of a file that are written at once when it is replaced. */
  private static final int CHUNK = 1 << 20;

  /** Linux makes one up whenever it starts. */
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final Opener opener;

  /** The disk as the JDK has it. */
  public DiskStorage() {
    this(FileChannel::open);
  }

  /** A disk whose files are opened for writing by somebody else, for tests. */
  DiskStorage(Opener opener) {
    this.opener = opener;
  }

  /** Opens files that are written to. */
  @FunctionalInterface
  interface Opener {
    /** See {@link FileChannel#open(Path, OpenOption...)}. */
    FileChannel open(Path path, OpenOption... options) throws IOException;
  }

  @Override
  public Optional<String> systemRun() {
    try {
      return Optional.of(Files.readString(BOOT_ID, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return Optional.empty(); // another system
    }
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null) {
      createDirectories(parent);
    }
    Files.createDirectory(directory);
    if (parent != null) {
      forceDirectory(parent);
    }
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }

  @Override
  public byte[] read(Path path) throws IOException {
    return Files.readAllBytes(path);
  }

  @Override
  public void replace(Path path, List<MemorySegment> pieces) throws IOException {
    Path temporary = temporaryName(path);
    long length = pieces.stream().mapToLong(MemorySegment::byteSize).sum();
    try (FileChannel channel = openForWriting(temporary)) {
      writeAll(channel, pieces, length);
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw describe(e, "write", path, length, length);
    }
    rename(temporary, path);
  }

  @Override
  public void deleteUnfinished(Path path) throws IOException {
    Files.deleteIfExists(temporaryName(path)); // when it comes back, it is deleted then
  }

  /** In few large writes: each is a call, and what is written at once is read at once later. */
  private static void writeAll(FileChannel channel, List<MemorySegment> pieces, long length)
      throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect((int) Math.min(CHUNK, length));
    long written = 0;
    for (MemorySegment piece : pieces) {
      long taken = 0;
      while (taken < piece.byteSize()) {
        int part = (int) Math.min(chunk.remaining(), piece.byteSize() - taken);
        chunk.put(piece.asSlice(taken, part).asByteBuffer());
        taken += part;
        if (!chunk.hasRemaining() || written + chunk.position() == length) {
          int bytes = chunk.position();
          writeFully(channel, chunk.flip(), written);
          written += bytes;
          chunk.clear();
        }
      }
    }
  }

  @Override
  public MemorySegment mapPrivately(Path path) throws IOException {
    try (FileChannel channel = openForChanges(path)) {
      return channel.map(MapMode.PRIVATE, 0, channel.size(), Arena.ofAuto());
    }
  }

  @Override
  public long lastChanged(Path path) throws IOException {
    return Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDirectory(to.toAbsolutePath().getParent());
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.delete(path);
    forceDirectory(path.toAbsolutePath().getParent());
  }

  @Override
  public MappedFile create(Path path, byte[] head, long length, long reserve) throws IOException {
    Path temporary = temporaryName(path);
    try (FileChannel channel = openForWriting(temporary)) {
      writeFully(channel, ByteBuffer.wrap(head), 0);
      DiskFile.writeZeros(channel, head.length, length);
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw describe(e, "create", path, length, length);
    }
    rename(temporary, path);
    return new DiskFile(this, path, reserve);
  }

  @Override
  public MappedFile open(Path path, long reserve) throws IOException {
    return new DiskFile(this, path, reserve);
  }

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    Path name = lockFile.toAbsolutePath().getParent().toRealPath().resolve(lockFile.getFileName());
    if (!LOCKED_HERE.add(name)) {
      throw inUse(lockFile, self());
    }
    try {
      FileChannel channel = lockedChannel(lockFile);
      return () -> {
        if (channel.isOpen()) {
          channel.close();
          LOCKED_HERE.remove(name);
        }
      };
    } catch (IOException | RuntimeException e) {
      LOCKED_HERE.remove(name);
      throw e;
    }
  }

  /**
   * Keeps others from opening a directory that is only read here: nothing is written, not even the
   * lock file. Several may read at a time. A directory without a lock file was never opened, and
   * nothing keeps it closed.
   *
   * @throws AlreadyLockedException when somebody has the directory open
   */
  public static AutoCloseable lockForReading(Path lockFile) throws IOException {
    if (!Files.exists(lockFile)) {
      return () -> {};
    }
    Path name = lockFile.toRealPath();
    if (!LOCKED_HERE.add(name)) {
      throw inUse(lockFile, self());
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(lockFile, StandardOpenOption.READ);
      if (channel.tryLock(0, Long.MAX_VALUE, true) == null) {
        throw inUse(lockFile, Files.readString(lockFile, StandardCharsets.UTF_8).strip());
      }
    } catch (IOException | RuntimeException e) {
      LOCKED_HERE.remove(name);
      if (channel != null) {
        channel.close();
      }
      throw e;
    }
    FileChannel locked = channel;
    return () -> {
      locked.close();
      LOCKED_HERE.remove(name);
    };
  }

  private FileChannel lockedChannel(Path lockFile) throws IOException {
    FileChannel channel =
        opener.open(
            lockFile, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) == null) {
        throw inUse(lockFile, Files.readString(lockFile, StandardCharsets.UTF_8).strip());
      }
      sign(channel, lockFile);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void sign(FileChannel channel, Path lockFile) throws IOException {
    byte[] self = self().getBytes(StandardCharsets.UTF_8);
    try {
      channel.truncate(0);
      writeFully(channel, ByteBuffer.wrap(self), 0);
    } catch (IOException e) {
      throw describe(e, "write", lockFile, self.length, self.length);
    }
  }

  private static AlreadyLockedException inUse(Path lockFile, String holder) {
    return new AlreadyLockedException(
        "data directory is in use, file=" + lockFile + " holder=" + holder);
  }

  private static String self() {
    return "process " + ProcessHandle.current().pid();
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  static IOException describe(IOException e, String what, Path path, long length) {
    return describe(e, what, path, length, 0);
  }

  /**
   * Says what failed.
   *
   * @param length of the file
   * @param wanted bytes of it that there must be room for; whatever was written of them has been
   *     given back
   */
  static IOException describe(IOException e, String what, Path path, long length, long wanted) {
    String message =
        "could not %s file=%s length=%d: %s".formatted(what, path, length, e.getMessage());
    return NoSpaceException.isNoSpace(e, wanted, usableBytes(path))
        ? new NoSpaceException(message, e)
        : new IOException(message, e);
  }

  private static OptionalLong usableBytes(Path path) {
    try {
      Path directory = path.toAbsolutePath().getParent();
      return OptionalLong.of(Files.getFileStore(directory).getUsableSpace());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  static void writeFully(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  FileChannel openForChanges(Path path) throws IOException {
    return opener.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private FileChannel openForWriting(Path path) throws IOException {
    return opener.open(
        path,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  private static Path temporaryName(Path path) {
    return path.resolveSibling(path.getFileName() + ".tmp");
  }

  private static void forceDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw new IOException(
          "could not force directory=%s: %s".formatted(directory, e.getMessage()), e);
    }
  }
}
