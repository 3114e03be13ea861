package dev.slotstream.backup;

import dev.slotstream.engine.Condition;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.ManualEngine;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.ShardPosition;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.TestWrite;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.log.LogRetention;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A store that is written at random by a test, and remembers every write: what each of its shards
 * holds at any sequence can be told from that. Its threads run when the test lets them.
 */
final class WrittenStore implements AutoCloseable {
  static final SlotLayout LAYOUT = new SlotLayout(8, 24);
  static final int SHARDS = 3;
  private static final int KEYS = 150;
  private static final int GROW = 8;
  private static final int SEGMENT = 16 << 10;
  private static final HexFormat HEX = HexFormat.of();

  final ManualEngine manual;
  private final SplittableRandom random;
  private final List<Written> writes = new ArrayList<>();

  /** Value is null for a delete. */
  private record Written(int shard, TestWrite write, String key, String value) {}

  WrittenStore(Path directory, Durability durability, SplittableRandom random) throws IOException {
    this(options(directory, durability, new LogRetention(0, Long.MAX_VALUE)), random);
  }

  WrittenStore(EngineOptions options, SplittableRandom random) throws IOException {
    this.manual = ManualEngine.open(options, new DiskStorage());
    this.random = random;
  }

  static EngineOptions options(Path directory, Durability durability, long retention) {
    return options(directory, durability, new LogRetention(retention, retention));
  }

  static EngineOptions options(Path directory, Durability durability, LogRetention retention) {
    return new EngineOptions(
        directory,
        new Shape(SHARDS, 0, LAYOUT, Content.EXACT),
        durability,
        GROW,
        SEGMENT,
        retention,
        true);
  }

  SlotEngine engine() {
    return manual.engine();
  }

  /** So many writes, and now and then a round of one of the engine's threads. */
  void work(int count) {
    for (int n = 0; n < count; n++) {
      write();
      manual.makeRoom();
      int shard = random.nextInt(SHARDS);
      switch (random.nextInt(8)) {
        case 0, 1 -> manual.sync(shard);
        case 2 -> manual.checkpoint();
        default -> {}
      }
    }
  }

  private void write() {
    byte[] key = ByteBuffer.allocate(8).putLong(random.nextInt(KEYS)).array();
    TestWrite write = new TestWrite();
    String value = null;
    if (random.nextInt(4) == 0) {
      write.delete(key, Condition.NONE);
    } else {
      byte[] bytes = new byte[random.nextInt(LAYOUT.valueLength() + 1)];
      random.nextBytes(bytes);
      write.put(key, bytes, bytes.length, Condition.NONE);
      value = HEX.formatHex(Arrays.copyOf(bytes, LAYOUT.valueLength()));
    }
    int shard = engine().submit(write);
    writes.add(new Written(shard, write, HEX.formatHex(key), value));
  }

  /** Everything that was written is committed. */
  void settle() {
    for (int shard = 0; shard < SHARDS; shard++) {
      manual.makeRoom();
      manual.sync(shard);
    }
  }

  /** What every slot of a shard holds at a sequence. */
  Map<Integer, String> at(int shard, long sequence) {
    Map<Long, Written> bySequence = new TreeMap<>();
    for (Written one : writes) {
      if (one.shard() == shard && one.write().sequence() > 0) {
        bySequence.put(one.write().sequence(), one);
      }
    }
    Map<Integer, String> slots = new TreeMap<>();
    bySequence.forEach(
        (at, one) -> {
          if (at <= sequence) {
            String content = one.value() == null ? "deleted" : one.key() + "=" + one.value();
            slots.put(one.write().slot(), one.write().version() + " " + content);
          }
        });
    return slots;
  }

  /** What every slot of a shard holds now. */
  static Map<Integer, String> slots(SlotEngine engine, int shard) {
    Shard found = engine.shards().get(shard);
    SlotBuffer buffer = engine.newBuffer();
    Map<Integer, String> slots = new TreeMap<>();
    for (int slot = 0; slot < found.slotCount(); slot++) {
      int meta = found.copySlot(slot, buffer);
      String version = MetaWord.version(meta) + " ";
      if (MetaWord.occupied(meta)) {
        int key = buffer.keyOffset();
        int value = buffer.valueOffset();
        slots.put(
            slot,
            version
                + HEX.formatHex(buffer.bytes(), key, key + LAYOUT.keyLength())
                + "="
                + HEX.formatHex(buffer.bytes(), value, value + LAYOUT.valueLength()));
      } else if (meta != MetaWord.FREE) {
        slots.put(slot, version + "deleted");
      }
    }
    return slots;
  }

  /** Where a shard's history is at a sequence. */
  ShardPosition position(int shard, long sequence) {
    return new ShardPosition(engine().shards().get(shard).epochAt(sequence), sequence);
  }

  @Override
  public void close() {
    engine().close();
  }
}
