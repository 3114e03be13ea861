package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.LogRecords;
import dev.slotstream.kit.TestFiles;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that are killed, and of whose logs a bit goes bad: a follower says so, keeps the log and is
 * sent everything; a leader does not start.
 */
class DamagedLogIT {
  private static final int KEYS = 320;
  private static final Duration SHORT = Duration.ofMillis(500);

  @TempDir Path temp;
  private Cluster cluster;
  private NodeProcess follower;

  /** Where a bit was flipped. */
  private record Flip(Path file, int offset, long sequence) {
    @Override
    public String toString() {
      return "log is damaged, file=%s offset=%d sequence=%d ".formatted(file, offset, sequence);
    }
  }

  /** Flips a bit of a record in the middle of the last log segment of a node that does not run. */
  private static Flip damage(NodeProcess node) {
    Path segment = TestFiles.startingWith(node.data().resolve("shard_000"), "redo-0").getLast();
    LogRecords records = LogRecords.of(TestFiles.read(segment));
    int middle = records.count() / 2;
    assertTrue(records.count() > 10, "records=" + records.count());
    TestFiles.flip(segment, records.start(middle) + 50L, 1);
    return new Flip(segment, records.start(middle), records.sequence(middle));
  }

  private void assertTold(Flip flip) throws IOException, InterruptedException {
    List<String> lines = follower.logLines("log is put aside", flip.toString());
    assertEquals(1, lines.size(), follower.log());
    assertTrue(lines.getFirst().contains("kept=["), lines.getFirst());
    JsonObject found =
        new JsonObject(follower.get("/engine"))
            .getJsonObject("recovery")
            .getJsonArray("damagedLogs")
            .getJsonObject(0);
    assertEquals(0, found.getInteger("shard"));
    assertTrue(found.getString("damage").startsWith(flip.toString()), found.encode());
    assertFalse(found.getJsonArray("files").isEmpty());
    for (Object file : found.getJsonArray("files")) {
      Path kept = flip.file().resolveSibling(file.toString());
      assertTrue(file.toString().startsWith("damaged-") && Files.exists(kept), kept.toString());
    }
    assertEquals(1, follower.metric("slotstream_log_damaged", "shard=\"0\""));
    assertEquals(0, follower.metric("slotstream_log_damaged", "shard=\"1\""));
  }

  @Test
  void aFollowerIsSentEverythingAndALeaderDoesNotStart() throws Exception {
    try (Cluster opened = new Cluster(temp, 2)) {
      cluster = opened;
      follower = cluster.follower("follower").set("SLOTSTREAM_DURABILITY", "fsync");
      cluster.leader.set("SLOTSTREAM_DURABILITY", "fsync");
      HttpLoad load = new HttpLoad(cluster.leader, KEYS);
      cluster.start();
      load.run(SHORT);
      cluster.awaitCaughtUp();

      follower.kill();
      Flip first = damage(follower);
      load.run(SHORT);
      follower.start().awaitReady();
      cluster.awaitCaughtUp();
      assertTold(first);
      assertEquals(
          1, cluster.leader.metric("slotstream_replication_scans_total", "reason=\"damaged-log\""));
      assertEquals(1, follower.sumOfLinks("fullSyncs"), "the other shard goes on");
      assertEquals(1, follower.sumOfLinks("resumes"));
      assertEquals(
          "follower's log was damaged", follower.links().getFirst().getString("fullSyncReason"));

      load.run(SHORT);
      cluster.awaitCaughtUp();
      follower.kill();
      cluster.leader.kill();
      Flip second = damage(follower);
      for (int start = 0; start < 2; start++) {
        follower.start().await("refuses reads", () -> follower.status("/kv/any") == 503);
        assertFalse(follower.isReady());
        if (start == 0) {
          assertTold(second);
        }
        follower.kill();
      }
      follower.start();
      cluster.leader.start().awaitReady();
      follower.awaitReady();
      load.run(SHORT);
      cluster.awaitCaughtUp();
      cluster.assertAllEqual();

      Flip third = damage(cluster.leader);
      cluster.leader.start();
      assertEquals(NodeProcess.Start.ENDED, cluster.leader.awaitStart());
      assertEquals(1, cluster.leader.exitStatus());
      assertEquals(
          1,
          cluster.leader.logLines("slotstream cannot start: " + third).size(),
          cluster.leader.log());
      assertEquals(
          third.file(), TestFiles.startingWith(third.file().getParent(), "redo-0").getLast());
    }
  }
}
