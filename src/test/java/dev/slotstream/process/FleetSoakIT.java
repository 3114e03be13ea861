package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.StoreDigest;
import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many followers of one leader that is written to at a steady rate: all get everything, and its
 * writers hardly notice. Then all are away for a while, and come back.
 */
class FleetSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final int FOLLOWERS = FULL ? 50 : 8;
  private static final int SHARDS = 4;
  private static final int SESSIONS = FOLLOWERS * SHARDS;
  private static final int WRITES_PER_SECOND = FULL ? 5_000 : 1_000;
  private static final Duration WARM = Duration.ofSeconds(FULL ? 30 : 1);
  private static final Duration WITHOUT = Duration.ofSeconds(FULL ? 30 : 1);
  private static final Duration SETTLING = Duration.ofSeconds(FULL ? 5 : 0);
  private static final Duration WITH = Duration.ofSeconds(FULL ? 60 : 4);
  private static final int KEYS = 6_400;

  @TempDir Path temp;
  private Cluster cluster;
  private Path room;

  @BeforeEach
  void makeRoom() throws IOException {
    room = FollowerFleet.roomFor(temp);
  }

  @AfterEach
  void clear() {
    TestFiles.deleteTree(room);
  }

  @Test
  void aFleetOfFollowersCostsItsLeaderLittle() throws Exception {
    try (Cluster opened = new Cluster(temp, SHARDS)) {
      cluster = opened;
      NodeProcess leader = cluster.leader.jvm("-Xmx256m");
      GcLog heap = GcLog.of(leader);
      cluster.start();
      HttpLoad load = new HttpLoad(leader, KEYS);
      load.run(WARM, WRITES_PER_SECOND);
      final HttpLoad.Result before = load.run(WITHOUT, WRITES_PER_SECOND);
      final HttpLoad.Result with;
      final List<GcLog.Collection> collections;
      try (FollowerFleet fleet = startFleet()) {
        load.run(SETTLING, WRITES_PER_SECOND);
        int first = heap.collections().size();
        with = load.run(WITH, WRITES_PER_SECOND);
        collections = heap.collections().subList(first, heap.collections().size());
        awaitCaughtUp("those that followed");
        fleet.stop();
      }
      final int scans = cluster.scans();
      HttpLoad.Result after = load.run(WITHOUT, WRITES_PER_SECOND);
      System.out.printf(
          "without followers: %s%nwith %d: %s%nwithout again: %s%n",
          before, FOLLOWERS, with, after);
      try (FollowerFleet fleet = startFleet()) {
        fleet.stop();
      }
      assertEquals(scans, cluster.scans(), "who comes back is not scanned");
      for (HttpLoad.Result result : List.of(before, with, after)) {
        assertEquals(0, result.failed() + result.refused());
      }
      assertAllEqual();
      if (FULL) {
        assertHeapIsFlat(collections);
        double p99 = (before.p99Millis() + after.p99Millis()) / 2;
        assertTrue(with.p99Millis() <= 2 * p99, "p99 is greater than twice that without followers");
      }
    }
  }

  private FollowerFleet startFleet() throws IOException, InterruptedException {
    FollowerFleet fleet = FollowerFleet.start(room, FOLLOWERS, SHARDS, cluster.replicationPort);
    awaitCaughtUp("those that came");
    return fleet;
  }

  private void awaitCaughtUp(String who) throws IOException, InterruptedException {
    double seconds = cluster.leader.secondsUntil(() -> cluster.leader.followersCaughtUp(SESSIONS));
    System.out.printf("%s had caught up after %.2f s%n", who, seconds);
  }

  private void assertAllEqual() throws InterruptedException {
    cluster.leader.kill();
    List<String> expected = StoreDigest.of(Cluster.options(cluster.leader.data(), SHARDS));
    for (int f = 0; f < FOLLOWERS; f++) {
      Path data = FollowerFleet.data(room, f);
      assertEquals(expected, StoreDigest.of(Cluster.options(data, SHARDS)), data::toString);
    }
  }

  private static void assertHeapIsFlat(List<GcLog.Collection> during) {
    int third = during.size() / 3;
    int first = GcLog.liveMiB(during.subList(0, third));
    int second = GcLog.liveMiB(during.subList(third, 2 * third));
    int last = GcLog.liveMiB(during.subList(2 * third, during.size()));
    System.out.printf(
        "leader's heap after %d collections, by thirds: %d, %d, %d MiB%n",
        during.size(), first, second, last);
    assertTrue(third > 0 && last <= first + first / 4, "heap grew");
  }
}
