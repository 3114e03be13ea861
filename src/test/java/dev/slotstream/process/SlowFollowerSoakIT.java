package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.FaultyProxy;
import dev.slotstream.kit.LinkFaults;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of three followers has a link of 20 KB/s while their leader is written to as fast as it goes:
 * nobody else notices, and when the link is good again the follower has soon caught up.
 */
class SlowFollowerSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final Duration WARM = Duration.ofSeconds(FULL ? 15 : 1);
  private static final Duration WITHOUT = Duration.ofSeconds(FULL ? 60 : 1);
  private static final Duration WITH = Duration.ofSeconds(FULL ? 60 : 8);
  private static final int BYTES_PER_SECOND = 20_000;
  private static final int SHARDS = 2;
  private static final int KEYS = 32_000;
  private static final int WINDOW = 32;
  private static final int MIB_OF_WINDOWS = 16;

  /** A session's socket queue, and what may be written just before it counts as full. */
  private static final long QUEUE_BYTES = 256 * 1024 + 2 * 64 * 1024;

  @TempDir Path temp;
  private NodeProcess leader;

  /** What a run showed. */
  private record Run(
      HttpLoad.Result load, double othersLagMillis, Held slow, ProcessFigures figures) {
    @Override
    public String toString() {
      return "%s; others' lag p99 %.2f ms; held for a session of the slow one: %s; %s"
          .formatted(load, othersLagMillis, slow, figures);
    }
  }

  /** The most that the leader held for one session. */
  private record Held(long queuedBytes, long batchesInFlight) {
    Held or(JsonObject session) {
      return new Held(
          Math.max(queuedBytes, session.getLong("queuedBytes")),
          Math.max(batchesInFlight, session.getLong("unackedBatches")));
    }
  }

  @Test
  void aSlowFollowerCostsNobodyElseAnything() throws Exception {
    try (Cluster cluster = new Cluster(temp, SHARDS);
        FaultyProxy proxy = FaultyProxy.before(cluster.replicationPort)) {
      leader = cluster.leader.jvm("-Xms192m").jvm("-XX:+AlwaysPreTouch");
      cluster.follower("other-1");
      cluster.follower("other-2");
      NodeProcess slow = cluster.follower("slow", proxy.port());
      cluster.start();
      HttpLoad load = new HttpLoad(leader, KEYS);
      load.run(WARM);
      final Run without = run(load, WITHOUT);
      cluster.awaitCaughtUp();
      final int scans = cluster.scans();

      proxy.toClient(faults -> faults.limit(BYTES_PER_SECOND / SHARDS));
      final long before = slow.sumOfLinks("appliedSequence");
      final Run with = run(load, WITH);
      final long after = slow.sumOfLinks("appliedSequence");
      proxy.both(LinkFaults::heal);

      cluster.awaitCaughtUp();
      final Run again = run(load, WITHOUT);
      cluster.awaitCaughtUp();
      System.out.printf(
          "without a slow follower: %s%nwith one: %s%nwithout one again: %s%n"
              + "it applied %,d records meanwhile%n",
          without, with, again, after - before);
      assertEquals(0, without.load.failed() + with.load.failed() + again.load.failed());
      assertTrue(with.slow.queuedBytes <= QUEUE_BYTES, with::toString);
      assertEquals(WINDOW, with.slow.batchesInFlight, "it was waited for, and for no more");
      assertEquals(scans, cluster.scans(), "the log has everything: nobody needs a scan");
      assertEquals(List.of(), leader.logLines("follower gone"), "it was slow, and never away");
      assertTrue(after > before, "a slow follower goes on, slowly");
      assertNull(load.firstDifference(slow));
      if (FULL) {
        assertNobodyNoticed(without, again, with);
      }
      cluster.assertAllEqual();
    }
  }

  private static void assertNobodyNoticed(Run without, Run again, Run with) {
    double perSecond = (without.load.perSecond() + again.load.perSecond()) / 2;
    double lagMillis = (without.othersLagMillis + again.othersLagMillis) / 2;
    assertTrue(with.load.perSecond() >= 0.9 * perSecond, "throughput");
    assertTrue(with.othersLagMillis <= 2 * lagMillis, "lag of the others");
    int grown = with.figures.anonymousMiB() - without.figures.anonymousMiB();
    assertTrue(grown <= MIB_OF_WINDOWS, "leader has grown, MiB=" + grown);
  }

  private Run run(HttpLoad load, Duration length) throws IOException, InterruptedException {
    Latencies lags = new Latencies();
    HttpLoad.Running running = load.begin(length, 0);
    Held held = new Held(0, 0);
    while (running.goesOn()) {
      for (JsonObject session : leader.sessionsOf("slow")) {
        held = held.or(session);
      }
      for (String other : new String[] {"other-1", "other-2"}) {
        for (JsonObject session : leader.sessionsOf(other)) {
          assertTrue(session.getBoolean("connected"), session::toString);
          lags.add((long) (session.getDouble("lagSeconds") * TimeUnit.SECONDS.toNanos(1)));
        }
      }
      Thread.sleep(100);
    }
    return new Run(running.await(), lags.millis(0.99), held, ProcessFigures.of(leader));
  }
}
