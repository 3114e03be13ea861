package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.DiskFull;
import dev.slotstream.engine.EngineException.WriteGateShut;
import dev.slotstream.file.OpenFiles;
import dev.slotstream.file.Storage;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * A store on a disk that is made to fail, what was asked of it, and what was answered. Whoever uses
 * it opens it on that disk, lets it work, and opens it again on a disk that is well.
 */
final class StoreUnderErrors {
  /** In every message of a failure that was made. */
  static final String MADE_TO_FAIL = "made to fail";

  private static final int KEYS = 30;
  private static final long BASE = -1;
  private static final int VALUE_BYTES = 200;

  private final TestStore store;
  private final List<Submitted> history = new ArrayList<>();
  private OpenFiles files;
  private ManualEngine node;

  private record Submitted(TestWrite write, long key, Long n) {}

  StoreUnderErrors(TestStore kind, Durability durability) {
    this.store =
        kind.durability(durability)
            .segmentSize(8 << 10)
            .growSlots(8)
            .layout(TestStore.KEY, VALUE_BYTES);
  }

  TestStore store() {
    return store;
  }

  /** The same store as it was when somebody else had it. */
  StoreUnderErrors again() {
    StoreUnderErrors other = new StoreUnderErrors(store, store.durability());
    other.history.addAll(history);
    return other;
  }

  /** Opens it; when that fails, nothing is left open, and the reason is the one that was made. */
  void open(Storage disk) throws IOException {
    files = new OpenFiles(disk);
    try {
      node = ManualEngine.open(store.options(), files);
    } catch (IOException | EngineException e) {
      node = null;
      assertTrue(e.getMessage().contains(MADE_TO_FAIL), e.toString());
      assertEquals(List.of(), files.names(), "left open by an opening that failed: " + e);
      throw e;
    }
  }

  boolean isOpen() {
    return node != null;
  }

  /** What it begins with, on a disk that is well: some segments, some slots, a checkpoint. */
  void begin() {
    for (int key = 0; key < 10; key++) {
      putNow(key, BASE);
    }
    node.checkpointAll();
  }

  /** A put that must be done. */
  void putNow(long key, long n) {
    put(key, n);
    node.makeRoom();
    node.sync(0);
    assertTrue(history.getLast().write().succeeded());
  }

  private void put(long key, long n) {
    byte[] value = TestStore.value(n, VALUE_BYTES);
    TestWrite write = new TestWrite();
    write.put(TestStore.key(key), value, value.length, Condition.NONE);
    node.engine().submit(write);
    history.add(new Submitted(write, key, n));
  }

  /**
   * Writes, grows, rolls, purges, checkpoints and closes; whatever fails, it goes on.
   *
   * @param forceFailed true once a force was made to fail
   */
  void work(BooleanSupplier forceFailed, SplittableRandom random) throws LogException {
    Shard shard = node.engine().shards().getFirst();
    // What somebody reads is not used again when it is purged, but deleted.
    try (LogReader _ = shard.readLog(shard.oldestSequence())) {
      write(forceFailed, random);
    }
    close();
  }

  void close() {
    node.engine().close();
    assertEquals(List.of(), files.names(), "left open by a store that was closed");
  }

  private void write(BooleanSupplier forceFailed, SplittableRandom random) {
    for (int step = 0; step < 60; step++) {
      int before = history.size();
      long key = random.nextInt(KEYS);
      if (step % 7 == 3) {
        TestWrite write = TestStore.submitDelete(node.engine(), key);
        history.add(new Submitted(write, key, null));
      } else {
        put(key, step);
      }
      boolean wasFailed = forceFailed.getAsBoolean();
      node.makeRoom();
      node.sync(0);
      if (step % 9 == 5) {
        node.checkpoint();
      }
      if (step == 40) {
        node.checkpointAll();
      }
      if (wasFailed) {
        assertShut(before);
      }
    }
  }

  /** Once a force has failed nothing is acknowledged any more, whatever the disk says later. */
  private void assertShut(int from) {
    assertInstanceOf(WriteGateShut.class, node.engine().shards().getFirst().whyNotWritable());
    for (Submitted one : history.subList(from, history.size())) {
      assertThrows(WriteGateShut.class, one.write()::await);
    }
    assertFalse(node.engine().shards().getFirst().status().writable());
  }

  /** Every write has ended, in a success or an error that says what failed. */
  void assertAllEnded() {
    for (Submitted one : history) {
      assertTrue(one.write().ended(), "a write was never answered");
      if (!one.write().succeeded()) {
        EngineException e = assertThrows(EngineException.class, one.write()::await);
        assertTrue(
            e instanceof WriteGateShut
                || e instanceof DiskFull
                || e instanceof EngineException.Closed,
            e.toString());
      }
    }
  }

  /** True when no write has failed. */
  boolean allSucceeded() {
    return history.stream().allMatch(one -> one.write().succeeded());
  }

  /** The value of the last acknowledged write of each key, or of one that failed after it. */
  void assertNothingLost() {
    Map<Long, List<Long>> allowed = new TreeMap<>();
    for (Submitted one : history) {
      if (one.write().succeeded()) {
        allowed.put(one.key(), new ArrayList<>());
      }
      allowed.computeIfAbsent(one.key(), key -> absent()).add(one.n());
    }
    allowed.forEach(
        (key, values) -> {
          Long n = TestStore.read(node.engine(), key);
          assertTrue(values.contains(n), "key=" + key + " found=" + n + " allowed=" + values);
        });
  }

  private static List<Long> absent() {
    List<Long> values = new ArrayList<>();
    values.add(null);
    return values;
  }
}
