package dev.slotstream.crash;

import dev.slotstream.crash.Operation.Kind;
import dev.slotstream.crash.Operation.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the clients inside one process did, in a mapped file: it is there when the process is
 * killed.
 *
 * <pre>
 * header:  0 ready at, i64, 0 until then    8 what was not whole, i64
 * entry:   0 called, 8 returned, 16 key, 24 expected, 32 value    i64 each
 *         40 kind, 44 outcome, 48 client    i32 each, 0 until it is known
 * </pre>
 */
final class OperationLog {
  private static final int HEADER = 64;
  private static final int ENTRY = 64;
  private static final int ENTRIES = 1 << 15;

  private static final int RETURNED = 8;
  private static final int KEY = 16;
  private static final int EXPECTED = 24;
  private static final int VALUE = 32;
  private static final int KIND = 40;
  private static final int OUTCOME = 44;
  private static final int CLIENT = 48;

  /** The client number of what was read before the clients began. */
  static final int FOUND = -1;

  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final MemorySegment file;
  private final AtomicInteger entries = new AtomicInteger();

  OperationLog(Path path) {
    try (FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long size = HEADER + (long) ENTRY * ENTRIES;
      file = channel.map(MapMode.READ_WRITE, 0, size, Arena.ofAuto());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long at(int entry) {
    return HEADER + (long) ENTRY * entry;
  }

  /** Notes that an operation begins; answers its entry, or -1 when there is no room for more. */
  int begin(int client, Kind kind, long key, long expected, long value) {
    int entry = entries.getAndIncrement();
    if (entry >= ENTRIES) {
      return -1;
    }
    long at = at(entry);
    file.set(ValueLayout.JAVA_LONG, at + KEY, key);
    file.set(ValueLayout.JAVA_LONG, at + EXPECTED, expected);
    file.set(ValueLayout.JAVA_LONG, at + VALUE, value);
    file.set(ValueLayout.JAVA_INT, at + CLIENT, client);
    file.set(ValueLayout.JAVA_LONG, at, System.nanoTime());
    INT.setRelease(file, at + KIND, kind.code());
    return entry;
  }

  void end(int entry, Outcome outcome) {
    long at = at(entry);
    file.set(ValueLayout.JAVA_INT, at + OUTCOME, outcome.code());
    LONG.setRelease(file, at + RETURNED, System.nanoTime());
  }

  void endGet(int entry, long value) {
    file.set(ValueLayout.JAVA_LONG, at(entry) + VALUE, value);
    end(entry, Outcome.OK);
  }

  /** Whatever was found before the clients begin is noted. */
  void ready() {
    LONG.setRelease(file, 0L, System.nanoTime());
  }

  /** When that was; 0 when it never was. */
  long readyAt() {
    return (long) LONG.getAcquire(file, 0L);
  }

  /** A value was read that nobody had written as a whole, or none could be read at all. */
  void notWhole() {
    LONG.setRelease(file, 8L, 1L);
  }

  boolean sawWhatIsNotWhole() {
    return (long) LONG.getAcquire(file, 8L) != 0;
  }

  /** What was found before the clients began; of a process that is gone. */
  List<Operation> found() {
    return read(true, 0);
  }

  /**
   * What the clients did; of a process that is gone. Reads without an answer are left out.
   *
   * @param goneAt a time when the process was gone for sure
   */
  List<Operation> operations(long goneAt) {
    return read(false, goneAt);
  }

  private List<Operation> read(boolean found, long goneAt) {
    List<Operation> all = new ArrayList<>();
    for (int entry = 0; entry < ENTRIES; entry++) {
      long at = at(entry);
      int kind = file.get(ValueLayout.JAVA_INT, at + KIND);
      boolean ofFound = file.get(ValueLayout.JAVA_INT, at + CLIENT) == FOUND;
      if (kind == 0 || ofFound != found) {
        continue;
      }
      long returned = file.get(ValueLayout.JAVA_LONG, at + RETURNED);
      Operation operation = operation(at, Kind.of(kind), returned);
      if (returned != 0) {
        all.add(operation);
      } else if (operation.kind() != Kind.GET) {
        all.add(operation.unanswered(goneAt));
      }
    }
    return all;
  }

  private Operation operation(long at, Kind kind, long returned) {
    int outcome = file.get(ValueLayout.JAVA_INT, at + OUTCOME);
    return new Operation(
        Long.toString(file.get(ValueLayout.JAVA_LONG, at + KEY)),
        Math.max(0, file.get(ValueLayout.JAVA_INT, at + CLIENT)),
        kind,
        file.get(ValueLayout.JAVA_LONG, at + EXPECTED),
        file.get(ValueLayout.JAVA_LONG, at + VALUE),
        returned == 0 ? Outcome.MAYBE : Outcome.of(outcome),
        file.get(ValueLayout.JAVA_LONG, at),
        returned);
  }
}
