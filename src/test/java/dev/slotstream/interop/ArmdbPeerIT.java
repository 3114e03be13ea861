package dev.slotstream.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The harness itself: armdb against armdb, and its content against the mirror in Java. */
class ArmdbPeerIT {

  @TempDir Path dir;

  @BeforeEach
  void build() {
    ArmdbPeer.assumeAvailable();
  }

  @Test
  void followerHoldsWhatItsLeaderHolds() {
    ArmdbStore leaders = ArmdbStore.large(dir.resolve("leader"), 2);
    ArmdbStore followers = leaders.at(dir.resolve("follower"));
    List<String> entries;
    try (ArmdbPeer leader = ArmdbPeer.lead(leaders)) {
      leader.command("fill 0 1000 7");
      try (ArmdbPeer follower = ArmdbPeer.follow(followers, leader.port())) {
        follower.awaitCount(1000, Duration.ofSeconds(20));
        leader.command("fill 1000 1001 7"); // one event: armdb's leader can lose track of more
        follower.awaitCount(1001, Duration.ofSeconds(20));
        entries = leader.dump();
        assertEquals(entries, follower.dump());
        assertEquals(0, leader.metric("events_dropped"));
        follower.quit();
      }
      leader.quit();
    }
    assertEquals(
        LongStream.rangeClosed(0, 1000).mapToObj(i -> ArmdbContent.line(leaders, i, 7)).toList(),
        entries);
    assertEquals(entries, ArmdbPeer.dump(followers));
  }

  @Test
  void writesWhatTheMirrorSays() {
    for (boolean clean : new boolean[] {true, false}) {
      ArmdbStore small = ArmdbStore.small(dir.resolve("small-" + clean), 3);
      ArmdbPeer.write(small, 500, -2, clean);
      assertEquals(ArmdbContent.written(small, 500, -2), ArmdbPeer.dump(small));

      ArmdbStore large = new ArmdbStore(dir.resolve("large-" + clean), 2, 16, 100, 64, 60);
      ArmdbPeer.write(large, 500, 1, clean);
      assertEquals(ArmdbContent.written(large, 500, 1), ArmdbPeer.dump(large));
    }
  }

  @Test
  void churnReplacesKeysByOthers() {
    ArmdbStore store = ArmdbStore.small(dir, 1);
    try (ArmdbPeer leader = ArmdbPeer.lead(store)) {
      leader.command("fill 0 10 1");
      leader.command("churn 0 5 2");
      leader.command("delrange 5 6");
      assertEquals(9, leader.count());
      assertTrue(
          leader.dump().contains(ArmdbContent.line(store, 3 + ArmdbContent.CHURN_OFFSET, 2)));
    }
  }

  @Test
  void namesTheReasonOfAFailure() {
    ArmdbStore store = ArmdbStore.small(dir, 1);
    ArmdbPeer.write(store, 10, 1, true);
    ArmdbStore other = new ArmdbStore(dir, 2, 8, 16, 64, 0);
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> ArmdbPeer.lead(other));
    assertTrue(refused.getMessage().contains("shard_count mismatch"), refused.getMessage());

    try (ArmdbPeer leader = ArmdbPeer.lead(store)) {
      assertEquals("error unknown command: fly", leader.ask("fly"));
      leader.kill();
      assertThrows(IllegalStateException.class, leader::count);
    }
  }
}
