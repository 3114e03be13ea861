package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whether a follower that was away is scanned or goes on, and why, is told by its leader's metrics
 * and log and by its own.
 */
class ResumeReasonsIT {
  private static final int KEYS = 3_200;
  private static final int SEGMENT_MIB = 1;
  private static final Duration AWAY = Duration.ofMillis(500);

  @TempDir Path temp;
  private Cluster cluster;
  private NodeProcess follower;
  private HttpLoad load;

  @Test
  void theReasonOfEveryScanIsTold() throws Exception {
    try (Cluster opened = new Cluster(temp, 1)) {
      cluster = opened;
      cluster
          .leader
          .set("SLOTSTREAM_LOG_SEGMENT_SIZE", SEGMENT_MIB + "M")
          .set("SLOTSTREAM_LOG_RETENTION", 0);
      follower = cluster.follower("follower");
      load = new HttpLoad(cluster.leader, KEYS);
      cluster.start();
      load.run(AWAY);
      cluster.awaitCaughtUp();
      assertScans("new", 1);
      assertLog(follower, "full sync begins", "reason=follower is new");

      follower.terminate();
      load.run(AWAY);
      comeBack();
      assertEquals(1, cluster.scans(), "the log had what it missed");
      assertEquals(1, follower.sumOfLinks("resumes"));
      assertLog(follower, "resuming, leader=");

      follower.kill();
      writeUntilLogIsPurged();
      comeBack();
      assertScans("too-old", 1);
      assertLog(cluster.leader, "scan begins", "reason=too-old");
      assertLog(follower, "full sync begins", "reason=log does not reach back far enough");
      assertEquals(1, follower.sumOfLinks("fullSyncs"));

      follower.terminate();
      cluster.leader.kill();
      cluster.leader.start().awaitReady();
      load.run(AWAY);
      comeBack();
      assertEquals(0, cluster.scans(), "another leadership, and the same history");
      assertEquals(2, follower.replication().getInteger("epoch"));
      cluster.assertAllEqual();
    }
  }

  private void comeBack() throws IOException, InterruptedException {
    follower.start().awaitReady();
    cluster.awaitCaughtUp();
  }

  /** The follower needs the record behind its last: it is gone when the oldest is a later one. */
  private void writeUntilLogIsPurged() throws IOException, InterruptedException {
    double last = cluster.leader.metric("slotstream_log_sequence", "kind=\"committed\"");
    do {
      load.run(AWAY);
    } while (cluster.leader.metric("slotstream_log_sequence", "kind=\"oldest\"") <= last + 1);
  }

  private void assertScans(String reason, int expected) throws IOException, InterruptedException {
    double counted =
        cluster.leader.metric(
            "slotstream_replication_scans_total", "reason=\"%s\"".formatted(reason));
    assertEquals(expected, counted, reason);
  }

  private static void assertLog(NodeProcess node, String... parts) throws IOException {
    assertFalse(node.logLines(parts).isEmpty(), () -> node.name() + ": " + parts[0]);
  }
}
