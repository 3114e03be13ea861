package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The blocks of one file, set aside without being written: Linux' {@code fallocate(2)}, which the
 * JDK does not have. It takes a descriptor, which the JDK does not give away either; so this has
 * one of its own, by which nothing is read or written.
 */
final class FileBlocks implements AutoCloseable {
  private static final int READ_AND_WRITE = 2; // O_RDWR
  private static final int NOT_FOR_CHILDREN = 0x80000; // O_CLOEXEC
  private static final int ALLOCATE = 0;
  private static final int ZERO = 0x10; // FALLOC_FL_ZERO_RANGE
  private static final int INTERRUPTED = 4; // EINTR
  private static final int NO_SPACE = 28; // ENOSPC
  private static final int QUOTA_EXCEEDED = 122; // EDQUOT
  private static final int NONE = -1;

  private static final Optional<Calls> CALLS = Calls.find();

  private final int descriptor;

  private FileBlocks(int descriptor) {
    this.descriptor = descriptor;
  }

  /** Those of no file: nothing can be set aside. */
  static FileBlocks none() {
    return new FileBlocks(NONE);
  }

  /** Those of a file that exists. It may be renamed meanwhile. */
  static FileBlocks of(Path path) {
    return new FileBlocks(CALLS.map(calls -> calls.open(path)).orElse(NONE));
  }

  /**
   * Lengthens the file by blocks that read as zeros.
   *
   * @return false when this system, or the file system, has no such thing; nothing has changed
   * @throws IOException in the words of the system, when the disk or the quota on it is full; the
   *     file may have become longer
   */
  boolean reserve(long offset, long bytes) throws IOException {
    return switch (allocate(ALLOCATE, offset, bytes)) {
      case 0 -> true;
      case NO_SPACE -> throw new IOException("No space left on device");
      case QUOTA_EXCEEDED -> throw new IOException("Disk quota exceeded");
      default -> false;
    };
  }

  /**
   * Has a range read as zeros from now on, without writing them.
   *
   * @return false when that cannot be done here; what the range reads as is not known then
   */
  boolean zero(long offset, long bytes) {
    return allocate(ZERO, offset, bytes) == 0;
  }

  /** Answers the system's error number, 0 when there was none. */
  private int allocate(int mode, long offset, long bytes) {
    if (descriptor == NONE) {
      return NONE;
    }
    int error;
    do {
      error = CALLS.orElseThrow().allocate(descriptor, mode, offset, bytes);
    } while (error == INTERRUPTED);
    return error;
  }

  @Override
  public void close() {
    if (descriptor != NONE) {
      CALLS.orElseThrow().close(descriptor);
    }
  }

  /** The C library's functions. */
  private record Calls(MethodHandle open, MethodHandle allocate, MethodHandle close) {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERROR =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** Empty on a system that does not have them, or does not let Java call them. */
    static Optional<Calls> find() {
      try {
        return Optional.of(
            new Calls(
                function(
                    "open",
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2)),
                function(
                    "fallocate",
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                    Linker.Option.captureCallState("errno")),
                function(
                    "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))));
      } catch (RuntimeException | LinkageError e) {
        return Optional.empty(); // zeros are written then
      }
    }

    @SuppressWarnings("restricted") // three functions, of the types that the manual gives
    private static MethodHandle function(
        String name, FunctionDescriptor type, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type, options);
    }

    int open(Path path) {
      try (Arena arena = Arena.ofConfined()) {
        return (int)
            open.invokeExact(
                arena.allocateFrom(path.toString()), READ_AND_WRITE | NOT_FOR_CHILDREN);
      } catch (Throwable e) {
        throw failed(e);
      }
    }

    int allocate(int descriptor, int mode, long offset, long bytes) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        int answer = (int) allocate.invokeExact(state, descriptor, mode, offset, bytes);
        return answer == 0 ? 0 : (int) ERROR.get(state, 0L);
      } catch (Throwable e) {
        throw failed(e);
      }
    }

    void close(int descriptor) {
      try {
        int _ = (int) close.invokeExact(descriptor); // nothing was written by it
      } catch (Throwable e) {
        throw failed(e);
      }
    }

    private static IllegalStateException failed(Throwable e) {
      return new IllegalStateException("call of the C library failed", e);
    }
  }
}
