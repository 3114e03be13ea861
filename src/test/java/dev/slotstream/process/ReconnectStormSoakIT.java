package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.FaultyLink;
import dev.slotstream.kit.FaultyProxy;
import dev.slotstream.kit.LinkFaults;
import dev.slotstream.kit.Seeded;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many who call themselves followers connect and are gone, again and again, while the links of the
 * real ones are clogged and unclogged in any order, and the leader is written to: nothing piles up,
 * and in the end the real followers have everything.
 */
class ReconnectStormSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final Duration STORM = Duration.ofSeconds(FULL ? 60 : 5);
  private static final int STORMING = 32;
  private static final int SHARDS = 2;
  private static final int FOLLOWERS = 2;
  private static final int KEYS = 6_400;
  private static final int WRITES_PER_SECOND = 1_000;
  private static final int MAX_FULL_SYNCS = 2;
  private static final int CALM_SECONDS = 10;
  private static final int SPARE = 2;
  private static final int SPARE_MIB = 8;

  @TempDir Path temp;
  private NodeProcess leader;

  @Test
  void nothingPilesUpInAStorm() {
    Seeded.run(
        4_015,
        random -> {
          try (Cluster cluster = new Cluster(temp, SHARDS);
              FaultyProxy proxy = FaultyProxy.before(cluster.replicationPort)) {
            leader = cluster.leader;
            leader.set("SLOTSTREAM_REPLICATION_MAX_FULL_SYNCS", MAX_FULL_SYNCS);
            NodeProcess follower = cluster.follower("first", proxy.port());
            cluster.follower("second", proxy.port());
            cluster.start();
            HttpLoad load = new HttpLoad(leader, KEYS);
            load.run(Duration.ofSeconds(2), WRITES_PER_SECOND);
            cluster.awaitCaughtUp();
            final ProcessFigures before = ProcessFigures.of(leader);
            final HttpLoad.Result result = storm(cluster, proxy, load, random);
            proxy.both(LinkFaults::heal);
            double calm = leader.secondsUntil(() -> isCalm(before));
            System.out.printf(
                "%s%nleader before: %s%nleader afterwards: %s, after %.2f s%n",
                result, before, ProcessFigures.of(leader), calm);
            assertTrue(calm <= CALM_SECONDS, "calm only after seconds=" + calm);
            assertEquals(0, result.failed() + result.refused());
            follower.awaitReady();
            leader.await("caught up", () -> caughtUp("first") && caughtUp("second"));
            assertNull(load.firstDifference(follower));
            cluster.assertAllEqual();
          }
        });
  }

  private HttpLoad.Result storm(
      Cluster cluster, FaultyProxy proxy, HttpLoad load, SplittableRandom random)
      throws IOException, InterruptedException {
    HttpLoad.Running running = load.begin(STORM, WRITES_PER_SECOND);
    try (ReconnectStorm storm =
        new ReconnectStorm(cluster.replicationPort, SHARDS, STORMING, random.split())) {
      int most = 0;
      while (running.goesOn()) {
        swizzle(proxy.links(), random);
        int scanning = scanning();
        most = Math.max(most, scanning);
        Thread.sleep(random.nextInt(100));
      }
      System.out.printf("%s; most scans at once: %d%n", storm, most);
      assertTrue(most <= MAX_FULL_SYNCS, "scans at once: " + most);
    }
    return running.await();
  }

  /** Some link is clogged, another one is not any more; now and then one is cut. */
  private static void swizzle(List<FaultyLink> links, SplittableRandom random) {
    if (!links.isEmpty()) {
      FaultyLink link = links.get(random.nextInt(links.size()));
      switch (random.nextInt(10)) {
        case 0 -> link.reset();
        case 1, 2, 3, 4 -> link.blackhole();
        default -> link.heal();
      }
    }
  }

  private int scanning() throws IOException, InterruptedException {
    return (int) leader.metric("slotstream_replication_followers", "state=\"scanning\"");
  }

  private boolean isCalm(ProcessFigures before) throws IOException, InterruptedException {
    ProcessFigures now = ProcessFigures.of(leader);
    int sessions = (int) leader.metric("slotstream_replication_followers");
    return sessions == FOLLOWERS * SHARDS
        && leader.metric("slotstream_replication_streams") == FOLLOWERS * SHARDS
        && now.descriptors() <= before.descriptors() + SPARE
        && now.directMiB() <= before.directMiB() + SPARE_MIB;
  }

  private boolean caughtUp(String follower) throws IOException, InterruptedException {
    return leader.connected(follower, SHARDS, true)
        && leader.sessionsOf(follower).stream().allMatch(s -> s.getLong("lagRecords") == 0);
  }
}
