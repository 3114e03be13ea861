package dev.slotstream.bench;

import dev.slotstream.engine.Condition;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.Write;
import dev.slotstream.log.LogRetention;
import dev.slotstream.slot.SlotLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/**
 * A store of 16-byte keys and 100-byte values in {@code os}, as the benchmarks of replication have
 * it.
 */
final class BenchStore {
  private static final int KEY_BYTES = 16;
  private static final int VALUE_BYTES = 100;
  private static final int IN_FLIGHT = 4_096;
  private static final int SEGMENT = 64 << 20;

  private BenchStore() {}

  static SlotEngine open(Path directory, int shards, boolean leads) {
    return open(directory, shards, SEGMENT, leads);
  }

  static SlotEngine open(Path directory, int shards, int segmentSize, boolean leads) {
    Shape shape = new Shape(shards, 0, new SlotLayout(KEY_BYTES, VALUE_BYTES), Content.EXACT);
    return SlotEngine.open(
        new EngineOptions(
            directory,
            shape,
            Durability.OS,
            65_536,
            segmentSize,
            new LogRetention(512L << 20, 1L << 30),
            leads));
  }

  /** Puts these keys as fast as it goes, and waits for all. */
  static void putAll(SlotEngine engine, long from, long to) throws InterruptedException {
    Semaphore places = new Semaphore(IN_FLIGHT);
    for (long i = from; i < to; i++) {
      byte[] key = ByteBuffer.allocate(KEY_BYTES).putLong(i).array();
      byte[] value = new byte[VALUE_BYTES];
      ByteBuffer.wrap(value).putLong(i).putLong(VALUE_BYTES - Long.BYTES, ~i);
      places.acquire();
      Put put = new Put(places);
      put.put(key, value, VALUE_BYTES, Condition.NONE);
      engine.submit(put);
    }
    places.acquire(IN_FLIGHT);
  }

  static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static final class Put extends Write {
    private final Semaphore places;

    private Put(Semaphore places) {
      this.places = places;
    }

    @Override
    protected void committed() {
      places.release();
    }

    @Override
    protected void refused() {
      throw new AssertionError("no condition was set");
    }

    @Override
    protected void failed(EngineException why) {
      throw why;
    }
  }
}
