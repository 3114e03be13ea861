package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;

/**
 * A disk on which operations fail: those that a {@link Fault} says. A fault is told of each
 * operation before it is done, and may also wait there.
 */
public final class FaultyStorage extends PassingStorage {
  /** What can fail. A file's own operations go by its name, renaming by the new one. */
  public enum Operation {
    CREATE_DIRECTORY,
    LIST,
    READ,
    REPLACE,
    RENAME,
    DELETE,
    CREATE,
    OPEN,
    LOCK,
    EXTEND,
    CUT,
    FILL_HOLES,
    FORCE
  }

  /** Decides what fails. */
  @FunctionalInterface
  public interface Fault {
    /** Called before an operation; it fails with what is thrown here. */
    void strike(Operation operation, Path path) throws IOException;
  }

  /** Makes the exception of a failure. */
  @FunctionalInterface
  public interface Failure {
    /** A new exception. */
    IOException of(String message);
  }

  /** The disk is broken. */
  public static final Failure BROKEN = IOException::new;

  /** The disk is full. */
  public static final Failure FULL =
      message -> new NoSpaceException(message, new IOException("No space left on device"));

  private volatile Fault fault = (operation, path) -> {};

  /** Nothing fails yet. */
  public FaultyStorage(Storage disk) {
    super(disk);
  }

  /** Nothing fails yet on the real disk. */
  public FaultyStorage() {
    this(new DiskStorage());
  }

  /** From now on this fails, and nothing else. */
  public void fail(Fault newFault) {
    fault = newFault;
  }

  /** From now on nothing fails. */
  public void heal() {
    fault = (operation, path) -> {};
  }

  /** Every operation of this kind on files whose names contain this. */
  public static BiPredicate<Operation, Path> on(Operation operation, String namePart) {
    return (o, path) -> o == operation && path.getFileName().toString().contains(namePart);
  }

  /** Fails all operations that are meant. */
  public static Fault always(BiPredicate<Operation, Path> meant, Failure failure) {
    return from(1, meant, failure);
  }

  /** Fails the n-th of the operations that are meant, and all after it. */
  public static Fault from(int n, BiPredicate<Operation, Path> meant, Failure failure) {
    AtomicInteger count = new AtomicInteger();
    return (operation, path) -> {
      if (meant.test(operation, path) && count.incrementAndGet() >= n) {
        throw failure.of("made to fail: %s of %s".formatted(operation, path));
      }
    };
  }

  /** Fails only the n-th operation, whatever it is, and counts all. */
  public static final class Nth implements Fault {
    private final int n;
    private final Failure failure;
    private final AtomicInteger count = new AtomicInteger();

    /** Fails the n-th operation, from 1 on. */
    public Nth(int n, Failure failure) {
      this.n = n;
      this.failure = failure;
    }

    /** True once it has struck. */
    public boolean struck() {
      return count.get() >= n;
    }

    @Override
    public void strike(Operation operation, Path path) throws IOException {
      if (count.incrementAndGet() == n) {
        throw failure.of("made to fail: operation %d, %s of %s".formatted(n, operation, path));
      }
    }
  }

  /** Lets those of the operations that are meant wait until they are let through. */
  public static final class Held implements Fault {
    private static final int ALL = 1 << 30;

    private final BiPredicate<Operation, Path> meant;
    private final Semaphore arrivals = new Semaphore(0);
    private final Semaphore permits = new Semaphore(0);

    /** Holds from now on. */
    public Held(BiPredicate<Operation, Path> meant) {
      this.meant = meant;
    }

    /** Waits until one more operation is held. */
    public void awaitArrival() {
      take(arrivals);
    }

    /** Lets one through. */
    public void releaseOne() {
      permits.release();
    }

    /** Lets all through, now and later. */
    public void release() {
      permits.release(ALL);
    }

    @Override
    public void strike(Operation operation, Path path) {
      if (meant.test(operation, path)) {
        arrivals.release();
        take(permits);
      }
    }

    private static void take(Semaphore semaphore) {
      try {
        if (!semaphore.tryAcquire(30, TimeUnit.SECONDS)) {
          throw new AssertionError("waited too long");
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void strike(Operation operation, Path path) throws IOException {
    fault.strike(operation, path);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    strike(Operation.CREATE_DIRECTORY, directory);
    super.createDirectories(directory);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    strike(Operation.LIST, directory);
    return super.list(directory);
  }

  @Override
  public byte[] read(Path path) throws IOException {
    strike(Operation.READ, path);
    return super.read(path);
  }

  @Override
  public void replace(Path path, List<MemorySegment> pieces) throws IOException {
    strike(Operation.REPLACE, path);
    super.replace(path, pieces);
  }

  @Override
  public MemorySegment mapPrivately(Path path) throws IOException {
    strike(Operation.OPEN, path);
    return super.mapPrivately(path);
  }

  @Override
  public long lastChanged(Path path) throws IOException {
    strike(Operation.READ, path);
    return super.lastChanged(path);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    strike(Operation.RENAME, to);
    super.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    strike(Operation.DELETE, path);
    super.delete(path);
  }

  @Override
  public MappedFile create(Path path, byte[] head, long length, long reserve) throws IOException {
    strike(Operation.CREATE, path);
    return new FaultyFile(path, super.create(path, head, length, reserve));
  }

  @Override
  public MappedFile open(Path path, long reserve) throws IOException {
    strike(Operation.OPEN, path);
    return new FaultyFile(path, super.open(path, reserve));
  }

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    strike(Operation.LOCK, lockFile);
    return super.lock(lockFile);
  }

  private final class FaultyFile extends PassingFile {
    private volatile Path path;

    private FaultyFile(Path path, MappedFile file) {
      super(file);
      this.path = path;
    }

    @Override
    public void rename(Path to) throws IOException {
      strike(Operation.RENAME, to);
      super.rename(to);
      path = to;
    }

    @Override
    public void extend(long newLength, Room room) throws IOException {
      if (newLength > file.length()) {
        strike(Operation.EXTEND, path);
      }
      super.extend(newLength, room);
    }

    @Override
    public void cut(long newLength) throws IOException {
      if (newLength < file.length()) {
        strike(Operation.CUT, path);
      }
      super.cut(newLength);
    }

    @Override
    public void fillHoles() throws IOException {
      strike(Operation.FILL_HOLES, path);
      super.fillHoles();
    }

    @Override
    public void force(long offset, long length) throws IOException {
      strike(Operation.FORCE, path);
      super.force(offset, length);
    }
  }
}
