package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A leader and a follower in {@code fsync} on disks that take long to bring anything down: writes
 * that wait share one force, nobody waits for more than two of them, and the nodes hear from each
 * other all the time, since no event loop waits for a disk.
 *
 * <p>{@code -Dslotstream.campaign=full} has two such disks, and writes for longer.
 */
class SlowDiskSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final List<Integer> DELAYS_MILLIS = FULL ? List.of(50, 200) : List.of(50);
  private static final Duration WARM = Duration.ofSeconds(FULL ? 10 : 2);
  private static final Duration LENGTH = Duration.ofSeconds(FULL ? 60 : 6);
  private static final int WRITERS = 64;
  private static final int KEYS = 6_400;

  /** All writers meet at the log of one shard. */
  private static final int SHARDS = 1;

  private static final double LEAST_WRITES_A_FORCE = 16;
  private static final double MOST_FORCES_A_WRITE = 2.5;

  /** Two heartbeats: one of them came a whole interval late. */
  private static final double SILENCE_SECONDS = 2;

  @TempDir Path temp;

  @Test
  void writersShareForcesAndTheNodesHearFromEachOther() throws Exception {
    SyncFaults faults = SyncFaults.build(temp);
    for (int delay : DELAYS_MILLIS) {
      writeWith(faults, delay);
    }
  }

  private void writeWith(SyncFaults faults, int delayMillis) throws Exception {
    Path directory = temp.resolve("delay-" + delayMillis);
    assertTrue(directory.toFile().mkdir());
    try (Cluster cluster = new Cluster(directory, SHARDS)) {
      NodeProcess follower = cluster.follower("follower");
      for (NodeProcess node : List.of(cluster.leader, follower)) {
        faults.slow(node.set("SLOTSTREAM_DURABILITY", "fsync"), delayMillis);
      }
      cluster.start();
      HttpLoad load = new HttpLoad(cluster.leader, KEYS, WRITERS);
      load.run(WARM);
      Forces before = Forces.of(cluster.leader);
      HttpLoad.Running running = load.begin(LENGTH, 0);
      Silence silence = new Silence(cluster.leader, follower);
      while (running.goesOn()) {
        silence.sample();
        Thread.sleep(20);
      }
      HttpLoad.Result written = running.await();
      Forces forces = Forces.of(cluster.leader).since(before);
      System.out.printf(
          "%d ms more for a force: %s%n%s, %s%n", delayMillis, written, forces, silence);
      assertEquals(0, written.failed() + written.refused());
      assertTrue(forces.millis() >= delayMillis, "disks are not slow: " + forces);
      assertTrue(written.writes() / forces.count() >= LEAST_WRITES_A_FORCE, forces.toString());
      if (FULL) { // a short run has too few forces for a percentile
        assertTrue(
            written.p99Millis() <= MOST_FORCES_A_WRITE * forces.millis(), written + ", " + forces);
      }
      silence.assertShort();
      cluster.awaitCaughtUp();
      assertNull(load.firstDifference(follower));
      cluster.assertAllEqual();
    }
  }

  /** Forces of a node's log. */
  private record Forces(double count, double seconds, double records) {
    static Forces of(NodeProcess node) throws IOException, InterruptedException {
      return new Forces(
          node.metric("slotstream_log_syncs_total"),
          node.metric("slotstream_log_sync_seconds_total"),
          node.metric("slotstream_log_sync_records_total"));
    }

    Forces since(Forces before) {
      return new Forces(count - before.count, seconds - before.seconds, records - before.records);
    }

    /** How long one takes. */
    double millis() {
      return seconds / count * 1e3;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%.0f forces of %.1f ms, %.1f records each",
          count,
          millis(),
          records / count);
    }
  }

  /** How long the nodes have not heard from each other, at most. */
  private static final class Silence {
    private final NodeProcess leader;
    private final NodeProcess follower;
    private final List<Double> ofLeader = new ArrayList<>();
    private final List<Double> ofFollower = new ArrayList<>();

    Silence(NodeProcess leader, NodeProcess follower) {
      this.leader = leader;
      this.follower = follower;
    }

    void sample() throws IOException, InterruptedException {
      for (JsonObject link : follower.links()) {
        assertEquals("LIVE", link.getString("state"));
        ofLeader.add(link.getDouble("lastFrameAgeSeconds"));
      }
      for (JsonObject session : leader.sessionsOf(follower.name())) {
        assertTrue(session.getBoolean("connected"), session.encode());
        ofFollower.add(session.getDouble("lastAckAgeSeconds"));
      }
    }

    private static double most(List<Double> ages) {
      return ages.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    void assertShort() {
      assertTrue(most(ofLeader) <= SILENCE_SECONDS, toString());
      assertTrue(most(ofFollower) <= SILENCE_SECONDS, toString());
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "leader silent for %.2f s, follower for %.2f s at most (%d samples)",
          most(ofLeader),
          most(ofFollower),
          ofLeader.size());
    }
  }
}
