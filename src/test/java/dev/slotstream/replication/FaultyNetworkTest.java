package dev.slotstream.replication;

import static dev.slotstream.replication.TestNode.awaitUntil;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.Shard;
import dev.slotstream.kit.FaultyLink;
import dev.slotstream.kit.FaultyProxy;
import dev.slotstream.kit.LinkFaults;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A leader and a follower with a network between them that does what networks do. */
class FaultyNetworkTest {
  private static final int SHARDS = 2;

  @TempDir Path temp;
  private Vertx vertx;
  private TestNode leader;
  private TestNode follower;
  private FaultyProxy proxy;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    leader = TestNode.open(vertx, temp.resolve("leader"), SHARDS, Durability.OS).lead();
    proxy = FaultyProxy.before(leader.port());
    follower = TestNode.openFollower(vertx, temp.resolve("follower"), SHARDS, Durability.OS);
    leader.putAll(0, 2_000, 1);
  }

  @AfterEach
  void stop() {
    follower.close();
    leader.close();
    proxy.close();
    TestNode.await(vertx.close());
  }

  private void follow() {
    follower.follow(proxy.port());
    awaitUntil("live", follower::live);
    awaitInSync(1);
  }

  private void awaitInSync(int followers) {
    FollowerPositions positions = leader.server().positions();
    awaitUntil(
        "in sync: " + followers,
        () -> positions.inSync(0) == followers && positions.inSync(1) == followers);
  }

  /** Everything that the leader has is applied and on disk at the follower, and is the same. */
  private void awaitEqual() {
    FollowerPositions positions = leader.server().positions();
    for (Shard shard : leader.engine.shards()) {
      awaitUntil(
          "acknowledged",
          () -> positions.durableOn(shard.number(), 1) == shard.committedSequence());
    }
    assertEquals(leader.content(), follower.content());
    assertEquals(
        leader.engine.shards().stream().map(Shard::committedSequence).toList(),
        follower.engine.shards().stream().map(Shard::committedSequence).toList());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLinkThatBreaksAgainAndAgainNeedsNoSecondScan(boolean reset) {
    follow();
    for (int round = 0; round < 5; round++) {
      leader.putAll(round * 500L, round * 500L + 2_000, round);
      if (reset) {
        proxy.reset();
      } else {
        proxy.cut();
      }
      leader.deleteAll(round * 300L, round * 300L + 100);
    }
    awaitEqual();
    assertEquals(List.of("new", "new"), leader.meter.scans);
  }

  @Test
  void aDeadNetworkIsNoticedByTheLeader() {
    follow();
    proxy.both(LinkFaults::blackhole);
    leader.putAll(0, 2_000, 2);
    awaitUntil(
        "gone", () -> leader.server().followers().stream().noneMatch(FollowerStatus::connected));
    assertEquals(SHARDS, leader.server().followers().size()); // and remembered
    assertTrue(leader.server().followers().stream().allMatch(gone -> gone.goneSince().isPresent()));
    awaitInSync(0);
    assertTrue(Set.of("silent").containsAll(leader.meter.gone), leader.meter.gone::toString);
    proxy.both(LinkFaults::heal);
    awaitEqual();
    awaitInSync(1);
    assertEquals(List.of("new", "new"), leader.meter.scans);
  }

  @Test
  void aLinkThatIsDeadInOneDirectionIsNoticedToo() {
    follow();
    proxy.links().forEach(link -> link.toServer().blackhole()); // acks are lost
    leader.putAll(0, 2_000, 2);
    awaitUntil("connected again", () -> proxy.allLinks().size() >= 2 * SHARDS);
    awaitEqual();
    assertEquals(List.of("new", "new"), leader.meter.scans);
  }

  @Test
  void aSlowLinkHasNoMoreThanItsWindowOnTheWay() {
    follow();
    long before = proxy.links().stream().mapToLong(FaultyLink::bytesToClient).sum();
    proxy.toClient(faults -> faults.limit(100_000));
    leader.putAll(0, 20_000, 2);
    List<FollowerStatus> behind = leader.server().followers();
    assertTrue(behind.stream().allMatch(status -> status.lagRecords() > 0));
    assertTrue(behind.stream().allMatch(status -> status.unackedBatches() <= 8));
    assertTrue(behind.stream().allMatch(status -> status.lagBytes() > 0));
    proxy.both(LinkFaults::heal);
    awaitEqual();
    long bytes = proxy.allLinks().stream().mapToLong(FaultyLink::bytesToClient).sum() - before;
    assertTrue(bytes < 20_000 * 60, () -> "records went over more than once: " + bytes);
    assertEquals(List.of("new", "new"), leader.meter.scans);
  }

  @Test
  void aFarFollowerFollows() {
    proxy.both(faults -> faults.delay(Duration.ofMillis(50)));
    follow();
    leader.putAll(0, 5_000, 2);
    awaitEqual();
  }

  @Test
  void aFullSyncThatIsBrokenOffStartsOver() {
    leader.putAll(0, 50_000, 1);
    proxy.toClient(faults -> faults.limit(200_000));
    follower.follow(proxy.port());
    awaitUntil("scan is under way", () -> leader.meter.scanned.get() > 1_000);
    proxy.reset();
    awaitUntil("it begins again", () -> leader.meter.scans.size() > SHARDS);
    proxy.both(LinkFaults::heal);
    awaitUntil("live", follower::live);
    awaitEqual();
  }
}
