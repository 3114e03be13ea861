package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.DamagedStore.Left;
import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.MemoryDisk.Death;
import dev.slotstream.log.LogException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a follower makes of a log that is damaged when it opens, and what a leader does not. */
class DamagedLogTest {
  private static final ShardHistory LEADERS =
      new ShardHistory(new UUID(7, 8), true, List.of(new EpochStart(9, 1)));

  private static final String SEGMENT = "redo-[0-9a-f]{16}\\.log";

  private EngineOptions leads;
  private List<Path> segments;
  private MemoryDisk disk;

  @BeforeEach
  void prepare() throws IOException {
    use(Left.KILLED);
  }

  private void use(Left left) throws IOException {
    DamagedStore store = new DamagedStore(left, 5);
    leads = store.options();
    segments =
        store.files().keySet().stream()
            .filter(path -> path.getFileName().toString().matches(SEGMENT))
            .toList();
    assertTrue(segments.size() > (left == Left.KILLED ? 1 : 0), segments.toString());
    disk = new MemoryDisk(new SplittableRandom(1));
    store.files().forEach(disk::place);
  }

  /** Flips a bit of a record of the last segment; answers where the record is. */
  private int damageLastSegment() throws IOException {
    int record = LogRecords.of(disk.read(segments.getLast())).start(0);
    flip(segments.getLast(), record + 30, 1);
    return record;
  }

  private void flip(Path file, int at, int bit) throws IOException {
    byte[] bytes = disk.read(file);
    bytes[at] ^= (byte) (1 << bit);
    disk.place(file, bytes);
  }

  private void end(Death death) {
    disk.die(death);
    disk = disk.next();
  }

  private ManualEngine follow() throws IOException {
    return ManualEngine.open(leads.following(), disk);
  }

  /** What a leader says of the same files. */
  private String refusal() {
    LogException e =
        assertThrows(LogException.class, () -> ManualEngine.open(leads, disk), "it leads");
    return e.getMessage();
  }

  private static Shard shard(ManualEngine node) {
    return node.engine().shards().getFirst();
  }

  private static DamagedLog told(ManualEngine node) {
    List<DamagedLog> logs = node.engine().recovery().damagedLogs();
    assertEquals(1, logs.size());
    assertFalse(node.engine().recovery().clean());
    return logs.getFirst();
  }

  /** The log, byte for byte; a spare segment, of which there is nothing to keep, is not. */
  private Map<String, byte[]> log() throws IOException {
    Map<String, byte[]> log = new HashMap<>();
    for (Path path : disk.list(segments.getFirst().getParent())) {
      if (path.getFileName().toString().matches(SEGMENT)) {
        log.put(path.getFileName().toString(), disk.read(path));
      }
    }
    return log;
  }

  private void assertKept(Map<String, byte[]> log, String prefix, DamagedLog told)
      throws IOException {
    assertEquals(log.size(), told.files().size());
    for (Path file : told.files()) {
      String name = file.getFileName().toString();
      assertTrue(name.startsWith(prefix), name);
      assertArrayEquals(log.get(name.substring(prefix.length())), disk.read(file), name);
    }
  }

  private static void fullSync(ManualEngine node, long sequence) {
    shard(node)
        .beginFullSync(LEADERS, sequence, (aside, failure) -> assertEquals(null, failure, "begin"));
    node.checkpoint();
    shard(node).endFullSync((aside, failure) -> assertEquals(null, failure, "end"));
    node.checkpoint();
  }

  @ParameterizedTest
  @EnumSource
  void aFollowerIsAMixtureUntilItHasSynced(Left left) throws IOException {
    use(left);
    Path last = segments.getLast();
    int record = damageLastSegment();
    Map<String, byte[]> log = log();
    String refusal = refusal();
    assertTrue(refusal.contains("file=" + last + " offset=" + record + " sequence="), refusal);

    ManualEngine node = follow();
    DamagedLog told = told(node);
    assertEquals(refusal, told.damage());
    assertKept(log, "damaged-1-", told);
    assertTrue(shard(node).syncing() && shard(node).logDamaged());
    assertTrue(shard(node).appendedSequence() > 0, "it looks new");

    end(Death.POWER_CUT);
    assertThrows(EngineException.Mismatch.class, () -> ManualEngine.open(leads, disk));
    node = follow();
    assertTrue(shard(node).syncing());
    assertEquals(List.of(), node.engine().recovery().damagedLogs());
    fullSync(node, 50);
    assertFalse(shard(node).syncing() || shard(node).logDamaged());
    end(Death.POWER_CUT);
    node = follow();
    assertFalse(shard(node).syncing());
    assertEquals(50, shard(node).committedSequence());
    assertArrayEquals(
        log.get(last.getFileName().toString()),
        disk.read(last.resolveSibling("damaged-1-" + last.getFileName())));
  }

  @Test
  void whatWasKeptOnceIsNotReplacedByWhatIsKeptLater() throws IOException {
    damageLastSegment();
    Map<String, byte[]> first = log();
    ManualEngine node = follow();
    DamagedLog told = told(node);
    fullSync(node, 50);
    end(Death.KILL);
    Path segment = segments.getFirst().resolveSibling("redo-%016x.log".formatted(51));
    flip(segment, 9, 1);
    Map<String, byte[]> second = log();
    node = follow();
    assertKept(second, "damaged-2-", told(node));
    assertKept(first, "damaged-1-", told);
  }

  @Test
  void theNextSyncIsNeededForAnotherReasonOnceOneHasBegun() throws IOException {
    damageLastSegment();
    ManualEngine node = follow();
    assertTrue(shard(node).logDamaged());
    shard(node).beginFullSync(LEADERS, 50, (aside, failure) -> {});
    node.checkpoint();
    assertTrue(shard(node).syncing());
    assertFalse(shard(node).logDamaged());
  }

  /** A bit of each byte of the header that says something. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aHeaderIsDamagedLikeARecord(boolean ofLast) throws IOException {
    Path segment = ofLast ? segments.getLast() : segments.getFirst();
    byte[] whole = disk.read(segment);
    for (int at = 0; at < 36; at++) {
      use(Left.KILLED);
      disk.place(segment, whole);
      flip(segment, at, at % 8);
      String refusal = refusal();
      assertTrue(refusal.startsWith("segment header is damaged, file=" + segment), refusal);
      ManualEngine node = follow();
      assertEquals(refusal, told(node).damage());
      assertTrue(shard(node).syncing());
    }
  }

  @Test
  void soAreRecordsThatAreMissing() throws IOException {
    disk.remove(segments.getLast());
    String refusal = refusal();
    ManualEngine node = follow();
    assertEquals(refusal, told(node).damage());
    assertTrue(shard(node).syncing());

    use(Left.KILLED);
    for (Path path : disk.list(segments.getFirst().getParent())) {
      if (path.getFileName().toString().startsWith("redo-")) {
        disk.remove(path);
      }
    }
    assertTrue(refusal().startsWith("log is missing and the store was not closed"));
    node = follow();
    assertEquals(List.of(), told(node).files());
    assertTrue(shard(node).syncing());
  }

  @Test
  void anotherStoresLogStopsAFollowerToo() throws IOException {
    disk.place(segments.getLast(), new byte[4096]);
    assertThrows(LogException.class, this::follow);
    assertEquals(
        List.of(),
        disk.list(segments.getLast().getParent()).stream()
            .filter(path -> path.getFileName().toString().startsWith("damaged-"))
            .toList());
  }

  /** Whenever the process or the power ends, the next opening is a mixture or finds the damage. */
  @ParameterizedTest
  @EnumSource
  void neverTakesAPartOfTheLogForTheWhole(Left left) throws IOException {
    for (Death death : Death.values()) {
      boolean ended = true;
      int operation = 1;
      for (; ended; operation++) {
        use(left);
        Path last = segments.getLast();
        damageLastSegment();
        byte[] damaged = disk.read(last);
        disk.dieAt(operation, death);
        try {
          follow();
        } catch (IOException e) {
          assertTrue(disk.dead(), e.toString());
        }
        ended = disk.dead();
        end(death);
        ManualEngine node = follow();
        assertTrue(shard(node).syncing(), "operation=" + operation);
        assertTrue(isKept(damaged), "operation=" + operation);
      }
      assertTrue(operation > 8, "operation=" + operation);
    }
  }

  private boolean isKept(byte[] segment) throws IOException {
    for (Path path : disk.list(segments.getFirst().getParent())) {
      if (path.getFileName().toString().startsWith("damaged-")
          && Arrays.equals(segment, disk.read(path))) {
        return true;
      }
    }
    return false;
  }
}
