package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.FaultyProxy;
import dev.slotstream.kit.LinkFaults;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The network between a leader and all its followers swallows everything, and says nothing of it:
 * both sides notice in time, say so, let go of what they held, and lose nothing that was
 * acknowledged.
 */
class PartitionSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final int SHARDS = 2;
  private static final int KEYS = 6_400;
  private static final int WRITES_PER_SECOND = 500;
  private static final Duration PARTED = Duration.ofSeconds(FULL ? 30 : 6);
  private static final int IN_SYNC_LAG_SECONDS = FULL ? 5 : 1;

  /** Three heartbeats. */
  private static final int SILENCE_SECONDS = 3;

  private static final int TOLERANCE_SECONDS = 2;

  /** Writes may be taken for so much longer than a follower counts as in sync. */
  private static final double LATE_SECONDS = 1;

  private static final double HEALED_SECONDS = 5;

  @TempDir Path temp;
  private Cluster cluster;
  private NodeProcess leader;
  private NodeProcess follower;
  private HttpLoad load;

  /** Which direction is dead. */
  private enum Dead {
    BOTH,
    TO_LEADER,
    TO_FOLLOWERS
  }

  @Test
  void writesAreRefusedWithoutFollowersAndNothingAcknowledgedIsLost() throws Exception {
    try (Cluster opened = new Cluster(temp, SHARDS);
        FaultyProxy proxy = FaultyProxy.before(opened.replicationPort)) {
      open(opened, proxy);
      leader
          .set("SLOTSTREAM_REPLICATION_MIN_IN_SYNC", 1)
          .set("SLOTSTREAM_REPLICATION_IN_SYNC_LAG", IN_SYNC_LAG_SECONDS + "s")
          .set("SLOTSTREAM_REPLICATION_ACK_TIMEOUT", "500ms");
      cluster.start();
      for (Dead dead : Dead.values()) {
        part(proxy, dead);
      }
      cluster.awaitCaughtUp();
      assertEquals(2 * SHARDS, cluster.scans(), "only the first of each follower");
      assertNull(load.firstDifference(follower));
      cluster.assertAllEqual();
    }
  }

  private void open(Cluster opened, FaultyProxy proxy) {
    cluster = opened;
    leader = cluster.leader;
    follower = cluster.follower("first", proxy.port());
    cluster.follower("second", proxy.port());
    load = new HttpLoad(leader, KEYS);
  }

  private void part(FaultyProxy proxy, Dead dead) throws IOException, InterruptedException {
    leader.await("writes are taken", () -> put("").statusCode() <= 204);
    HttpLoad.Running running = load.begin(PARTED.plusSeconds(2), WRITES_PER_SECOND);
    Thread.sleep(500);
    switch (dead) {
      case BOTH -> proxy.both(LinkFaults::blackhole);
      case TO_LEADER -> proxy.toServer(LinkFaults::blackhole);
      case TO_FOLLOWERS -> proxy.toClient(LinkFaults::blackhole);
    }
    final long start = System.nanoTime();
    assertTimeout(put("?acks=1"));
    leader.await("writes are refused", () -> put("").statusCode() == 503);
    final double refused = (System.nanoTime() - start) / 1e9;
    String why = put("").body();
    assertTrue(why.contains("not-enough-followers"), why);
    long left = PARTED.toNanos() - (System.nanoTime() - start);
    TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
    assertEquals(503, put("").statusCode());
    proxy.both(LinkFaults::heal);
    double taken = leader.secondsUntil(() -> put("?acks=2").statusCode() <= 204);
    HttpLoad.Result result = running.await();
    System.out.printf(
        "dead: %s; refused after %.2f s, taken %.2f s after healing; %s%n",
        dead, refused, taken, result);
    assertTrue(refused <= IN_SYNC_LAG_SECONDS + LATE_SECONDS, "refused late");
    assertTrue(taken <= HEALED_SECONDS, "healing took too long");
    assertTrue(result.refused() > 0);
    assertEquals(0, result.failed());
  }

  /** The write stands on the leader: that is said. */
  private static void assertTimeout(HttpResponse<String> answer) {
    assertEquals(504, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains("replication-timeout"), answer.body());
    assertTrue(answer.headers().firstValue("Slotstream-Position").isPresent());
  }

  private HttpResponse<String> put(String query) throws IOException, InterruptedException {
    return cluster.http.send(
        leader.request("/kv/probe" + query).PUT(BodyPublishers.ofString("x")).build(),
        BodyHandlers.ofString());
  }

  @Test
  void aDeadConnectionIsNoticedByBothSidesAndLetGo() throws Exception {
    try (Cluster opened = new Cluster(temp, SHARDS);
        FaultyProxy proxy = FaultyProxy.before(opened.replicationPort)) {
      open(opened, proxy);
      follower.set("SLOTSTREAM_FOLLOWER_STALE_READ_TOLERANCE", TOLERANCE_SECONDS + "s");
      cluster.start();
      load.run(Duration.ofSeconds(1), WRITES_PER_SECOND);
      cluster.awaitCaughtUp();
      final ProcessFigures before = ProcessFigures.of(leader);

      proxy.both(LinkFaults::blackhole);
      final double byLeader = leader.secondsUntil(() -> sessions() == 0);
      final double byFollower = byLeader + follower.secondsUntil(() -> !follower.live());
      final double down =
          byFollower + follower.secondsUntil(() -> follower.readiness().contains("DOWN"));
      String body = follower.readiness();
      System.out.printf(
          "noticed by the leader after %.2f s, by the follower after %.2f s, not ready after %.2f s:"
              + " %s%nleader before: %s%nleader then: %s%n",
          byLeader, byFollower, down, body, before, ProcessFigures.of(leader));
      assertTrue(byLeader <= SILENCE_SECONDS, "leader was late");
      assertTrue(byFollower <= SILENCE_SECONDS, "follower was late");
      assertTrue(down <= SILENCE_SECONDS + TOLERANCE_SECONDS, "ready for too long");
      assertTrue(body.contains("link is lost") && body.contains("nothing heard"), body);
      assertTrue(leader.log().contains("reason=silent"));
      assertEquals(0, leader.metric("slotstream_replication_streams"), "subscriptions");
      assertTrue(leader.connected("first", SHARDS, false), "it is remembered");

      proxy.both(LinkFaults::heal);
      follower.awaitReady();
      cluster.awaitCaughtUp();
      assertEquals(2 * SHARDS, cluster.scans());
      cluster.assertAllEqual();
    }
  }

  private int sessions() throws IOException, InterruptedException {
    return (int) leader.metric("slotstream_replication_followers");
  }
}
