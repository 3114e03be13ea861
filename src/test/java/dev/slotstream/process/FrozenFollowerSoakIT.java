package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of two followers is frozen by SIGSTOP while its leader is written to: the leader must not
 * notice, and afterwards both must be equal to it.
 */
class FrozenFollowerSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final int WRITES = FULL ? 1_000_000 : 60_000;
  private static final Duration FROZEN = Duration.ofSeconds(FULL ? 60 : 12);
  private static final int KEYS = 50_000;

  @TempDir Path temp;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void aFrozenFollowerCostsItsLeaderNothing() throws Exception {
    int port = NodeProcess.freePort();
    try (NodeProcess leader =
            NodeProcess.leader(temp, http, port)
                .set("SLOTSTREAM_STORE_SHARDS", 2)
                .set("SLOTSTREAM_DURABILITY", "os")
                .jvm("-Xmx192m");
        NodeProcess healthy = follower("healthy", port);
        NodeProcess frozen = follower("frozen", port)) {
      leader.start().awaitReady();
      healthy.start().awaitReady();
      frozen.start().awaitReady();
      HttpLoad load = new HttpLoad(http, leader, KEYS);
      load.run(WRITES / 4, 1, Duration.ZERO); // warm
      HttpLoad.Result without = load.run(WRITES, 2, FROZEN);
      frozen.signal("STOP");
      HttpLoad.Result with = load.run(WRITES, 3, FROZEN);
      frozen.signal("CONT");
      System.out.printf(
          "without a frozen follower: %s%nwith one:                  %s%n", without, with);
      frozen.await("ready again", () -> frozen.get("/q/health/ready").contains("\"UP\""));
      leader.await("both caught up", () -> leader.followersCaughtUp(4));
      assertNull(load.firstDifference(leader));
      assertNull(load.firstDifference(healthy));
      assertNull(load.firstDifference(frozen));
      assertEquals(0, with.failed());
      assertTrue(leader.log().contains("reason=silent"), "the frozen session was not ended");
      if (FULL) {
        assertTrue(
            with.p99Millis() <= 2 * without.p99Millis() + 5, "p99 with a frozen follower: " + with);
        assertTrue(
            with.heapMiB() <= 1.25 * without.heapMiB() + 16,
            "heap with a frozen follower: " + with);
      }
    }
  }

  private NodeProcess follower(String name, int port) {
    return NodeProcess.follower(name, temp, http, port)
        .set("SLOTSTREAM_STORE_SHARDS", 2)
        .set("SLOTSTREAM_DURABILITY", "os")
        .jvm("-Xmx192m");
  }
}
