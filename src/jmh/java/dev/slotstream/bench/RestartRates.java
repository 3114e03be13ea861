package dev.slotstream.bench;

import dev.slotstream.engine.SlotEngine;
import dev.slotstream.slot.SlotBuffer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * How long a store of many keys takes until it answers again after its process was killed, beside
 * RocksDB; and after it was closed, with the index that was kept then and without it.
 *
 * <p>Arguments: {@code slotstream} or {@code rocksdb}, {@code write} or {@code open}, a directory,
 * a number of keys. Writing ends in a halt that closes nothing. Or {@code slotstream close}, which
 * closes what was written, and {@code slotstream reopen}, which opens and closes that several
 * times: the first time in a JVM that has just begun, then in one that runs.
 */
public final class RestartRates {
  private static final int KEY_BYTES = 16;
  private static final int VALUE_BYTES = 100;
  private static final int SHARDS = 2;
  private static final int HALTED = 137;
  private static final int REOPENINGS = 8;
  private static final int SCANS = 2;

  private RestartRates() {}

  /** Runs one step of one of both. */
  public static void main(String[] arguments) throws Exception {
    boolean ours = arguments[0].equals("slotstream");
    Path directory = Path.of(arguments[2]);
    int keys = Integer.parseInt(arguments[3]);
    if (arguments[1].equals("write")) {
      if (ours) {
        SlotEngine engine = BenchStore.open(directory, SHARDS, true);
        BenchStore.putAll(engine, 0, keys);
      } else {
        writeRocks(directory, keys);
      }
      Runtime.getRuntime().halt(HALTED);
    }
    if (arguments[1].equals("close")) {
      BenchStore.open(directory, SHARDS, true).close();
      return;
    }
    if (arguments[1].equals("reopen")) {
      reopen(directory, keys);
      Runtime.getRuntime().halt(0);
    }
    long start = System.nanoTime();
    String found = ours ? openOurs(directory, keys) : openRocks(directory, keys);
    double opened = BenchStore.seconds(start);
    double process = sinceJvmBegan();
    System.out.printf(
        "restart %s keys=%d open=%.3f s process=%.3f s %s%n",
        arguments[0], keys, opened, process, found);
    Runtime.getRuntime().halt(0);
  }

  private static byte[] key(long i) {
    return ByteBuffer.allocate(KEY_BYTES).putLong(i).array();
  }

  private static String openOurs(Path directory, int keys) {
    SlotEngine engine = BenchStore.open(directory, SHARDS, true);
    SlotBuffer slot = engine.newBuffer();
    if (!engine.get(key(0), slot) || !engine.get(key(keys - 1), slot)) {
      throw new AssertionError("a key is missing");
    }
    return "replayed=" + engine.recovery().replayed();
  }

  private static void reopen(Path directory, int keys) throws IOException, InterruptedException {
    for (int time = 0; time < REOPENINGS; time++) {
      boolean kept = time < REOPENINGS - SCANS;
      if (!kept) {
        for (int s = 0; s < SHARDS; s++) {
          Files.delete(directory.resolve("shard_%03d".formatted(s)).resolve("index.kept"));
        }
      }
      long start = System.nanoTime();
      SlotEngine engine = BenchStore.open(directory, SHARDS, true);
      SlotBuffer slot = engine.newBuffer();
      if (!engine.get(key(keys / 2), slot)) {
        throw new AssertionError("a key is missing");
      }
      double answered = BenchStore.seconds(start);
      double process = sinceJvmBegan();
      if (engine.recovery().keptIndexes() != (kept ? SHARDS : 0)) {
        throw new AssertionError(engine.recovery().toString());
      }
      while (engine.shards().stream().anyMatch(shard -> shard.slotsToBeReviewed() > 0)) {
        Thread.sleep(20);
      }
      double reviewed = BenchStore.seconds(start);
      long closing = System.nanoTime();
      engine.close();
      System.out.printf(
          "reopen %s keys=%d jvm=%s firstGet=%.1f ms process=%.0f ms reviewed=%.1f s close=%.0f ms%n",
          kept ? "kept" : "scan",
          keys,
          time == 0 ? "new" : "running",
          answered * 1e3,
          process * 1e3,
          reviewed,
          BenchStore.seconds(closing) * 1e3);
    }
  }

  private static double sinceJvmBegan() {
    return (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
  }

  private static void writeRocks(Path directory, int keys) throws RocksDBException {
    RocksDB.loadLibrary();
    byte[] value = new byte[VALUE_BYTES];
    WriteOptions unsynced = new WriteOptions();
    RocksDB db = RocksDB.open(new Options().setCreateIfMissing(true), directory.toString());
    for (int i = 0; i < keys; i++) {
      ByteBuffer.wrap(value).putLong(i).putLong(VALUE_BYTES - Long.BYTES, ~i);
      db.put(unsynced, key(i), value);
    }
  }

  private static String openRocks(Path directory, int keys) throws RocksDBException {
    RocksDB db = RocksDB.open(new Options(), directory.toString());
    if (db.get(key(0)) == null || db.get(key(keys - 1)) == null) {
      throw new AssertionError("a key is missing");
    }
    return "default options, writes not synced";
  }
}
