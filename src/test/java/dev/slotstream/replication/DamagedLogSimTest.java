package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.DamagedLog;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.LogRecords;
import dev.slotstream.engine.Shard;
import dev.slotstream.file.MemoryDisk.Death;
import dev.slotstream.kit.Seeded;
import dev.slotstream.log.LogRetention;
import dev.slotstream.log.SegmentNames;
import dev.slotstream.replication.LinkStatus.State;
import dev.slotstream.replication.SimPlan.Sending;
import dev.slotstream.replication.SimPlan.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A follower of which one bit in one record of its log went bad, that record being neither in a
 * checkpoint nor the last one. It is told, nothing is deleted, and it becomes what its leader is;
 * {@link SimHeld} looks at it after everything that it does.
 */
class DamagedLogSimTest {
  private static final Logger LOGGER = Logger.getLogger("dev.slotstream");
  private static final int FLIPS = 500;
  private static final int MOST_ROUNDS = 200;

  private Level usual;
  private SimPlan plan;
  private SimCluster cluster;
  private SimClient client;
  private SimNode follower;

  /** Where a record is. */
  private record Place(Path file, int offset, int length, long sequence, long durable) {}

  /** Of which record a bit was flipped, and what the file was like then. */
  private record Flip(Place place, byte[] bytes) {}

  @BeforeEach
  void beQuiet() {
    usual = LOGGER.getLevel();
    LOGGER.setLevel(Level.OFF); // connections are lost all the time
  }

  @AfterEach
  void beAsBefore() {
    LOGGER.setLevel(usual);
  }

  /** A leader and a follower of the same content; behind the follower's checkpoint are records. */
  private void follow(SplittableRandom random) {
    List<Durability> modes = List.of(Durability.values());
    Durability leads = modes.get(random.nextInt(modes.size()));
    plan =
        new SimPlan(
            random.nextLong(),
            1,
            24,
            List.of(leads, Durability.FSYNC),
            false,
            new Stores(8, 2048, new LogRetention(random.nextInt(20_000), 40_000)),
            new Sending(4, 2, 8_000),
            0);
    cluster =
        new SimCluster(plan, SimTamper.NONE, random.split(), new SimTrace(), new SimStatistics());
    client = new SimClient(plan, random.split());
    follower = cluster.nodes().getLast();
    write(random.nextInt(10, 60));
    comeToRest();
    follower.manual().checkpointAll();
    do {
      write(random.nextInt(5, 30));
      comeToRest();
    } while (unsaved().isEmpty());
  }

  private void write(int writes) {
    for (int w = 0; w < writes; w++) {
      client.write(cluster.leader());
      cluster.work(cluster.leader());
    }
  }

  private void pump() {
    for (SimNode node : cluster.nodes()) {
      if (!node.isUp()) {
        cluster.start(node);
      }
      cluster.connect(node, 0);
    }
    cluster.pump();
    cluster.pump();
  }

  private void comeToRest() {
    for (int round = 0; round < MOST_ROUNDS; round++) {
      pump();
      if (cluster.isQuiet()) {
        return;
      }
      cluster.tick(1);
    }
    throw new AssertionError("does not come to rest:" + cluster.positions());
  }

  private Shard shard() {
    return follower.shard(0);
  }

  private Path directory() {
    return follower.options().directory().resolve("shard_000");
  }

  /**
   * The records above the checkpoint of which a later one says that they were on the disk: what
   * comes behind them could be a torn tail after a power cut.
   */
  private List<Place> unsaved() {
    List<Place> unsaved = new ArrayList<>();
    long checkpoint = shard().status().checkpointSequence();
    try {
      for (Path path : follower.disk().list(directory())) {
        if (SegmentNames.isSegment(path)) {
          LogRecords records = LogRecords.of(follower.disk().read(path));
          for (int r = 0; r < records.count(); r++) {
            if (records.sequence(r) > checkpoint) {
              unsaved.add(
                  new Place(
                      path,
                      records.start(r),
                      records.length(r),
                      records.sequence(r),
                      records.durable(r)));
            }
          }
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    long forced = unsaved.stream().mapToLong(Place::durable).max().orElse(0);
    return unsaved.stream().filter(record -> record.sequence() <= forced).toList();
  }

  /** Ends the follower, and flips a bit of such a record. */
  private Flip damage(SplittableRandom random) throws IOException {
    List<Place> records = unsaved();
    Place at = records.get(random.nextInt(records.size()));
    cluster.crash(follower, random.nextBoolean() ? Death.KILL : Death.POWER_CUT);
    byte[] file = follower.disk().read(at.file());
    file[at.offset() + random.nextInt(at.length())] ^= (byte) (1 << random.nextInt(8));
    follower.damageLog(at.file(), file);
    return new Flip(at, file);
  }

  private void assertTold(Flip flip) throws IOException {
    List<DamagedLog> told = follower.engine().recovery().damagedLogs();
    assertEquals(1, told.size());
    DamagedLog log = told.getFirst();
    String expected =
        "log is damaged, file=%s offset=%d sequence=%d "
            .formatted(flip.place().file(), flip.place().offset(), flip.place().sequence());
    assertTrue(log.damage().startsWith(expected), log.damage() + " expected=" + expected);
    assertEquals(0, log.shard());
    Path kept =
        log.files().stream()
            .filter(file -> file.toString().endsWith("-" + flip.place().file().getFileName()))
            .findAny()
            .orElseThrow();
    assertArrayEquals(flip.bytes(), follower.disk().read(kept));
    for (Path file : log.files()) {
      assertTrue(file.getFileName().toString().startsWith("damaged-"), file.toString());
    }
  }

  private void assertMixture() {
    assertTrue(shard().syncing(), "readers are let in");
    assertNotEquals(State.LIVE, follower.progress(0).state());
    assertFalse(follower.progress(0).caughtUpOnce());
  }

  @Test
  void oneBitCostsAFollowerAFullSyncAndNothingElse() {
    Seeded.run(
        51,
        random -> {
          for (int flip = 0; flip < FLIPS; flip++) {
            follow(random);
            Flip damage = damage(random);
            cluster.start(follower);
            assertTold(damage);
            assertMixture();
            comeToRest();
            cluster.nodes().forEach(node -> node.audit().checkSame());
            assertFalse(shard().syncing());
            assertEquals(List.of("new", "damaged-log"), cluster.leader().meter().scans);
            assertEquals(
                "follower's log was damaged",
                follower.progress(0).status().fullSyncReason().orElseThrow());
            write(10);
            comeToRest();
            cluster.nodes().forEach(node -> node.audit().checkSame());
          }
        });
  }

  /** Its process ends, or its power is cut, at the n-th operation of its disk, for every n. */
  @Test
  void startsOverWheneverItEndsOnTheWay() {
    Seeded.run(
        52,
        random -> {
          int ended = 0;
          boolean ends = true;
          for (int n = 1; ends; n++) {
            ends = false;
            for (Death death : Death.values()) {
              if (endsAtOperation(n, death, random)) {
                ends = true;
                ended++;
              }
            }
          }
          assertTrue(ended > 40, "ended=" + ended);
        });
  }

  /** False when its process outlived the start and the sync. */
  private boolean endsAtOperation(int n, Death death, SplittableRandom random) throws IOException {
    follow(random);
    Flip damage = damage(random);
    follower.disk().dieAt(n, death);
    cluster.start(follower);
    boolean ended = !follower.isUp();
    for (int round = 0; round < 30 && !ended && !cluster.isQuiet(); round++) {
      cluster.connect(follower, 0);
      cluster.pump();
      cluster.tick(1);
      ended = !follower.isUp();
      if (!ended && shard().syncing()) {
        assertMixture();
      }
    }
    if (ended) {
      cluster.start(follower);
      assertMixtureUnlessSynced();
    }
    comeToRest();
    cluster.nodes().forEach(node -> node.audit().checkSame());
    assertKept(damage);
    return ended;
  }

  /** Not a moment at which a shorter log is taken for all there was. */
  private void assertMixtureUnlessSynced() {
    if (!shard().syncing()) {
      assertEquals(
          cluster.leader().shard(0).committedSequence(), shard().appendedSequence(), "truncated");
      assertEquals(List.of(), follower.engine().recovery().damagedLogs());
    }
  }

  /** The damaged file is still there, under another name. */
  private void assertKept(Flip flip) throws IOException {
    for (Path path : follower.disk().list(directory())) {
      String name = path.getFileName().toString();
      if (name.startsWith("damaged-") && name.endsWith("-" + flip.place().file().getFileName())) {
        assertArrayEquals(flip.bytes(), follower.disk().read(path));
        return;
      }
    }
    throw new AssertionError("damaged log is gone: " + flip.place().file());
  }

  @Test
  void waitsForALeaderThatIsAway() {
    Seeded.run(
        53,
        random -> {
          follow(random);
          damage(random);
          cluster.crash(cluster.leader(), Death.KILL);
          for (int start = 0; start < 3; start++) {
            cluster.start(follower);
            for (int round = 0; round < 10; round++) {
              cluster.connect(follower, 0);
              cluster.pump();
              cluster.tick(4);
              assertMixture();
            }
            if (start == 1) {
              cluster.stop(follower);
            } else {
              cluster.crash(follower, Death.POWER_CUT);
            }
          }
          comeToRest();
          cluster.nodes().forEach(node -> node.audit().checkSame());
        });
  }
}
