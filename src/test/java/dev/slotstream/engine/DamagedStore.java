package dev.slotstream.engine;

import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.MemoryDisk.Death;
import dev.slotstream.log.LogException;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A store of known content, as it lies on the disk, and what may come of it when one of its files
 * has gone bad: it does not open and says why, or it tells of damage, or nothing is missing.
 */
final class DamagedStore {
  static final int KEYS = 40;
  private static final int SLOT_HEADER = 4096;

  private final TestStore store =
      TestStore.at(Path.of("/store")).segmentSize(8 << 10).growSlots(16).retention(64 << 10);
  private final Map<Long, Long> content = new TreeMap<>();
  private final Map<Path, byte[]> files;

  /** How the store was left. */
  enum Left {
    /** Nothing is in the log only. */
    CLOSED,
    /** All of the log is on the disk; some of it is in no checkpoint. */
    KILLED,
    /** The same, without any checkpoint. */
    KILLED_EARLY
  }

  /** What came of a damage. */
  enum Outcome {
    /** The store did not open, and said which file is the reason. */
    REFUSED,
    /** The store is open, and says that something is damaged. */
    TOLD,
    /** Nothing is missing. */
    HARMLESS,
    /** A slot is empty now, as if it had been emptied: its layout has nothing that could tell. */
    EMPTIED
  }

  DamagedStore(Left left, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    MemoryDisk disk = new MemoryDisk(random);
    ManualEngine.identify(store.options(), disk, new UUID(1, 2));
    ManualEngine node = ManualEngine.open(store.options(), disk);
    int writes = left == Left.KILLED_EARLY ? 120 : 400;
    for (int w = 0; w < writes; w++) {
      long key = random.nextInt(KEYS);
      if (content.containsKey(key) && random.nextInt(4) == 0) {
        TestStore.submitDelete(node.engine(), key);
        content.remove(key);
      } else {
        TestStore.submitPut(node.engine(), key, w);
        content.put(key, (long) w);
      }
      node.makeRoom();
      node.sync(0);
      if (left != Left.KILLED_EARLY && w == writes - 60) {
        node.checkpointAll();
      }
    }
    if (left == Left.CLOSED) {
      node.engine().close();
    }
    disk.die(Death.KILL);
    files = disk.next().everything();
  }

  /** Its files, by name. */
  Map<Path, byte[]> files() {
    return files;
  }

  EngineOptions options() {
    return store.options();
  }

  Path slotFile() {
    return store.slotFile(0);
  }

  /** What comes of it when one file is this instead; fails when damage is served or not told. */
  Outcome with(Path file, byte[] bytes) {
    MemoryDisk disk = new MemoryDisk(new SplittableRandom(1));
    files.forEach(disk::place);
    disk.place(file, bytes);
    ManualEngine node;
    try {
      node = ManualEngine.open(store.options(), disk);
    } catch (LogException | SlotFileException | EngineException.Corrupt e) {
      return refused(file, e);
    } catch (EngineException.Mismatch e) {
      return refused(file, e);
    } catch (IOException e) {
      throw new AssertionError("no error of damage: " + e, e);
    }
    assertNothingElse(node.engine(), file);
    node.review(); // where the index was kept, only that reads all slots
    Outcome outcome = Outcome.HARMLESS;
    Shard shard = node.engine().shards().getFirst();
    if (shard.slotsDamaged() > 0
        || shard.slotsDuplicate() > 0
        || node.engine().recovery().tornBytes() > 0
        || !node.engine().recovery().refusedIndexes().isEmpty()
        || shard.keptIndexDamaged()) {
      outcome = Outcome.TOLD;
    }
    for (long key = 0; key < KEYS; key++) {
      outcome = compare(node.engine(), key, bytes, file, outcome);
    }
    return outcome;
  }

  /**
   * Before the review a key may be missing whose slot went bad; no other, and no value is wrong.
   */
  private void assertNothingElse(SlotEngine engine, Path file) {
    for (long key = 0; key < KEYS; key++) {
      Long expected = content.get(key);
      try {
        Long n = TestStore.read(engine, key);
        if (n == null ? expected != null && !file.equals(slotFile()) : !n.equals(expected)) {
          throw new AssertionError(
              "before the review, key=%d found=%d expected=%d".formatted(key, n, expected));
        }
      } catch (EngineException.Damaged e) {
        if (!file.equals(slotFile())) {
          throw new AssertionError("damaged slot, key=" + key, e);
        }
      }
    }
  }

  /** Why the store does not open when one file is this instead; null when it does. */
  String refusal(Path file, byte[] bytes) throws IOException {
    MemoryDisk disk = new MemoryDisk(new SplittableRandom(1));
    files.forEach(disk::place);
    disk.place(file, bytes);
    try {
      ManualEngine.open(store.options(), disk);
      return null;
    } catch (LogException e) {
      return e.getMessage();
    }
  }

  private static Outcome refused(Path file, Exception e) {
    String message = e.getMessage();
    if (!message.contains(file.toString())
        && !message.contains("directory=" + file.getParent())
        && !message.contains("file=" + file.getParent())) {
      throw new AssertionError("does not name the file: " + message, e);
    }
    return Outcome.REFUSED;
  }

  private Outcome compare(SlotEngine engine, long key, byte[] bytes, Path file, Outcome soFar) {
    Long n;
    try {
      n = TestStore.read(engine, key);
    } catch (EngineException.Damaged e) {
      if (soFar != Outcome.TOLD) {
        throw new AssertionError("damaged and not counted, key=" + key, e);
      }
      return Outcome.TOLD;
    }
    Long expected = content.get(key);
    if (n != null && !n.equals(expected)) {
      throw new AssertionError(
          "wrong value, key=%d found=%d expected=%d".formatted(key, n, expected));
    }
    if (n != null || expected == null || engine.shards().getFirst().slotsDamaged() > 0) {
      return soFar;
    }
    if (file.equals(slotFile()) && isEmptied(key, bytes)) {
      return Outcome.EMPTIED;
    }
    throw new AssertionError("lost and not told, key=%d expected=%d".formatted(key, expected));
  }

  /** True when the slot that held the key says itself, in a way that is whole, that it is empty. */
  private boolean isEmptied(long key, byte[] damaged) {
    byte[] before = files.get(slotFile());
    int size = store.layout().slotSize();
    for (int at = SLOT_HEADER; at + size <= before.length; at += size) {
      boolean held =
          MetaWord.occupied(intAt(before, at))
              && ByteBuffer.wrap(before).getLong(at + Long.BYTES) == key;
      if (held && at + size <= damaged.length) {
        int meta = intAt(damaged, at);
        return meta == MetaWord.FREE
            || MetaWord.status(meta) == MetaWord.DELETED
            || (MetaWord.status(meta) == MetaWord.FREE && intAt(damaged, at + 4) == 0);
      }
    }
    return false;
  }

  private static int intAt(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
  }
}
