package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of two followers is frozen by SIGSTOP while its leader is written to: the leader notices soon
 * that it is silent and is none the worse for it, and afterwards the follower goes on where it was.
 */
class FrozenFollowerSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final Duration WARM = Duration.ofSeconds(FULL ? 15 : 1);
  private static final Duration WITHOUT = Duration.ofSeconds(FULL ? 45 : 1);
  private static final Duration FROZEN = Duration.ofSeconds(FULL ? 45 : 7);
  private static final int KEYS = 32_000;
  private static final int SHARDS = 2;

  /** Three heartbeats. */
  private static final double NOTICED_SECONDS = 3;

  @TempDir Path temp;

  @Test
  void aFrozenFollowerCostsItsLeaderNothingAndGoesOnWhereItWas() throws Exception {
    try (Cluster cluster = new Cluster(temp, SHARDS)) {
      NodeProcess leader = cluster.leader;
      NodeProcess frozen = cluster.follower("frozen");
      cluster.follower("healthy");
      GcLog heap = GcLog.of(leader);
      cluster.start();
      HttpLoad load = new HttpLoad(leader, KEYS);
      load.run(WARM);
      HttpLoad.Result without = load.run(WITHOUT);
      final int collections = heap.collections().size();
      final int scans = cluster.scans();

      frozen.signal("STOP");
      HttpLoad.Running running = load.begin(FROZEN, 0);
      double noticed = leader.secondsUntil(() -> leader.connected("frozen", SHARDS, false));
      HttpLoad.Result with = running.await();
      assertTrue(leader.connected("healthy", SHARDS, true), leader::name);
      frozen.signal("CONT");

      double back = leader.secondsUntil(() -> leader.connected("frozen", SHARDS, true));
      cluster.awaitCaughtUp();
      System.out.printf(
          "without a frozen follower: %s%nwith one: %s%nnoticed after %.2f s, back after %.2f s%n",
          without, with, noticed, back);
      frozen.await("ready again", () -> frozen.get("/q/health/ready").contains("\"UP\""));
      assertEquals(0, without.failed() + with.failed());
      assertTrue(noticed <= NOTICED_SECONDS, "noticed only after seconds=" + noticed);
      assertTrue(leader.log().contains("reason=silent"), "the frozen session was not ended");
      assertEquals(scans, cluster.scans(), "it was scanned");
      assertEquals(SHARDS, frozen.sumOfLinks("fullSyncs"), "only the first");
      assertTrue(frozen.sumOfLinks("resumes") >= SHARDS, "it was not resumed");
      assertNull(load.firstDifference(frozen));
      if (FULL) {
        assertNoWorse(without, with);
        assertNoMoreHeap(heap.collections(), collections);
      }
      cluster.assertAllEqual();
    }
  }

  private static void assertNoWorse(HttpLoad.Result without, HttpLoad.Result with) {
    assertTrue(with.p99Millis() <= 2 * without.p99Millis(), "p99: %s, %s".formatted(without, with));
  }

  private static void assertNoMoreHeap(List<GcLog.Collection> all, int before) {
    int without = GcLog.liveMiB(all.subList(0, before));
    int with = GcLog.liveMiB(all.subList(before, all.size()));
    System.out.printf("heap after collections: %d MiB, then %d MiB%n", without, with);
    assertTrue(with <= without + 16, "heap grew, MiB: %d, %d".formatted(without, with));
  }
}
