package dev.slotstream.engine;

import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.file.Storage;
import dev.slotstream.log.LogRetention;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A store as tests want it: keys of 8 bytes and values of 16 unless said otherwise, small steps and
 * small segments so that growing and rolling happen.
 */
record TestStore(
    Path directory,
    int shards,
    int prefixBits,
    SlotLayout layout,
    Durability durability,
    Tuning tuning) {
  static final int KEY = 8;
  static final int VALUE = 16;
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  /** What does not have to fit the files. */
  record Tuning(int growSlots, int segmentSize, long retention, Content content) {}

  static TestStore at(Path directory) {
    return new TestStore(
        directory,
        1,
        0,
        new SlotLayout(KEY, VALUE),
        Durability.FSYNC,
        new Tuning(64, 1 << 20, 0, Content.EXACT));
  }

  TestStore at(String sibling) {
    return in(directory.resolveSibling(sibling));
  }

  TestStore in(Path other) {
    return new TestStore(other, shards, prefixBits, layout, durability, tuning);
  }

  TestStore shards(int count) {
    return new TestStore(directory, count, prefixBits, layout, durability, tuning);
  }

  TestStore prefixBits(int bits) {
    return new TestStore(directory, shards, bits, layout, durability, tuning);
  }

  TestStore layout(int key, int value) {
    return new TestStore(
        directory, shards, prefixBits, new SlotLayout(key, value), durability, tuning);
  }

  TestStore durability(Durability other) {
    return new TestStore(directory, shards, prefixBits, layout, other, tuning);
  }

  private TestStore tuning(Tuning other) {
    return new TestStore(directory, shards, prefixBits, layout, durability, other);
  }

  TestStore growSlots(int slots) {
    return tuning(new Tuning(slots, tuning.segmentSize(), tuning.retention(), tuning.content()));
  }

  TestStore segmentSize(int bytes) {
    return tuning(new Tuning(tuning.growSlots(), bytes, tuning.retention(), tuning.content()));
  }

  TestStore retention(long bytes) {
    return tuning(new Tuning(tuning.growSlots(), tuning.segmentSize(), bytes, tuning.content()));
  }

  TestStore content(Content content) {
    return tuning(
        new Tuning(tuning.growSlots(), tuning.segmentSize(), tuning.retention(), content));
  }

  EngineOptions options() {
    return new EngineOptions(
        directory,
        new Shape(shards, prefixBits, layout, tuning.content()),
        durability,
        tuning.growSlots(),
        tuning.segmentSize(),
        new LogRetention(tuning.retention(), Long.MAX_VALUE),
        true);
  }

  SlotEngine open() {
    return SlotEngine.open(options());
  }

  SlotEngine open(Storage storage) {
    return SlotEngine.open(options(), storage);
  }

  Path shardDirectory(int shard) {
    return directory.resolve("shard_%03d".formatted(shard));
  }

  Path slotFile(int shard) {
    return shardDirectory(shard).resolve("fixed.data");
  }

  /** Key number n, as armdb's tests have it: big-endian. */
  static byte[] key(long n) {
    return ByteBuffer.allocate(KEY).putLong(n).array();
  }

  /** A value made of n. */
  static byte[] value(long n) {
    return value(n, VALUE);
  }

  /** A longer value made of n. */
  static byte[] value(long n, int length) {
    ByteBuffer value = ByteBuffer.allocate(length).putLong(n);
    while (value.remaining() >= Long.BYTES) {
      value.putLong(n * GOLDEN);
    }
    return value.array();
  }

  /** The n of the value under a key; null when there is none. Fails on a value not made of an n. */
  static Long read(SlotEngine engine, long key) {
    SlotBuffer buffer = engine.newBuffer();
    if (!engine.get(key(key), buffer)) {
      return null;
    }
    int at = buffer.valueOffset();
    long n = ByteBuffer.wrap(buffer.bytes()).getLong(at);
    int length = engine.options().shape().layout().valueLength();
    byte[] found = Arrays.copyOfRange(buffer.bytes(), at, at + length);
    if (!Arrays.equals(found, value(n, length))) {
      throw new AssertionError("value is not whole, key=" + key + " n=" + n);
    }
    return n;
  }

  static TestWrite put(SlotEngine engine, long key, long n) {
    return TestWrite.put(engine, key(key), valueOf(engine, n));
  }

  static TestWrite delete(SlotEngine engine, long key) {
    return TestWrite.delete(engine, key(key));
  }

  /** Submits a put without waiting. */
  static TestWrite submitPut(SlotEngine engine, long key, long n, Condition when) {
    TestWrite write = new TestWrite();
    byte[] value = valueOf(engine, n);
    write.put(key(key), value, value.length, when);
    engine.submit(write);
    return write;
  }

  private static byte[] valueOf(SlotEngine engine, long n) {
    return value(n, engine.options().shape().layout().valueLength());
  }

  /** Submits a put that is to be on disk when it ends, whatever the durability. */
  static TestWrite submitPutOnDisk(SlotEngine engine, long key, long n) {
    TestWrite write = new TestWrite();
    byte[] value = valueOf(engine, n);
    write.put(key(key), value, value.length, Condition.NONE);
    write.demandDisk();
    engine.submit(write);
    return write;
  }

  static TestWrite submitPut(SlotEngine engine, long key, long n) {
    return submitPut(engine, key, n, Condition.NONE);
  }

  /** Submits a delete without waiting. */
  static TestWrite submitDelete(SlotEngine engine, long key) {
    TestWrite write = new TestWrite();
    write.delete(key(key), Condition.NONE);
    engine.submit(write);
    return write;
  }
}
