package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.crash.CrashPlan;
import dev.slotstream.crash.CrashPoint;
import dev.slotstream.crash.LinearizabilityChecker;
import dev.slotstream.crash.LinearizabilityChecker.Verdict;
import dev.slotstream.crash.Operation;
import dev.slotstream.crash.PlantedFault;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged node under GET, PUT, DELETE and compare-and-set of eight clients on five keys, while
 * it is killed, halted at a point of the write path and stopped for a while. Everything that the
 * clients were told must be linearizable; a follower must hold the same in the end.
 */
class NodeCrashTest {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final int ROUNDS = FULL ? 20 : 2;
  private static final int OPERATIONS = 5_000;
  private static final int BLOWS = 5;
  private static final long SEED = Long.getLong("slotstream.seed", 1);
  private static final List<String> DURABILITIES = List.of("fsync", "interval", "os");

  /** Points that every durability that applies later comes to again and again. */
  private static final List<CrashPoint> POINTS =
      List.of(
          CrashPoint.APPEND_TORN,
          CrashPoint.APPEND_AFTER,
          CrashPoint.FORCE_BEFORE,
          CrashPoint.FORCE_AFTER,
          CrashPoint.APPLY_BEFORE);

  @TempDir Path temp;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final SplittableRandom random = new SplittableRandom(SEED);
  private int kills;
  private int halts;
  private int pauses;

  @Test
  void whatClientsWereToldIsLinearizable() throws Exception {
    LinearizabilityChecker checker = LinearizabilityChecker.build();
    Path agent = CrashPlan.agent(temp);
    int port = NodeProcess.freePort();
    List<List<Operation>> rounds = new ArrayList<>();
    try (NodeProcess leader = small(NodeProcess.leader(temp, http, port));
        NodeProcess follower = small(NodeProcess.follower("follower", temp, http, port))) {
      leader.start();
      follower.start();
      leader.awaitReady();
      for (int r = 0; r < ROUNDS; r++) {
        leader.set("SLOTSTREAM_DURABILITY", DURABILITIES.get(r % DURABILITIES.size()));
        HttpRound round = new HttpRound(leader, r, OPERATIONS).start();
        for (int blow = 1; blow <= BLOWS; blow++) {
          await(leader, round, OPERATIONS * blow / (BLOWS + 1));
          strike(leader, round, blow, agent);
        }
        rounds.add(round.end());
        assertFollows(leader, follower, round);
      }
    }
    Verdict verdict = checker.check("node", rounds);
    assertTrue(verdict.linearizable(), () -> "seed=" + SEED + ": " + verdict.report());
    System.out.printf(
        "%d kills, %d halts, %d pauses; %s%n", kills, halts, pauses, verdict.report());
  }

  @Test
  void aCompareAndSetThatDoesNotCompareIsFound() throws Exception {
    LinearizabilityChecker checker = LinearizabilityChecker.build();
    CrashPlan broken =
        CrashPlan.none(temp.resolve("points")).with(Optional.of(PlantedFault.CONDITION_NOT_ASKED));
    int port = NodeProcess.freePort();
    try (NodeProcess leader = small(NodeProcess.leader(temp, http, port))) {
      leader.jvmOnce(broken.agentOption(CrashPlan.agent(temp))).start().awaitReady();
      HttpRound round = new HttpRound(leader, 0, OPERATIONS / 5).start();
      Verdict verdict = checker.check("node-planted", List.of(round.end()));
      assertFalse(verdict.linearizable(), verdict.report());
      assertTrue(verdict.report().contains("Illegal"), verdict.report());
    }
  }

  private static NodeProcess small(NodeProcess node) {
    return node.set("SLOTSTREAM_STORE_SHARDS", 2)
        .set("SLOTSTREAM_STORE_GROW_SLOTS", 256)
        .set("SLOTSTREAM_LOG_SEGMENT_SIZE", "1M")
        .set("SLOTSTREAM_LOG_RETENTION", "2M")
        .jvm("-Xmx192m")
        .jvm("-XX:TieredStopAtLevel=1");
  }

  /** Waits for so many operations; the leader may come to its point meanwhile. */
  private static void await(NodeProcess leader, HttpRound round, int operations)
      throws InterruptedException {
    while (leader.isAlive() && !round.hasBegun(operations)) {
      Thread.sleep(1);
    }
  }

  /** Kill, stop, halt, stop, kill. */
  private void strike(NodeProcess leader, HttpRound round, int blow, Path agent)
      throws IOException, InterruptedException {
    if (blow % 2 == 0 && leader.isAlive()) {
      leader.signal("STOP");
      Thread.sleep(random.nextInt(100, 700));
      leader.signal("CONT");
      pauses++;
      return;
    }
    if (leader.isAlive()) {
      kills++;
    } else {
      halts++;
    }
    leader.kill();
    round.nodeIsGone();
    if (blow < BLOWS) {
      CrashPoint point = POINTS.get(random.nextInt(POINTS.size()));
      CrashPlan plan = CrashPlan.at(point, random.nextInt(100, 300), temp.resolve("points"));
      leader.jvmOnce(plan.agentOption(agent));
    }
    leader.start().awaitReady();
  }

  private static void assertFollows(NodeProcess leader, NodeProcess follower, HttpRound round)
      throws IOException, InterruptedException {
    follower.awaitReady();
    leader.await("follower caught up", () -> leader.followersCaughtUp(2));
    for (String key : round.keys()) {
      assertEquals(leader.value(key), follower.value(key), key);
    }
  }
}
