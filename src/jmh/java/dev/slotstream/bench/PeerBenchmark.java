package dev.slotstream.bench;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.map.ChronicleMap;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;
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
import org.openjdk.jmh.infra.ThreadParams;

/**
 * What {@link EngineBenchmark} measures, of other maps in a process: keys of 16 bytes, values of
 * 100, each copied into the caller's buffer and out of it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xmx4g",
      "--sun-misc-unsafe-memory-access=allow",
      "--enable-native-access=ALL-UNNAMED",
      "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
      "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
      "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
      "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
      "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
      "--add-opens=java.base/java.io=ALL-UNNAMED",
      "--add-opens=java.base/java.nio=ALL-UNNAMED",
      "--add-opens=java.base/java.util=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
    })
public class PeerBenchmark {
  private static final int KEY_BYTES = 16;
  private static final int VALUE_BYTES = 100;
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  /** Which map. */
  public enum Peer {
    /** On the heap, nothing on a disk: the bound. */
    HASH_MAP,
    /** Chronicle Map in a file, no log. */
    CHRONICLE,
    /** LMDB, which does not wait for the disk. */
    LMDB
  }

  /** A map as its callers see it. */
  private interface Store extends AutoCloseable {
    boolean get(Caller caller);

    void put(Caller caller);

    @Override
    void close();
  }

  /** The map, shared by all threads. */
  @State(Scope.Benchmark)
  public static class Shared {
    /** How many keys it holds. */
    @Param("1000000")
    public int keys;

    /** Which. */
    @Param public Peer peer;

    private Path directory;
    private Store store;

    /** Fills it. */
    @Setup(Level.Trial)
    public void open() throws IOException {
      directory = Files.createTempDirectory("slotstream-bench");
      store =
          switch (peer) {
            case HASH_MAP -> new HashMapStore();
            case CHRONICLE -> new ChronicleStore(directory, keys);
            case LMDB -> new LmdbStore(directory, keys);
          };
      Caller caller = new Caller();
      for (int i = 0; i < keys; i++) {
        caller.choose(i);
        store.put(caller);
      }
    }

    /** Deletes it. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
      store.close();
      BenchStore.deleteTree(directory);
    }
  }

  /** What one calling thread reuses. */
  @State(Scope.Thread)
  public static class Caller {
    private final byte[] read = new byte[VALUE_BYTES];
    private final byte[] value = new byte[VALUE_BYTES];
    private final byte[] keyBytes = new byte[KEY_BYTES];
    private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(KEY_BYTES);
    private final ByteBuffer valueBuffer = ByteBuffer.allocateDirect(VALUE_BYTES);
    private SplittableRandom random;
    private long key;

    /** Each thread has keys of its own choice. */
    @Setup(Level.Trial)
    public void open(ThreadParams thread) {
      random = new SplittableRandom(thread.getThreadIndex());
    }

    private void choose(long i) {
      key = i * SPREAD;
      LONG.set(value, 0, i);
    }
  }

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final class HashMapStore implements Store {
    /** Sixteen bytes. */
    private record Key(long first, long second) {}

    private final ConcurrentMap<Key, byte[]> map = new ConcurrentHashMap<>();

    @Override
    public boolean get(Caller caller) {
      byte[] found = map.get(new Key(caller.key, 0));
      System.arraycopy(found, 0, caller.read, 0, VALUE_BYTES);
      return true;
    }

    @Override
    public void put(Caller caller) {
      map.put(new Key(caller.key, 0), caller.value.clone());
    }

    @Override
    public void close() {}
  }

  private static final class ChronicleStore implements Store {
    private final ChronicleMap<byte[], byte[]> map;

    ChronicleStore(Path directory, int keys) throws IOException {
      map =
          ChronicleMap.of(byte[].class, byte[].class)
              .entries(keys)
              .constantKeySizeBySample(new byte[KEY_BYTES])
              .constantValueSizeBySample(new byte[VALUE_BYTES])
              .putReturnsNull(true)
              .createPersistedTo(directory.resolve("chronicle").toFile());
    }

    private static byte[] key(Caller caller) {
      LONG.set(caller.keyBytes, 0, caller.key);
      return caller.keyBytes;
    }

    @Override
    public boolean get(Caller caller) {
      return map.getUsing(key(caller), caller.read) == caller.read;
    }

    @Override
    public void put(Caller caller) {
      map.put(key(caller), caller.value);
    }

    @Override
    public void close() {
      map.close();
    }
  }

  private static final class LmdbStore implements Store {
    private static final long BYTES_A_KEY = 512;

    private final Env<ByteBuffer> env;
    private final Dbi<ByteBuffer> dbi;

    LmdbStore(Path directory, int keys) {
      env =
          Env.create()
              .setMapSize(keys * BYTES_A_KEY)
              .setMaxDbs(1)
              .open(directory.toFile(), EnvFlags.MDB_NOSYNC, EnvFlags.MDB_WRITEMAP);
      dbi = env.openDbi("bench", DbiFlags.MDB_CREATE);
    }

    private static ByteBuffer key(Caller caller) {
      return caller.keyBuffer.clear().putLong(caller.key).putLong(0).flip();
    }

    @Override
    public boolean get(Caller caller) {
      try (Txn<ByteBuffer> read = env.txnRead()) {
        dbi.get(read, key(caller)).get(caller.read);
        return true;
      }
    }

    @Override
    public void put(Caller caller) {
      dbi.put(key(caller), caller.valueBuffer.clear().put(caller.value).flip());
    }

    @Override
    public void close() {
      env.close();
    }
  }

  /** Reads a random key that is there. */
  @Benchmark
  public boolean get(Shared shared, Caller caller) {
    caller.choose(caller.random.nextInt(shared.keys));
    return shared.store.get(caller);
  }

  /** Overwrites a random key. */
  @Benchmark
  public void put(Shared shared, Caller caller) {
    caller.choose(caller.random.nextInt(shared.keys));
    shared.store.put(caller);
  }
}
