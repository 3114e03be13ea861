package dev.slotstream.replication;

import static dev.slotstream.replication.LeaderHarness.FOLLOWER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.TestWrite;
import dev.slotstream.kit.Histories;
import dev.slotstream.log.LogRetention;
import dev.slotstream.replication.FollowerStatus.State;
import dev.slotstream.replication.LeaderHarness.Peer;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.CaughtUp;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.ShardInfo.HistoryEntry;
import dev.slotstream.wire.Frame.ShardInfo.Mode;
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.FrameLayout;
import dev.slotstream.wire.PackedBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an extended follower and its leader come together. */
class ExtendedHandshakeTest {
  @TempDir Path temp;
  private LeaderHarness leader;

  @BeforeEach
  void open() {
    leader = new LeaderHarness(TestNode.options(temp, 1, Durability.OS));
  }

  @AfterEach
  void close() {
    leader.close();
  }

  private UUID store() {
    return leader.shard.history().storeId();
  }

  @Test
  void aNewFollowerIsToldWhatItTakesPartIn() {
    leader.put(0, 10);
    ShardInfo.Extension info = leader.connectNew().info();
    assertEquals(store(), info.storeId());
    assertEquals(1, info.epoch());
    assertEquals(Mode.FULL, info.mode());
    assertEquals(11, info.firstSequence());
    assertEquals(10, info.lastSequence());
    assertEquals(1_000, info.heartbeatMs());
    assertEquals("follower is new", info.reason());
    assertEquals(List.of(new HistoryEntry(1, 1)), info.history());
  }

  @Test
  void theScanBeginsWhenTheFollowerIsReadyForIt() {
    leader.put(0, 10);
    Peer follower = leader.connectNew();
    leader.put(10, 20);
    assertEquals(State.WAITING, follower.session.status().state());
    assertEquals(List.of(), follower.batches());
    follower.ack(0, 0, 0);
    assertEquals(20, follower.batches().getFirst().count());
    assertEquals(20, follower.caughtUp()); // slots may be of any sequence up to this
    assertEquals(11, follower.lastHeader().firstSequence()); // and records follow from here
    assertEquals(List.of("new"), leader.meter.scans);
  }

  @Test
  void aScanNamesDeletedSlotsToo() {
    leader.put(0, 3);
    TestWrite.delete(leader.engine, TestNode.key(1));
    Peer follower = leader.connectNew();
    follower.ack(0, 0, 0);
    PackedBatch.Cursor events = follower.batches().getFirst().cursor();
    int deleted = 0;
    while (events.next()) {
      deleted += events.occupied() ? 0 : 1;
    }
    assertEquals(1, deleted);
    assertTrue(follower.batches().getFirst().header().scan());
  }

  @Test
  void aFollowerGoesOnFromWhereItIs() {
    leader.put(0, 10);
    Peer follower = leader.connectAt(4);
    ShardInfo.Extension info = follower.info();
    assertEquals(Mode.RESUME, info.mode());
    assertEquals(5, info.firstSequence());
    assertEquals(10, info.lastSequence());
    assertEquals("", info.reason());
    assertEquals(5, follower.lastHeader().firstSequence());
    assertEquals(10, follower.lastHeader().lastSequence());
    assertEquals(State.STREAMING, follower.session.status().state());
    assertEquals(List.of(), leader.meter.scans);
    assertEquals(List.of(), follower.connection.frames(CaughtUp.class));
  }

  @Test
  void whyNotIsSaidAndCounted() {
    leader.put(0, 10);
    Peer follower = leader.connect();
    follower.ask(1, 20, false);
    assertEquals("follower is ahead, next: leader=11 follower=20", follower.info().reason());
    follower.ack(0, 0, 0);
    assertEquals(List.of("ahead"), leader.meter.scans);
  }

  @Test
  void aForeignFollowerIsRefused() {
    Peer follower = leader.connect();
    follower.ask(FOLLOWER, new UUID(9, 9), 1, 5, false);
    assertEquals(store(), follower.info().storeId());
    follower.assertRefused("foreign-store", "follower=" + new UUID(9, 9));
    assertEquals(0, leader.meter.connected.get());
  }

  @Test
  void aFollowerOfALaterLeadershipIsRefused() {
    Peer follower = leader.connect();
    follower.ask(2, 5, false);
    follower.assertRefused("stale-leader", "leader=1 follower=2");
  }

  @Test
  void aFollowerThatIsFurtherThanAFollowerWaitsForIt() {
    leader.beginFullSync(Histories.of("1:1"), 30);
    leader.endFullSync();
    Peer further = leader.connectAt(31);
    further.assertRefused("not-caught-up", "leader=31 follower=32");
    assertEquals(List.of(), further.connection.frames(ShardInfo.class)); // nothing to begin with
    assertEquals(Mode.RESUME, leader.connectAt(30).info().mode());
  }

  @Test
  void fullSyncsTakeTurns() {
    leader.put(0, 10);
    Peer first = leader.connectNew();
    Peer second = leader.connect();
    second.ask(new UUID(6, 6), store(), 0, 0, true);
    assertEquals(List.of(), second.connection.frames(ShardInfo.class));
    assertEquals(State.WAITING, second.session.status().state());
    leader.put(10, 20);
    leader.pass(30, first, second);
    assertEquals(30, second.connection.frames(Heartbeat.class).size());
    assertEquals(20, second.heartbeat().lastSequence());
    first.ack(0, 0, 0); // all slots fit into one batch: the scan is over
    assertEquals(1, first.connection.frames(CaughtUp.class).size());
    assertEquals(21, second.info().firstSequence()); // noted when its turn came
  }

  @Test
  void whoGoesAwayGivesItsTurnToTheNext() {
    Peer first = leader.connectNew();
    Peer second = leader.connect();
    second.ask(new UUID(6, 6), store(), 0, 0, true);
    Peer third = leader.connect();
    third.ask(new UUID(7, 7), store(), 0, 0, true);
    second.session.end("test", "gone while it waits");
    first.session.end("test", "gone before its scan");
    leader.runAll();
    assertEquals(1, third.connection.frames(ShardInfo.class).size());
  }

  @Test
  void aFollowerThatGoesOnNeedsNoTurn() {
    leader.put(0, 10);
    leader.connectNew();
    Peer second = leader.connect();
    second.ask(new UUID(6, 6), store(), 1, 5, false);
    assertEquals(Mode.RESUME, second.info().mode());
  }

  @Test
  void aFollowerThatDoesNotGetReadyLosesItsTurn() {
    Peer follower = leader.connectNew();
    leader.pass(59, follower);
    assertFalse(follower.connection.closed);
    leader.pass(1, follower);
    follower.assertRefused("stalled", "not made ready");
    assertEquals(0, leader.leader.permits().held());
  }

  @Test
  void theNewerConnectionOfAFollowerReplacesTheOlder() {
    leader.put(0, 10);
    Peer older = leader.connectAt(10);
    Peer newer = leader.connect();
    newer.ask(1, 11, false);
    older.assertRefused("replaced", "connected again");
    assertEquals(List.of("replaced"), leader.meter.gone);
    assertEquals(Mode.RESUME, newer.info().mode());
    assertEquals("f1", newer.session.status().follower());
    assertEquals(1, leader.leader.registry().known(0));
    assertEquals(List.of(), leader.leader.registry().gone());
  }

  @Test
  void aWaitingConnectionOfAFollowerIsReplacedToo() {
    Peer older = leader.connectNew();
    Peer newer = leader.connectNew();
    older.assertRefused("replaced", "connected again");
    assertEquals(Mode.FULL, newer.info().mode());
  }

  @Test
  void followersAreCalledWhatTheySayUnlessAnotherIs() {
    Peer first = leader.connectAt(0);
    Peer second = leader.connect();
    second.ask(new UUID(6, 6), store(), 0, 1, false);
    Peer nameless = leader.connect();
    nameless.ask(new SyncRequest.Extension(new UUID(7, 7), store(), 0, 1, 8, ""), false);
    assertEquals("f1", first.session.status().follower());
    assertEquals("f1#2", second.session.status().follower());
    assertEquals("test", nameless.session.status().follower());
  }

  @Test
  void aLeaderThatIsBeingSyncedItselfServesNobody() {
    leader.put(0, 10);
    Peer running = leader.connectAt(10);
    Peer plain = leader.connect();
    plain.say(new SyncRequest(0, FrameLayout.PROTOCOL_VERSION, 0));
    ShardHistory other = Histories.of("1:1");
    leader.beginFullSync(other, 3);
    running.session.onCommit();
    running.assertRefused("not-caught-up", "try again");
    plain.session.onTick(0);
    plain.assertRefused("not-caught-up", "try again");
    leader.connectAt(3).assertRefused("not-caught-up", "try again");
    Peer latePlain = leader.connect();
    latePlain.say(new SyncRequest(0, FrameLayout.PROTOCOL_VERSION, 0));
    latePlain.assertRefused("not-caught-up", "try again");
    leader.endFullSync();
    assertEquals(4, leader.connectAt(3).info().firstSequence());
  }

  @Test
  void aScanNeverSeesAShardThatIsBeingSynced() {
    leader.put(0, LeaderHarness.PER_BATCH * (LeaderHarness.WINDOW + 2L));
    Peer ready = leader.connectNew();
    leader.beginFullSync(Histories.of("1:1"), 3);
    ready.ack(0, 0, 0);
    ready.assertRefused("not-caught-up", "try again");
    assertEquals(List.of(), ready.batches());
    leader.endFullSync();
  }

  @Test
  void aScanThatIsUnderWayEndsWhenTheShardIsSynced() {
    leader.put(0, LeaderHarness.PER_BATCH * (LeaderHarness.WINDOW + 2L));
    Peer scanned = leader.connectNew();
    scanned.connection.congested = true;
    scanned.ack(0, 0, 0);
    leader.beginFullSync(Histories.of("1:1"), 3);
    scanned.connection.congested = false;
    scanned.session.onDrained(); // before anything else is heard
    scanned.assertRefused("not-caught-up", "try again");
    assertEquals(List.of(), scanned.batches());
    leader.endFullSync();
  }

  @Test
  void aQueuedFollowerIsSentAwayWhenTheLeaderIsSynced() {
    Peer first = leader.connectNew();
    Peer second = leader.connect();
    second.ask(new UUID(6, 6), store(), 0, 0, true);
    leader.beginFullSync(Histories.of("1:1"), 3);
    first.session.end("test", "gone"); // its turn comes before anything else tells it
    leader.runAll();
    second.assertRefused("not-caught-up", "try again");
    leader.endFullSync();
  }

  @Test
  void onlyHeartbeatsMayComeBeforeTheAnswer() {
    Peer first = leader.connectNew();
    Peer second = leader.connect();
    second.ask(new UUID(6, 6), store(), 0, 0, true);
    second.say(new Heartbeat());
    assertFalse(second.connection.closed);
    second.ack(0, 0, 0);
    second.assertRejected("unexpected-frame", "WAITING");
    assertFalse(first.connection.closed);
  }

  @Test
  void theFirstAckMustBeForNothing() {
    Peer follower = leader.connectNew();
    follower.ack(0, 0, 1);
    follower.assertRejected("unexpected-ack", "batches=1 in flight=0");
  }

  @Test
  void anAckMustSayWhereTheFollowerIs() {
    Peer follower = leader.connectNew();
    follower.say(new Ack(0, 1, 1));
    follower.assertRejected("plain-ack", "does not say where");
  }

  @Test
  void aFollowerAsksOnce() {
    Peer follower = leader.connectAt(0);
    follower.ask(0, 1, false);
    follower.assertRejected("unexpected-frame", "STREAMING");
  }

  @Test
  void aSilentFollowerIsGivenUpAlsoWhileItWaits() {
    leader.put(0, 1);
    Peer streams = leader.connectAt(1);
    Peer waits = leader.connect();
    waits.ask(new UUID(6, 6), store(), 0, 0, true);
    leader.pass(2);
    assertFalse(streams.connection.closed || waits.connection.closed);
    leader.pass(1);
    assertTrue(streams.connection.closed && waits.connection.closed);
    assertEquals(List.of("silent", "silent"), leader.meter.gone);
  }

  @Test
  void theLogIsKeptForWhoIsConnected() {
    leader.close();
    leader =
        new LeaderHarness(
            new EngineOptions(
                temp,
                leader.engine.options().shape(),
                Durability.OS,
                512,
                1 << 20,
                new LogRetention(1 << 20, 6 << 20),
                true));
    leader.put(0, 10);
    Peer follower = leader.connectAt(10);
    grow(40_000);
    assertTrue(leader.shard.oldestSequence() <= 11); // it has acknowledged nothing behind 10
    assertTrue(follower.inFlight() > 0);
    grow(200_000);
    assertTrue(leader.shard.oldestSequence() > 11); // but not without limit
    follower.ack(0, 0, 0);
    for (int i = 0; i < 100 && !follower.connection.closed; i++) {
      follower.ack(follower.lastHeader().lastSequence(), 0, follower.inFlight());
    }
    follower.assertRefused("log-purged", "does not reach back");
    assertEquals(List.of("log-purged"), leader.meter.gone);
    Peer again = leader.connectAt(11);
    again.ack(0, 0, 0);
    assertEquals(List.of("too-old"), leader.meter.scans);
  }

  private void grow(int records) {
    for (int i = 0; i < records; i += 500) {
      leader.put(0, 500);
    }
    leader.engine.checkpoint();
  }

  @Test
  void sequencesOfALeaderFurtherUpAreToldOnward() {
    leader.put(0, 10);
    leader.upstreamIsAt(77);
    Peer follower = leader.connectAt(4);
    assertEquals(77, follower.info().lastSequence());
    assertEquals(77, follower.lastHeader().leaderLast());
    leader.pass(1, follower);
    assertEquals(77, follower.heartbeat().lastSequence());
    assertEquals(Optional.empty(), follower.session.status().goneSince());
  }
}
