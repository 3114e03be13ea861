package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.DiskFull;
import dev.slotstream.engine.EngineException.WriteGateShut;
import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Failure;
import dev.slotstream.file.FaultyStorage.Fault;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.MemoryDisk.Death;
import dev.slotstream.file.NoSpaceException;
import dev.slotstream.file.OpenFiles;
import dev.slotstream.kit.Seeded;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A store whose disk fails at its first operation of a kind, at its second, and so on until there
 * is none: once, or for good, broken or full. What fails is told to who asked for it and to nobody
 * else; nothing acknowledged is lost; nothing is left open; and once the disk is well again the
 * store opens.
 */
class DiskErrorFuzzTest {
  private static final int KEYS = 30;
  private static final long BASE = -1;

  /** In which way it fails. */
  enum Way {
    BROKEN_ONCE(false, false),
    BROKEN_FOR_GOOD(false, true),
    FULL_ONCE(true, false),
    FULL_FOR_GOOD(true, true);

    private final boolean full;
    private final boolean forGood;

    Way(boolean full, boolean forGood) {
      this.full = full;
      this.forGood = forGood;
    }
  }

  /** Counts the operations of one kind, and fails the n-th of them, or all from there on. */
  private static final class Nth implements Fault {
    private final Operation kind;
    private final int n;
    private final Way way;
    private int count;
    private boolean forceFailed;

    Nth(Operation kind, int n, Way way) {
      this.kind = kind;
      this.n = n;
      this.way = way;
    }

    boolean struck() {
      return count >= n;
    }

    @Override
    public void strike(Operation operation, Path path) throws IOException {
      boolean counts = operation == kind;
      if (counts) {
        count++;
      }
      if (counts && (count == n || (way.forGood && count > n))) {
        forceFailed |= operation == Operation.FORCE;
        // A force has no room to lack: a file that was extended has its blocks.
        Failure failure =
            way.full && operation != Operation.FORCE ? FaultyStorage.FULL : FaultyStorage.BROKEN;
        throw failure.of("made to fail: %s of %s".formatted(operation, path));
      }
    }
  }

  private record Submitted(TestWrite write, long key, Long n) {}

  private TestStore store;
  private MemoryDisk disk;
  private FaultyStorage faulty;
  private OpenFiles files;
  private ManualEngine node;
  private final List<Submitted> history = new ArrayList<>();

  private void open() throws IOException {
    files = new OpenFiles(faulty);
    try {
      node = ManualEngine.open(store.options(), files);
    } catch (IOException | EngineException e) {
      node = null;
      assertTrue(e.getMessage().contains("made to fail"), e.toString());
      assertEquals(List.of(), files.names(), "left open by an opening that failed: " + e);
      throw e;
    }
  }

  /** The store before anything fails: some segments, some slots, a checkpoint, a begun segment. */
  private Map<Path, byte[]> prepare(Durability durability) throws IOException {
    store =
        TestStore.at(Path.of("/store"))
            .durability(durability)
            .segmentSize(8 << 10)
            .growSlots(8)
            .layout(TestStore.KEY, 200);
    disk = new MemoryDisk(new SplittableRandom(1));
    ManualEngine.identify(store.options(), disk, new UUID(1, 2));
    faulty = new FaultyStorage(disk);
    open();
    for (int key = 0; key < 10; key++) {
      put(key, BASE);
      node.makeRoom();
      node.sync(0);
    }
    assertTrue(history.stream().allMatch(one -> one.write().succeeded()));
    node.checkpointAll();
    disk.die(Death.KILL);
    return disk.next().everything();
  }

  private void put(long key, long n) {
    byte[] value = TestStore.value(n, 200);
    TestWrite write = new TestWrite();
    write.put(TestStore.key(key), value, value.length, Condition.NONE);
    node.engine().submit(write);
    history.add(new Submitted(write, key, n));
  }

  /** Writes, grows, rolls, purges, checkpoints and closes; whatever fails, it goes on. */
  private void work(Nth fault, SplittableRandom random) throws LogException {
    Shard shard = node.engine().shards().getFirst();
    // What somebody reads is not used again when it is purged, but deleted.
    try (LogReader _ = shard.readLog(shard.oldestSequence())) {
      write(fault, random);
    }
    node.engine().close();
    assertEquals(List.of(), files.names(), "left open by a store that was closed");
  }

  private void write(Nth fault, SplittableRandom random) {
    for (int step = 0; step < 60; step++) {
      int before = history.size();
      long key = random.nextInt(KEYS);
      if (step % 7 == 3) {
        TestWrite write = TestStore.submitDelete(node.engine(), key);
        history.add(new Submitted(write, key, null));
      } else {
        put(key, step);
      }
      boolean wasFailed = fault.forceFailed;
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
    assertInstanceOfShut(node.engine().shards().getFirst().whyNotWritable());
    for (Submitted one : history.subList(from, history.size())) {
      assertThrows(WriteGateShut.class, one.write()::await);
    }
    assertFalse(node.engine().shards().getFirst().status().writable());
  }

  private static void assertInstanceOfShut(EngineException why) {
    assertTrue(why instanceof WriteGateShut, String.valueOf(why));
  }

  /** Every write has ended, in a success or an error that says what failed. */
  private void assertAllEnded() {
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

  /** The value of the last acknowledged write of each key, or of one that failed after it. */
  private void assertNothingLost() {
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

  /** False when there were fewer operations of the kind. */
  private boolean failAt(Nth fault, Map<Path, byte[]> image, List<Submitted> base)
      throws IOException {
    history.clear();
    history.addAll(base);
    disk = new MemoryDisk(new SplittableRandom(fault.n));
    image.forEach(disk::place);
    faulty = new FaultyStorage(disk);
    faulty.fail(fault);
    try {
      open();
      work(fault, new SplittableRandom(7));
    } catch (IOException | EngineException e) {
      assertTrue(fault.struck(), e.toString());
      if (node == null && fault.way.full && fault.kind != Operation.FORCE) {
        assertTrue(e instanceof NoSpaceException, e.toString());
      }
    }
    assertAllEnded();
    faulty.heal();
    boolean powerToo = store.durability() == Durability.FSYNC && fault.n % 2 == 0;
    disk.die(powerToo ? Death.POWER_CUT : Death.KILL);
    disk = disk.next();
    faulty = new FaultyStorage(disk);
    open();
    assertNothingLost();
    put(1, 1_000_000);
    node.makeRoom();
    node.sync(0);
    assertTrue(history.getLast().write().succeeded());
    node.engine().close();
    assertEquals(List.of(), files.names());
    return fault.struck();
  }

  @ParameterizedTest
  @EnumSource
  void whateverFailsIsToldAndNothingIsLost(Durability durability) {
    Seeded.run(
        31,
        random -> {
          history.clear();
          Map<Path, byte[]> image = prepare(durability);
          List<Submitted> base = List.copyOf(history);
          Map<Operation, Integer> hits = new TreeMap<>();
          for (Way way : Way.values()) {
            for (Operation kind : Operation.values()) {
              int n = 1;
              while (hit(new Nth(kind, n, way), image, base)) {
                n++;
              }
              hits.merge(kind, n - 1, Integer::sum);
            }
          }
          System.out.printf("%s: failures %s%n", durability, hits);
          for (Operation kind :
              List.of(
                  Operation.FORCE,
                  Operation.EXTEND,
                  Operation.CREATE,
                  Operation.RENAME,
                  Operation.DELETE,
                  Operation.REPLACE,
                  Operation.READ,
                  Operation.OPEN)) {
            assertTrue(hits.get(kind) >= 4, kind.toString());
          }
        });
  }

  private boolean hit(Nth fault, Map<Path, byte[]> image, List<Submitted> base) throws IOException {
    try {
      return failAt(fault, image, base);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "operation %d of %s, %s: %s".formatted(fault.n, fault.kind, fault.way, e), e);
    }
  }
}
