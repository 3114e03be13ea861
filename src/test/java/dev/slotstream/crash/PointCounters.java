package dev.slotstream.crash;

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

/**
 * How often each point was passed, and how often a process ended there, in a file that outlives the
 * processes: two longs for each point. One process at a time.
 */
public final class PointCounters {
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final long SIZE = 2L * Long.BYTES * CrashPoint.values().length;

  private final MemorySegment counts;

  private PointCounters(MemorySegment counts) {
    this.counts = counts;
  }

  /** Opens the file, or creates it; it stays mapped as long as it is used. */
  public static PointCounters open(Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new PointCounters(channel.map(MapMode.READ_WRITE, 0, SIZE, Arena.ofAuto()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void passed(int point) {
    add(2L * point);
  }

  void halted(int point) {
    add(2L * point + 1);
  }

  private void add(long index) {
    var _ = (long) LONG.getAndAdd(counts, index * Long.BYTES, 1L);
  }

  /** Times that any process passed the point. */
  public long passes(CrashPoint point) {
    return counts.getAtIndex(ValueLayout.JAVA_LONG, 2L * point.number());
  }

  /** Times that a process ended there. */
  public long halts(CrashPoint point) {
    return counts.getAtIndex(ValueLayout.JAVA_LONG, 2L * point.number() + 1);
  }
}
