package dev.slotstream.engine;

import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.MemoryDisk.Death;
import dev.slotstream.file.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.zip.CRC32;

/**
 * One store, written to, killed and robbed of its power at places that a seed says, also while it
 * opens again: the real engine with its rounds driven by hand, on a disk in memory. Whenever it is
 * open again it is compared with its {@link PowerLossLedger}.
 */
final class PowerLossRun {
  private static final int KEYS = 40;
  private static final List<Long> ALL_KEYS = LongStream.range(0, KEYS).boxed().toList();

  /**
   * What is wrong on purpose.
   *
   * @param runAs the durability that the store is really run in
   * @param alwaysOnDisk true when every write demands to be on the disk
   * @param directoriesForced false when names are not
   */
  record Plant(
      Durability runAs, boolean alwaysOnDisk, boolean directoriesForced, Tampering tampering) {
    /** Nothing. */
    static Plant nothing(Durability durability) {
      return new Plant(durability, false, true, disk -> disk);
    }

    /** Puts something between the store and its disk. */
    @FunctionalInterface
    interface Tampering {
      Storage over(MemoryDisk disk);
    }
  }

  private record Submitted(TestWrite write, int shard, long key, Long n, boolean onDisk) {}

  private final SplittableRandom random;
  private final Durability promised;
  private final Plant plant;
  private final TestStore store;
  private final List<PowerLossLedger> ledgers = new ArrayList<>();
  private final List<Submitted> open = new ArrayList<>();
  private final CRC32 trace = new CRC32();
  private MemoryDisk disk;
  private ManualEngine node;
  private boolean powerLost;
  private int cuts;
  private int kept;

  /**
   * @param promised the mode whose promise is held against the run
   */
  PowerLossRun(long seed, Durability promised, Plant plant) {
    this.random = new SplittableRandom(seed);
    this.promised = promised;
    this.plant = plant;
    this.store =
        TestStore.at(Path.of("/store"))
            .shards(random.nextInt(1, 3))
            .durability(plant.runAs())
            .layout(TestStore.KEY, 8 * random.nextInt(1, 130))
            .segmentSize(random.nextInt(3, 9) * (4 << 10))
            .growSlots(random.nextInt(4, 20))
            .retention(random.nextInt(3) * (10L << 10));
    for (int s = 0; s < store.shards(); s++) {
      ledgers.add(new PowerLossLedger(promised));
    }
    this.disk = new MemoryDisk(random.split());
    if (!plant.directoriesForced()) {
      disk.leaveDirectoriesUnforced();
    }
  }

  /** Power cuts so far. */
  int cuts() {
    return cuts;
  }

  /** How often a shard was opened with the index that its closing had kept. */
  int kept() {
    return kept;
  }

  /** A number made of all that happened. */
  long trace() {
    return trace.getValue();
  }

  /** The whole of it; fails when a promise is broken. */
  void run() throws IOException {
    ManualEngine.identify(store.options(), disk, new UUID(1, 2));
    int lives = random.nextInt(2, 6);
    for (int life = 0; life < lives; life++) {
      if (random.nextInt(3) == 0) {
        disk.dieAt(random.nextInt(1, 30), death());
      }
      if (opens()) {
        disk.dieAt(random.nextInt(1, 150), death());
        write(random.nextInt(5, 60));
        if (!disk.dead() && random.nextInt(3) == 0) {
          close();
        }
      }
      end(death());
    }
    if (!opens()) {
      throw new AssertionError("died of nothing");
    }
    close();
    end(Death.POWER_CUT);
    opens();
  }

  /** What was closed is on the disk, whatever comes then; the next opening may find its index. */
  private void close() {
    node.engine().close();
    noteAppended();
    if (!disk.dead()) {
      ledgers.forEach(ledger -> ledger.promise(ledger.last()));
    }
  }

  private Death death() {
    return random.nextInt(4) == 0 ? Death.KILL : Death.POWER_CUT;
  }

  private void end(Death how) {
    noteAppended();
    disk.die(how);
    if (disk.death() == Death.POWER_CUT) {
      powerLost = true;
      cuts++;
    }
    open.clear();
    disk = disk.next();
    disk.everything().forEach((path, bytes) -> trace.update(bytes));
  }

  /** False when the process ended meanwhile. */
  private boolean opens() throws IOException {
    try {
      node = ManualEngine.open(store.options(), plant.tampering().over(disk));
    } catch (IOException e) {
      if (!disk.dead()) {
        throw e;
      }
      return false;
    }
    if (disk.dead()) {
      return false;
    }
    for (int s = 0; s < store.shards(); s++) {
      ledgers.get(s).settle(found(s), keysOf(s), powerLost);
    }
    kept += node.engine().recovery().keptIndexes();
    node.review();
    if (promised != Durability.OS && damagedSlots() > 0) {
      throw new AssertionError("damaged slots: " + node.engine().recovery());
    }
    powerLost = false;
    return true;
  }

  private int damagedSlots() {
    return node.engine().shards().stream().mapToInt(Shard::slotsDamaged).sum();
  }

  private PowerLossLedger.Found found(int shard) {
    long last = node.engine().shards().get(shard).appendedSequence();
    return new PowerLossLedger.Found() {
      @Override
      public long lastSequence() {
        return last;
      }

      @Override
      public Long read(long key) {
        return TestStore.read(node.engine(), key);
      }
    };
  }

  private List<Long> keysOf(int shard) {
    return ALL_KEYS.stream()
        .filter(key -> node.engine().shardOf(TestStore.key(key)) == shard)
        .toList();
  }

  private void write(int steps) {
    for (int step = 0; step < steps && !disk.dead(); step++) {
      for (int w = random.nextInt(1, 12); w > 0 && !disk.dead(); w--) {
        submit();
      }
      for (int turn = random.nextInt(1, 5); turn > 0 && !disk.dead(); turn--) {
        takeTurn();
      }
    }
  }

  private void submit() {
    long key = random.nextInt(KEYS);
    long n = random.nextLong(1L << 40);
    boolean delete = random.nextInt(4) == 0;
    boolean onDisk = plant.alwaysOnDisk() || random.nextInt(15) == 0;
    boolean refuse = random.nextInt(20) == 0;
    TestWrite write = new TestWrite();
    byte[] value = TestStore.value(n, store.layout().valueLength());
    Condition when = refuse ? current -> false : Condition.NONE;
    if (delete) {
      write.delete(TestStore.key(key), when);
    } else {
      write.put(TestStore.key(key), value, value.length, when);
    }
    if (onDisk) {
      write.demandDisk();
    }
    int shard = node.engine().submit(write);
    open.add(new Submitted(write, shard, key, delete ? null : n, onDisk));
  }

  /** One of the engine's threads does a round, or the kernel writes something by itself. */
  private void takeTurn() {
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> node.makeRoom();
      case 4, 5, 6, 7 -> node.sync(random.nextInt(store.shards()));
      case 8, 9 -> disk.writeBack(random.nextInt(101));
      case 10 -> node.checkpoint();
      default -> {
        if (random.nextInt(4) == 0) {
          node.checkpointAll();
        }
      }
    }
    notePromises();
  }

  /** What has a record now can be found later; what has none cannot. */
  private void noteAppended() {
    for (Submitted one : open) {
      if (one.write().sequence() > 0) {
        ledgers.get(one.shard()).appended(one.write().sequence(), one.key(), one.n());
      }
    }
  }

  private void notePromises() {
    if (disk.dead()) {
      // A round that the end met ends as it would have without: with an error for those who wait.
      return;
    }
    for (Submitted one : open) {
      boolean counts = promised == Durability.FSYNC || one.onDisk();
      if (counts && one.write().succeeded()) {
        ledgers.get(one.shard()).promise(one.write().sequence());
      }
    }
    for (int s = 0; s < store.shards(); s++) {
      if (promised == plant.runAs()) {
        ledgers.get(s).promise(node.durableSequence(s));
        if (promised != Durability.OS) { // what followers may have, and readers in FSYNC see
          ledgers.get(s).promise(node.engine().shards().get(s).committedSequence());
        }
      }
    }
  }
}
