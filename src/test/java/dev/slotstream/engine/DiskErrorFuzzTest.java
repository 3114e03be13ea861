package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.file.FaultyStorage;
import dev.slotstream.file.FaultyStorage.Failure;
import dev.slotstream.file.FaultyStorage.Fault;
import dev.slotstream.file.FaultyStorage.Operation;
import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.MemoryDisk.Death;
import dev.slotstream.file.NoSpaceException;
import dev.slotstream.kit.Seeded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
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
  private static final TestStore KIND = TestStore.at(Path.of("/store"));

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

    boolean forceFailed() {
      return forceFailed;
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
        throw failure.of("%s: %s of %s".formatted(StoreUnderErrors.MADE_TO_FAIL, operation, path));
      }
    }
  }

  /** What a process left that was killed, and what it had been asked. */
  private record Left(StoreUnderErrors run, Map<Path, byte[]> files) {
    /**
     * The process had its last segment mapped, and was growing its slots: both files are longer
     * than they have to be, and are cut.
     */
    Left withLongFiles() {
      Map<Path, byte[]> longer = new TreeMap<>(files);
      Path segment =
          files.keySet().stream()
              .filter(path -> path.getFileName().toString().matches("redo-[0-9a-f]{16}\\.log"))
              .reduce((first, second) -> second)
              .orElseThrow();
      int whole = run.store().options().segmentSize();
      longer.computeIfPresent(segment, (path, bytes) -> Arrays.copyOf(bytes, whole));
      int slot = run.store().layout().slotSize();
      longer.computeIfPresent(
          run.store().slotFile(0), (path, bytes) -> Arrays.copyOf(bytes, bytes.length + 4 * slot));
      return new Left(run, longer);
    }

    /** The reference system has opened and closed the store since: its slot file can have holes. */
    Left closedByArmdb() {
      Map<Path, byte[]> other = new TreeMap<>(files);
      byte[] slots = files.get(run.store().slotFile(0)).clone();
      slots[17] = 1;
      other.put(run.store().slotFile(0), slots);
      return new Left(run, other);
    }
  }

  private static Left prepare(Durability durability) throws IOException {
    StoreUnderErrors run = new StoreUnderErrors(KIND, durability);
    MemoryDisk disk = new MemoryDisk(new SplittableRandom(1));
    ManualEngine.identify(run.store().options(), disk, new UUID(1, 2));
    run.open(disk);
    run.begin();
    disk.die(Death.KILL);
    return new Left(run, disk.next().everything()).withLongFiles();
  }

  /** False when there were fewer operations of the kind. */
  private static boolean failAt(Nth fault, Left left) throws IOException {
    StoreUnderErrors run = left.run().again();
    MemoryDisk disk = new MemoryDisk(new SplittableRandom(fault.n));
    left.files().forEach(disk::place);
    FaultyStorage faulty = new FaultyStorage(disk);
    faulty.fail(fault);
    try {
      run.open(faulty);
      run.work(fault::forceFailed, new SplittableRandom(7));
    } catch (IOException | EngineException e) {
      assertTrue(fault.struck(), e.toString());
      if (!run.isOpen() && fault.way.full && fault.kind != Operation.FORCE) {
        assertTrue(e instanceof NoSpaceException, e.toString());
      }
    }
    run.assertAllEnded();
    faulty.heal();
    boolean powerToo = run.store().durability() == Durability.FSYNC && fault.n % 2 == 0;
    disk.die(powerToo ? Death.POWER_CUT : Death.KILL);
    run.open(disk.next());
    run.assertNothingLost();
    run.putNow(1, 1_000_000);
    run.close();
    return fault.struck();
  }

  @ParameterizedTest
  @EnumSource
  void whateverFailsIsToldAndNothingIsLost(Durability durability) {
    Seeded.run(
        31,
        random -> {
          Left left = prepare(durability);
          Map<Operation, Integer> hits = new TreeMap<>();
          for (Way way : Way.values()) {
            for (Operation kind : Operation.values()) {
              Left found = kind == Operation.FILL_HOLES ? left.closedByArmdb() : left;
              int n = 1;
              while (hit(new Nth(kind, n, way), found)) {
                n++;
              }
              hits.merge(kind, n - 1, Integer::sum);
            }
          }
          System.out.printf("%s: failures %s%n", durability, hits);
          for (Operation kind : Operation.values()) {
            if (kind != Operation.CREATE_DIRECTORY) { // where they are there already, it is none
              assertTrue(hits.get(kind) >= 4, kind + ": " + hits);
            }
          }
        });
  }

  private static boolean hit(Nth fault, Left left) throws IOException {
    try {
      return failAt(fault, left);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "operation %d of %s, %s: %s".formatted(fault.n, fault.kind, fault.way, e), e);
    }
  }
}
