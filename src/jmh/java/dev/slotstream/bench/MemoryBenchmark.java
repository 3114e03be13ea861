package dev.slotstream.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a get cannot do without: one place of an index, and what stands there names a slot of a
 * mapped file. Memory of the sizes that 1,000,000 keys of 16 bytes with values of 100 take, and
 * nothing else; both are read at random, and one read waits for the one before it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MemoryBenchmark {
  private static final int SLOTS = 1_000_000;
  private static final int SLOT_BYTES = 128;
  private static final int USED_BYTES = 124;
  private static final int PLACES = SLOTS * 4 / 3;

  /** Bytes in which the file was written: Linux keeps it in memory in such pieces. */
  @Param({"16384", "4194304"})
  public int pieceBytes;

  private final SplittableRandom random = new SplittableRandom(1);
  private final Arena arena = Arena.ofShared();
  private final MemorySegment index = arena.allocate((long) PLACES * Long.BYTES, Long.BYTES);
  private final byte[] copy = new byte[SLOT_BYTES];
  private final CRC32 crc = new CRC32();
  private MemorySegment slots;
  private Path file;
  private long last;

  /** Fills both. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    for (long place = 0; place < PLACES; place++) {
      index.setAtIndex(ValueLayout.JAVA_LONG, place, random.nextLong(SLOTS));
    }
    file = Files.createTempFile("slotstream-bench", null);
    long size = (long) SLOTS * SLOT_BYTES;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer piece = ByteBuffer.allocateDirect(pieceBytes);
      while (channel.position() < size) {
        channel.write(piece.clear());
      }
      slots = channel.map(MapMode.READ_WRITE, 0, size, arena);
    }
    slots.fill((byte) 0);
  }

  /** Deletes the file. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    arena.close();
    Files.delete(file);
  }

  private long readIndex() {
    long place = (random.nextInt(PLACES) + last) % PLACES;
    return index.getAtIndex(ValueLayout.JAVA_LONG, place);
  }

  private long readSlot(long slot) {
    return slots.get(ValueLayout.JAVA_LONG, slot * SLOT_BYTES);
  }

  /** A place of the index. */
  @Benchmark
  public long index() {
    last = readIndex() >>> Integer.SIZE; // 0, but not before it is read
    return last;
  }

  /** The first word of a slot. */
  @Benchmark
  public long slot() {
    last = readSlot((random.nextInt(SLOTS) + last) % SLOTS);
    return last;
  }

  /**
   * A place of the index, the first word of the slot that it names, the slot's bytes, their CRC.
   */
  @Benchmark
  public long all() {
    long slot = readIndex();
    last = readSlot(slot);
    MemorySegment.copy(slots, ValueLayout.JAVA_BYTE, slot * SLOT_BYTES, copy, 0, USED_BYTES);
    crc.reset();
    crc.update(copy, 0, USED_BYTES);
    return crc.getValue();
  }
}
