package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.TestWrite;
import dev.slotstream.replication.FollowerStatus.State;
import dev.slotstream.replication.ReplicationServer.ServerOptions;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.CaughtUp;
import dev.slotstream.wire.Frame.ErrorFrame;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.FrameLayout;
import dev.slotstream.wire.SlotBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a leader says to a follower, and what it does not put up with; time is driven by hand. */
class FollowerSessionTest {
  private static final int WINDOW = 8;
  private static final int PER_BATCH = FrameLayout.MAX_BATCH_EVENTS;

  @TempDir Path temp;
  private SlotEngine engine;
  private final RecordingMeter meter = new RecordingMeter();
  private final FakeConnection connection = FakeConnection.ofLeader();
  private CommitClock commitClock;
  private long now = TimeUnit.HOURS.toNanos(1);
  private FollowerSession session;

  @BeforeEach
  void open() {
    engine = SlotEngine.open(TestNode.options(temp, 1, Durability.OS));
    LeaderContext leader =
        LeaderContext.of(
            engine, new ServerOptions("unused", 0, WINDOW), meter, () -> now, LeaderPosition.OWN);
    commitClock = leader.commitClocks().getFirst();
    session = new FollowerSession(engine, leader, connection, now);
  }

  @AfterEach
  void close() {
    session.end("test", "test is over");
    engine.close();
  }

  private void put(long from, long to) {
    for (long i = from; i < to; i++) {
      TestWrite.put(engine, TestNode.key(i), TestNode.value(i, 1));
    }
    session.onCommit();
  }

  private void request(int flags) {
    session.onFrame(new SyncRequest(0, FrameLayout.PROTOCOL_VERSION, flags), now);
    connection.runLater();
  }

  private void ack(int batches) {
    for (int i = 0; i < batches; i++) {
      session.onFrame(new Ack(0, 1, 1), now);
      connection.runLater();
    }
  }

  private void pass(long seconds) {
    for (long s = 0; s < seconds; s++) {
      now += TimeUnit.SECONDS.toNanos(1);
      session.onTick(now);
    }
  }

  private void assertRejected(String reason, String text) {
    assertTrue(connection.closed);
    assertEquals(List.of(reason), meter.rejected);
    assertTrue(connection.error().contains(text), connection.error());
  }

  @Test
  void answersARequestWithItsShapeAScanAndCaughtUp() {
    put(0, 3);
    TestWrite.delete(engine, TestNode.key(1));
    request(0);
    List<Frame> frames = connection.take();
    assertEquals(new ShardInfo(1, 8, 16, 32, 512, 0), frames.get(0));
    assertEquals(3, assertInstanceOf(SlotBatch.class, frames.get(1)).count());
    assertEquals(new CaughtUp(0, 3), frames.get(2));
    assertEquals(new Heartbeat(), frames.get(3));
    assertEquals(4, frames.size());
  }

  @Test
  void leavesDeletedSlotsOutForAnEmptyFollower() {
    put(0, 3);
    TestWrite.delete(engine, TestNode.key(1));
    request(FrameLayout.FLAG_EMPTY_STATE);
    assertEquals(2, connection.frames(SlotBatch.class).getFirst().count());
    assertEquals(List.of("connect"), meter.scans);
    assertEquals(2, meter.scanned.get());
  }

  @Test
  void anEmptyShardIsCaughtUpAtOnce() {
    request(FrameLayout.FLAG_EMPTY_STATE);
    assertEquals(List.of(new CaughtUp(0, 0)), connection.frames(CaughtUp.class));
    assertEquals(State.STREAMING, session.status().state());
  }

  @Test
  void streamsWhatIsCommittedAfterwards() {
    request(0);
    connection.take();
    put(0, 1);
    SlotBatch batch = connection.frames(SlotBatch.class).getFirst();
    SlotBatch.Cursor event = batch.cursor();
    assertTrue(event.next());
    assertTrue(event.occupied());
    ack(1);
    TestWrite.delete(engine, TestNode.key(0));
    session.onCommit();
    SlotBatch.Cursor deleted = connection.frames(SlotBatch.class).getLast().cursor();
    assertTrue(deleted.next());
    assertFalse(deleted.occupied());
    assertEquals(2, meter.streamed.get());
  }

  @Test
  void sendsAWindowOfBatchesAndThenWaitsForAcks() {
    put(0, PER_BATCH * (WINDOW + 2L));
    request(0);
    assertEquals(WINDOW, connection.frames(SlotBatch.class).size());
    assertEquals(WINDOW, session.status().unackedBatches());
    ack(1);
    assertEquals(WINDOW + 1, connection.frames(SlotBatch.class).size());
    assertEquals(0, connection.frames(CaughtUp.class).size());
    ack(WINDOW + 1);
    assertEquals(WINDOW + 2, connection.frames(SlotBatch.class).size());
    assertEquals(1, connection.frames(CaughtUp.class).size());
    assertEquals(0, session.status().lagRecords());
  }

  @Test
  void sendsNothingIntoAFullSocket() {
    put(0, PER_BATCH * 3L);
    connection.congested = true;
    request(0);
    assertEquals(0, connection.frames(SlotBatch.class).size());
    connection.congested = false;
    session.onDrained();
    assertEquals(3, connection.frames(SlotBatch.class).size());
  }

  @Test
  void saysHowFarTheFollowerIsBehind() {
    request(0);
    commitClock.sample(0, now);
    put(0, 10);
    commitClock.sample(10, now);
    now += TimeUnit.SECONDS.toNanos(3);
    assertEquals(10, session.status().lagRecords());
    assertEquals(3.0, session.status().lagSeconds(), 0.001);
    ack(1);
    ack(connection.frames(SlotBatch.class).size() - 1);
    assertEquals(0, session.status().lagRecords());
    assertEquals(0.0, session.status().lagSeconds());
    assertEquals(10, session.status().ackedSequence());
  }

  @Test
  void leavesOutAPlaceOfAKeyThatTheScanHasSeenElsewhereSince() {
    int slots = PER_BATCH * (WINDOW + 2);
    put(0, slots);
    request(0);
    connection.take();
    // Slot 5 was scanned. A key comes there, goes, and settles in a slot that comes later.
    TestWrite.delete(engine, TestNode.key(5));
    assertEquals(5, TestWrite.put(engine, TestNode.key(99_999), new byte[16]).slot());
    TestWrite.delete(engine, TestNode.key(99_999));
    assertEquals(5, TestWrite.put(engine, TestNode.key(88_888), new byte[16]).slot());
    int late = slots - 1;
    TestWrite.delete(engine, TestNode.key(late));
    assertEquals(late, TestWrite.put(engine, TestNode.key(99_999), new byte[16]).slot());
    while (session.status().unackedBatches() > 0) {
      ack(1);
    }
    session.onCommit();
    while (session.status().unackedBatches() > 0) {
      ack(1);
    }
    List<Integer> places = new ArrayList<>();
    for (SlotBatch batch : connection.frames(SlotBatch.class)) {
      for (SlotBatch.Cursor event = batch.cursor(); event.next(); ) {
        byte[] key = Arrays.copyOfRange(event.array(), event.keyOffset(), event.keyOffset() + 8);
        if (event.occupied() && Arrays.equals(key, TestNode.key(99_999))) {
          places.add(event.slot());
        }
      }
    }
    assertEquals(List.of(late, late), places); // by the scan, and out of the log
    assertEquals(0, session.status().lagRecords());
  }

  @Test
  void scansOnceMoreWhenTheLogWasPurgedUnderIt() {
    request(0);
    // Nothing is acknowledged: the window fills, and the log goes on without this follower.
    for (long round = 0; round < 400; round++) {
      put(0, 500);
    }
    engine.checkpoint();
    assertTrue(engine.shards().getFirst().status().oldestSequence() > 1);
    while (meter.scans.size() < 2) {
      ack(1);
    }
    assertEquals(List.of("connect", "log-purged"), meter.scans);
    while (session.status().unackedBatches() > 0) {
      ack(1);
    }
    assertEquals(2, connection.frames(CaughtUp.class).size());
    assertEquals(0, session.status().lagRecords());
  }

  @Test
  void refusesAnotherProtocolVersion() {
    session.onFrame(new SyncRequest(0, 2, 0), now);
    assertRejected("protocol-version", "leader 1, follower 2");
  }

  @Test
  void refusesAShardThatDoesNotExist() {
    session.onFrame(new SyncRequest(1, 1, 0), now);
    assertRejected("unknown-shard", "shard=1 shards=1");
  }

  @Test
  void refusesAnAckBeforeTheHandshake() {
    session.onFrame(new Ack(0, 0, 0), now);
    assertRejected("unexpected-frame", "HANDSHAKE");
  }

  @Test
  void refusesAHeartbeatBeforeTheHandshake() {
    session.onFrame(new Heartbeat(), now);
    assertRejected("unexpected-frame", "HANDSHAKE");
  }

  @Test
  void refusesASecondRequest() {
    request(0);
    request(0);
    assertRejected("unexpected-frame", "STREAMING");
  }

  @Test
  void refusesAnAckForNothing() {
    request(0);
    ack(1);
    assertRejected("unexpected-ack", "without a batch");
  }

  @Test
  void refusesAnAckForAnotherShard() {
    put(0, 1);
    request(0);
    session.onFrame(new Ack(3, 0, 0), now);
    assertRejected("wrong-shard", "shard=3 expected=0");
  }

  @Test
  void endsWhenTheFollowerReportsAnError() {
    request(0);
    session.onFrame(new ErrorFrame("no"), now);
    assertTrue(connection.closed);
    assertEquals(List.of("follower-error"), meter.gone);
    session.onFrame(new Heartbeat(), now);
    session.onTick(now + TimeUnit.MINUTES.toNanos(1));
    session.onCommit();
    session.onDrained();
    session.reject("late", "too late");
    assertEquals(List.of(), meter.rejected);
  }

  @Test
  void toleratesEightHeartbeatsInsteadOfAnAck() {
    put(0, 1);
    request(0);
    for (int i = 0; i < 8; i++) {
      session.onFrame(new Heartbeat(), now);
    }
    assertFalse(connection.closed);
    session.onFrame(new Heartbeat(), now);
    assertRejected("acks-overdue", "heartbeats=9");
  }

  @Test
  void heartbeatsAloneAreFineWhenNothingIsInFlight() {
    request(0);
    for (int i = 0; i < 100; i++) {
      session.onFrame(new Heartbeat(), now);
    }
    assertFalse(connection.closed);
    assertEquals(1, connection.frames(Heartbeat.class).size()); // the one after CaughtUp
  }

  @Test
  void sendsAHeartbeatAfterFiveSecondsOfNothing() {
    request(0);
    connection.take();
    pass(4);
    assertEquals(0, connection.frames(Heartbeat.class).size());
    pass(1);
    assertEquals(1, connection.frames(Heartbeat.class).size());
  }

  @Test
  void endsASessionThatIsSilentForTwoIntervals() {
    request(0);
    pass(9);
    assertFalse(connection.closed);
    pass(1);
    assertTrue(connection.closed);
    assertEquals(List.of("silent"), meter.gone);
  }

  @Test
  void endsAConnectionThatAsksForNothing() {
    pass(9);
    assertFalse(connection.closed);
    pass(1);
    assertTrue(connection.closed);
    assertEquals(List.of(), meter.gone); // it never was a follower
  }
}
