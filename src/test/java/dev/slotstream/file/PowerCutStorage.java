package dev.slotstream.file;

import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A disk whose power can be cut. The store works in a live directory; beside it stands a stable
 * one, which gets only what was forced, and in any order whatever the kernel likes to write of the
 * rest. After the cut every operation fails, and the stable directory is what is found later.
 */
public final class PowerCutStorage implements Storage {
  private static final int SECTOR = 512;
  private static final AtomicInteger RUNS = new AtomicInteger();

  private final DiskStorage disk = new DiskStorage();
  private final Path live;
  private final Path stable;
  private final SplittableRandom random;
  private int systemRun = RUNS.incrementAndGet();
  private long operations;
  private long cutAt = Long.MAX_VALUE;
  private boolean cut;

  /** A store may be in the live directory; it is taken to be on the disk as it stands. */
  public PowerCutStorage(Path live, Path stable, SplittableRandom random) {
    this.live = live;
    this.stable = stable;
    this.random = random;
    if (Files.exists(live)) {
      TestFiles.copyTree(live, stable);
    }
  }

  /**
   * What a process that is killed now leaves to the next one: the kernel still has all of it, the
   * disk only what was forced.
   */
  public synchronized PowerCutStorage killed(Path nextLive, Path nextStable) {
    TestFiles.copyTree(stable, nextStable);
    PowerCutStorage next = new PowerCutStorage(nextLive, nextStable, random);
    TestFiles.copyTree(live, nextLive);
    next.systemRun = systemRun;
    return next;
  }

  /** What is on the disk when the power comes back. */
  public Path stable() {
    return stable;
  }

  /** Cuts the power in front of the n-th operation from now. */
  public synchronized void cutAt(long n) {
    cutAt = operations + n;
  }

  /** Operations so far that bring something to the disk. */
  public synchronized long operations() {
    return operations;
  }

  /** True once the power is off. */
  public synchronized boolean isCut() {
    return cut;
  }

  /** Cuts the power; some of what was not forced has reached the disk all the same. */
  public synchronized void cut() {
    if (!cut) {
      // Nothing, everything and some of it are all worth trying.
      int percent = random.nextInt(-50, 150);
      writeBack(Math.clamp(percent, 0, 100));
      cut = true;
    }
  }

  /** The kernel writes some of what was not forced, as it may at any time. */
  public synchronized void writeBack(int percent) {
    if (cut || !Files.exists(live)) {
      return;
    }
    try (Stream<Path> files = Files.walk(live)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = stableName(file);
        if (Files.exists(copy)) {
          writeBack(file, copy, percent);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeBack(Path file, Path copy, int percent) throws IOException {
    byte[] now = Files.readAllBytes(file);
    byte[] before = Files.readAllBytes(copy);
    try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      for (int at = 0; at < Math.min(now.length, before.length); at += SECTOR) {
        int end = Math.min(at + SECTOR, Math.min(now.length, before.length));
        if (!Arrays.equals(now, at, end, before, at, end) && random.nextInt(100) < percent) {
          channel.write(ByteBuffer.wrap(now, at, end - at), at);
        }
      }
    }
  }

  private Path stableName(Path file) {
    return stable.resolve(live.relativize(file));
  }

  /** Something that reaches the disk as a whole or, when the power is off, not at all. */
  @FunctionalInterface
  private interface Step<T> {
    T run() throws IOException;
  }

  private synchronized <T> T durably(Step<T> step) throws IOException {
    if (++operations == cutAt) {
      cut();
    }
    if (cut) {
      throw new IOException("the power is off");
    }
    return step.run();
  }

  @Override
  public Optional<String> systemRun() {
    return Optional.of("run " + systemRun);
  }

  @Override
  public boolean exists(Path path) {
    return disk.exists(path);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    durably(
        () -> {
          disk.createDirectories(directory);
          return Files.createDirectories(stableName(directory));
        });
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public byte[] read(Path path) throws IOException {
    return disk.read(path);
  }

  @Override
  public void replace(Path path, List<MemorySegment> pieces) throws IOException {
    durably(
        () -> {
          disk.replace(path, pieces);
          return Files.copy(path, stableName(path), StandardCopyOption.REPLACE_EXISTING);
        });
  }

  /** The directory is not forced: the power may come back to a file that is not whole. */
  @Override
  public void deleteUnfinished(Path path) throws IOException {
    disk.deleteUnfinished(path);
  }

  @Override
  public MemorySegment mapPrivately(Path path) throws IOException {
    return disk.mapPrivately(path);
  }

  /** Always the same: what the next process finds is a copy, which has another time. */
  @Override
  public long lastChanged(Path path) {
    return 0;
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    durably(
        () -> {
          disk.rename(from, to);
          return Files.move(stableName(from), stableName(to), StandardCopyOption.REPLACE_EXISTING);
        });
  }

  @Override
  public void delete(Path path) throws IOException {
    durably(
        () -> {
          disk.delete(path);
          Files.delete(stableName(path));
          return null;
        });
  }

  @Override
  public MappedFile create(Path path, byte[] head, long length, long reserve) throws IOException {
    return durably(
        () -> {
          MappedFile file = disk.create(path, head, length, reserve);
          Files.copy(path, stableName(path), StandardCopyOption.REPLACE_EXISTING);
          return new VolatileFile(path, file);
        });
  }

  @Override
  public MappedFile open(Path path, long reserve) throws IOException {
    return new VolatileFile(path, disk.open(path, reserve));
  }

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    return disk.lock(lockFile);
  }

  private final class VolatileFile extends PassingStorage.PassingFile {
    private final FileChannel copy;
    private Path path;

    private VolatileFile(Path path, MappedFile file) throws IOException {
      super(file);
      this.path = path;
      this.copy = FileChannel.open(stableName(path), StandardOpenOption.WRITE);
    }

    @Override
    public void rename(Path to) throws IOException {
      durably(
          () -> {
            file.rename(to);
            Files.move(stableName(path), stableName(to), StandardCopyOption.REPLACE_EXISTING);
            path = to;
            return null;
          });
    }

    @Override
    public void extend(long newLength, Room room) throws IOException {
      if (newLength > file.length()) {
        durably(
            () -> {
              ByteBuffer zeros = ByteBuffer.allocate((int) (newLength - file.length()));
              copy.write(zeros, file.length());
              file.extend(newLength, room);
              return null;
            });
      }
    }

    @Override
    public void cut(long newLength) throws IOException {
      if (newLength < file.length()) {
        durably(
            () -> {
              copy.truncate(newLength);
              file.cut(newLength);
              return null;
            });
      }
    }

    @Override
    public void fillHoles() throws IOException {
      durably(
          () -> {
            file.fillHoles();
            return null;
          });
    }

    @Override
    public void force(long offset, long length) throws IOException {
      durably(
          () -> {
            byte[] bytes = file.mapping().asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
            copy.write(ByteBuffer.wrap(bytes), offset);
            return null;
          });
    }

    @Override
    public void close() {
      super.close();
      try {
        copy.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
