package dev.slotstream.bench;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.log.LogRetention;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotLayout;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;

/** One get, one overwrite: keys of 16 bytes, values of 100, in {@code os} durability. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx1g", "--sun-misc-unsafe-memory-access=allow"})
public class EngineBenchmark {
  private static final int AT_ONCE = 64;

  private static final int KEY_BYTES = 16;
  private static final int VALUE_BYTES = 100;
  private static final long SPREAD = 0x9E3779B97F4A7C15L;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** The store, shared by all threads. */
  @State(Scope.Benchmark)
  public static class Store {
    /** How many keys it holds. */
    @Param("1000000")
    public int keys;

    /** Bytes of log after which all slots that were written are brought to the disk. */
    @Param("67108864")
    public int segmentBytes;

    /** How many shards it has. */
    @Param("2")
    public int shards;

    private Path directory;
    private SlotEngine engine;

    /** Fills it. */
    @Setup(Level.Trial)
    public void open() throws IOException {
      directory = Files.createTempDirectory("slotstream-bench");
      Shape shape = new Shape(shards, 0, new SlotLayout(KEY_BYTES, VALUE_BYTES), Content.EXACT);
      engine =
          SlotEngine.open(
              new EngineOptions(
                  directory,
                  shape,
                  Durability.OS,
                  65_536,
                  segmentBytes,
                  new LogRetention(segmentBytes, segmentBytes),
                  true));
      Caller caller = new Caller();
      for (int i = 0; i < keys; i++) {
        caller.putKey(this, i);
      }
    }

    /** Deletes it. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
      engine.close();
      BenchStore.deleteTree(directory);
    }
  }

  /** What one calling thread reuses. */
  @State(Scope.Thread)
  public static class Caller {
    private final byte[] key = new byte[KEY_BYTES];
    private final byte[] value = new byte[VALUE_BYTES];
    private final AwaitedPut put = new AwaitedPut();
    private SplittableRandom random;
    private SlotBuffer buffer;

    /** Makes its buffers; each thread has keys of its own choice. */
    @Setup(Level.Trial)
    public void open(Store store, ThreadParams thread) {
      random = new SplittableRandom(thread.getThreadIndex());
      buffer = store.engine.newBuffer();
    }

    private void choose(long i) {
      LONG.set(key, 0, i * SPREAD);
    }

    private void putKey(Store store, long i) {
      fill(key, value, i);
      put.run(store.engine, key, value);
    }
  }

  private static void fill(byte[] key, byte[] value, long i) {
    LONG.set(key, 0, i * SPREAD);
    LONG.set(value, 0, i);
    value[VALUE_BYTES - 1] = 1;
  }

  /** Reads a random key that is there. */
  @Benchmark
  public boolean get(Store store, Caller caller) {
    caller.choose(caller.random.nextInt(store.keys));
    return store.engine.get(caller.key, caller.buffer);
  }

  /** What one thread puts at once. */
  @State(Scope.Thread)
  public static class Batch {
    private final List<AwaitedPut> puts = new ArrayList<>();
    private final byte[][] keys = new byte[AT_ONCE][KEY_BYTES];
    private final byte[][] values = new byte[AT_ONCE][VALUE_BYTES];

    /** Makes its buffers. */
    @Setup(Level.Trial)
    public void open() {
      for (int i = 0; i < AT_ONCE; i++) {
        puts.add(new AwaitedPut());
      }
    }
  }

  /** Overwrites random keys, so many at once; the time is that of one. */
  @Benchmark
  @OperationsPerInvocation(AT_ONCE)
  public long putAll(Store store, Caller caller, Batch batch) {
    for (int i = 0; i < AT_ONCE; i++) {
      long key = caller.random.nextInt(store.keys);
      fill(batch.keys[i], batch.values[i], key);
      batch.puts.get(i).begin(batch.keys[i], batch.values[i]);
    }
    store.engine.submitAll(batch.puts);
    batch.puts.forEach(AwaitedPut::await);
    return batch.puts.getLast().sequence();
  }

  /** Overwrites a random key. */
  @Benchmark
  public long put(Store store, Caller caller) {
    caller.putKey(store, caller.random.nextInt(store.keys));
    return caller.put.sequence();
  }
}
