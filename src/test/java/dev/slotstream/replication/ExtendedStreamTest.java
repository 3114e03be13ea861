package dev.slotstream.replication;

import static dev.slotstream.replication.LeaderHarness.FOLLOWER;
import static dev.slotstream.replication.LeaderHarness.PER_BATCH;
import static dev.slotstream.replication.LeaderHarness.WINDOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.TestWrite;
import dev.slotstream.replication.FollowerStatus.State;
import dev.slotstream.replication.LeaderHarness.Peer;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.ErrorFrame;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.PackedBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an extended follower gets, what its acks mean, and which of them are not believed. */
class ExtendedStreamTest {
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

  private FollowerRegistry registry() {
    return leader.leader.registry();
  }

  /** A follower that has got everything by a full sync, with nothing in flight. */
  private Peer synced() {
    Peer follower = leader.connectNew();
    follower.ack(0, 0, 0);
    long noted = follower.info().firstSequence() - 1;
    follower.ackAll(noted, 0);
    follower.ack(noted, noted, 0);
    return follower;
  }

  @Test
  void everyRecordIsSentInItsOrder() {
    Peer follower = leader.connectAt(0);
    for (int i = 0; i < 5; i++) {
      leader.put(0, 1); // the same key again and again
    }
    TestWrite.delete(leader.engine, TestNode.key(0));
    follower.session.onCommit();
    long next = 1;
    long end = 0;
    for (PackedBatch batch : follower.batches()) {
      assertEquals(next, batch.header().firstSequence());
      assertEquals(1, batch.header().epoch());
      assertTrue(batch.header().endOffset() > end);
      next = batch.header().lastSequence() + 1;
      end = batch.header().endOffset();
    }
    assertEquals(7, next);
    assertEquals(leader.shard.logEndOffset(), end);
    assertEquals(end, follower.lastHeader().leaderEndOffset());
    assertEquals(6, follower.lastHeader().leaderLast());
    PackedBatch.Cursor last = follower.batches().getLast().cursor();
    assertTrue(last.next());
    assertFalse(last.occupied());
    assertEquals(6, leader.meter.streamed.get());
  }

  @Test
  void recordsOfTwoEpochsAreNotInOneBatch() {
    leader.put(0, 3);
    leader.close();
    leader = new LeaderHarness(TestNode.options(temp, 1, Durability.OS).following());
    Peer upstream = leader.connectAt(3);
    leader.learn(2, 4, 2);
    leader.learn(3, 6, 1);
    Peer follower = leader.connect();
    follower.ask(FOLLOWER, leader.shard.history().storeId(), 1, 2, false);
    List<PackedBatch.Header> headers =
        follower.batches().stream().map(PackedBatch::header).toList();
    assertEquals(List.of(1, 2, 3), headers.stream().map(PackedBatch.Header::epoch).toList());
    assertEquals(List.of(2L, 4L, 6L), headers.stream().map(h -> h.firstSequence()).toList());
    assertEquals(List.of(3L, 5L, 6L), headers.stream().map(h -> h.lastSequence()).toList());
    assertEquals(leader.shard.logEndOffset(), headers.getLast().endOffset());
    assertTrue(upstream.connection.closed); // the same follower, replaced
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "8, 8", "9, 8", "65535, 8", "0, 1"})
  void theSmallerOfBothWindowsHolds(int asked, int batches) {
    leader.put(0, PER_BATCH * (WINDOW + 2L));
    Peer follower = leader.connect();
    follower.ask(
        new SyncRequest.Extension(FOLLOWER, leader.shard.history().storeId(), 0, 1, asked, "f1"),
        false);
    assertEquals(batches, follower.batches().size());
    assertEquals(batches, follower.inFlight());
  }

  @Test
  void oneAckMayBeForSeveralBatches() {
    leader.put(0, PER_BATCH * (WINDOW + 4L));
    Peer follower = leader.connectAt(0);
    follower.ack(3 * PER_BATCH, 0, 3);
    assertEquals(WINDOW + 3, follower.batches().size());
    follower.ack(4 * PER_BATCH, 0, 0); // only says where it is
    assertEquals(WINDOW, follower.inFlight());
    assertEquals(4 * PER_BATCH, follower.session.status().ackedSequence());
    follower.ackAll(PER_BATCH * (WINDOW + 4L) - 1, 0);
    assertEquals(1, follower.session.status().lagRecords());
  }

  @Test
  void nothingIsSentIntoAFullSocket() {
    Peer follower = leader.connectAt(0);
    follower.connection.congested = true;
    leader.put(0, PER_BATCH * 3L);
    assertTrue(follower.batches().size() <= 1); // what was asked for before
    follower.connection.congested = false;
    follower.session.onDrained();
    assertEquals(3 * PER_BATCH, follower.lastHeader().lastSequence());
  }

  @Test
  void whatIsInFlightKeepsNoBytes() {
    assertNull(new Batch(new byte[10], 1, false, 5, 50).inFlight().frame());
  }

  @Test
  void aScanSharesTheWindowWithWhatFollows() {
    leader.put(0, PER_BATCH * (WINDOW + 2L));
    Peer follower = leader.connectNew();
    follower.ack(0, 0, 0);
    assertEquals(WINDOW, follower.batches().size());
    assertEquals(1, leader.leader.permits().held());
    leader.put(0, 1);
    follower.ack(0, 0, WINDOW);
    assertEquals(0, leader.leader.permits().held()); // all slots are sent
    assertEquals(WINDOW + 3, follower.batches().size());
    assertEquals(PER_BATCH * (WINDOW + 2L) + 1, follower.caughtUp());
  }

  @Test
  void aFollowerStreamsWhenItHasAppliedTheScan() {
    leader.put(0, 10);
    Peer follower = leader.connectNew();
    follower.ack(0, 0, 0);
    assertEquals(State.SCANNING, follower.session.status().state());
    follower.ack(0, 0, 1);
    assertEquals(State.SCANNING, follower.session.status().state());
    assertEquals(-1, follower.session.status().lagRecords());
    assertEquals(0, registry().durableOn(0, 1));
    follower.ack(10, 0, 0);
    assertEquals(State.STREAMING, follower.session.status().state());
    assertEquals(0, follower.session.status().lagRecords());
    assertEquals(0, registry().durableOn(0, 1));
    assertEquals(0, registry().inSync(0)); // its slots are not on disk
    follower.ack(10, 10, 0);
    assertEquals(10, registry().durableOn(0, 1));
    assertEquals(1, registry().inSync(0));
  }

  @Test
  void afterAScanAFollowerCountsWhenItHasWhatTheScanMayHaveSeen() {
    leader.put(0, PER_BATCH * (WINDOW + 1L));
    long noted = leader.shard.committedSequence();
    Peer follower = leader.connectNew();
    follower.ack(0, 0, 0);
    leader.put(0, 5); // while slots are being sent
    follower.ack(0, 0, WINDOW);
    follower.ack(noted, noted, 0);
    assertEquals(0, registry().inSync(0));
    follower.ackAll(noted + 5, noted + 5);
    assertEquals(1, registry().inSync(0));
  }

  @Test
  void aResumedFollowerCountsWhenItHasWhatThereWasThen() {
    leader.put(0, 10);
    Peer follower = leader.connectAt(4);
    assertEquals(0, registry().inSync(0));
    follower.ack(9, 9, 1);
    assertEquals(0, registry().inSync(0));
    follower.ack(10, 9, 0);
    assertEquals(1, registry().inSync(0));
  }

  @Test
  void aFollowerThatFallsBehindIsNotInSync() {
    Peer follower = synced();
    leader.sampleCommits();
    leader.put(0, 10);
    leader.sampleCommits();
    assertEquals(1, registry().inSync(0));
    leader.pass(5, follower);
    assertEquals(1, registry().inSync(0));
    leader.pass(1, follower);
    assertEquals(0, registry().inSync(0));
    follower.ackAll(10, 0);
    assertEquals(1, registry().inSync(0));
  }

  @Test
  void tellsTheDistanceInRecordsBytesAndSeconds() {
    Peer follower = synced();
    leader.sampleCommits();
    leader.put(0, 4);
    leader.put(4, 10);
    leader.sampleCommits();
    leader.pass(2, follower);
    FollowerStatus status = follower.session.status();
    assertEquals(10, status.lagRecords());
    assertEquals(leader.shard.logEndOffset(), status.lagBytes());
    assertEquals(2.0, status.lagSeconds(), 0.001);
    assertEquals(2.0, status.lastAckAgeSeconds(), 0.001);
    long firstBatch = follower.batches().getFirst().header().endOffset();
    follower.ack(follower.batches().getFirst().header().lastSequence(), 0, 1);
    assertEquals(leader.shard.logEndOffset() - firstBatch, follower.session.status().lagBytes());
    follower.ackAll(10, 7);
    status = follower.session.status();
    assertEquals(0, status.lagRecords());
    assertEquals(0, status.lagBytes());
    assertEquals(0, status.lagSeconds());
    assertEquals(0, status.lastAckAgeSeconds());
    assertEquals(10, status.ackedSequence());
    assertEquals(7, status.durableSequence());
  }

  @Test
  void aResumedFollowerIsAsFarBehindAsItsPositionSays() {
    leader.put(0, 10);
    long end = leader.shard.logEndOffset();
    Peer follower = leader.connectAt(10);
    assertEquals(0, follower.session.status().lagBytes());
    leader.put(0, 1);
    assertEquals(1, follower.session.status().lagRecords());
    assertEquals(leader.shard.logEndOffset() - end, follower.session.status().lagBytes());
  }

  @Test
  void writeConcernIsToldOfWhatIsOnDisk() {
    AtomicInteger calls = new AtomicInteger();
    registry().onAdvance(0, calls::incrementAndGet);
    leader.put(0, 10);
    Peer follower = leader.connectAt(10);
    assertEquals(0, registry().durableOn(0, 1)); // it has not said so
    follower.ack(10, 4, 0);
    assertEquals(4, registry().durableOn(0, 1));
    assertEquals(1, calls.get());
    follower.session.end("test", "gone");
    assertEquals(4, registry().durableOn(0, 1));
    FollowerStatus gone = registry().gone().getFirst();
    assertFalse(gone.connected());
    assertEquals(10, gone.ackedSequence());
    assertEquals(4, gone.durableSequence());
    leader.put(0, 3);
    assertEquals(3, registry().gone().getFirst().lagRecords());
    assertEquals(4, leader.connectAt(10).session.status().durableSequence());
  }

  @ParameterizedTest
  @CsvSource({
    // applied, durable, batches after an ack of 8, 6, 0 with 10 sent in one batch
    "8, 6, 2, unexpected-ack, batches=2 in flight=1",
    "7, 6, 0, position-back, applied=7",
    "8, 5, 0, position-back, durable=5",
    "11, 6, 0, position-ahead, applied=11",
    "10, 11, 0, position-ahead, sent=10",
    "-1, 6, 0, position-ahead, applied=18446744073709551615",
  })
  void positionsThatCannotBeAreNotBelieved(
      long applied, long durable, int batches, String reason, String text) {
    leader.put(0, 10);
    Peer follower = leader.connectAt(5);
    follower.ack(8, 6, 0);
    assertFalse(follower.connection.closed);
    follower.ack(applied, durable, batches);
    follower.assertRejected(reason, text);
    assertEquals(6, registry().durableOn(0, 1));
  }

  @Test
  void duringAScanNothingBehindItIsBelieved() {
    leader.put(0, PER_BATCH * (WINDOW + 2L));
    Peer follower = leader.connectNew();
    follower.ack(0, 0, 0);
    long noted = leader.shard.committedSequence();
    leader.put(0, 10);
    follower.ack(noted, 0, 0);
    assertFalse(follower.connection.closed);
    follower.ack(noted + 1, 0, 0);
    follower.assertRejected("position-ahead", "sent=" + noted);
  }

  @Test
  void anAckForAnotherShardIsNotAccepted() {
    Peer follower = leader.connectAt(0);
    follower.say(new Ack(3, 0, 0, Optional.of(new Ack.Extension(0, 0, 0))));
    follower.assertRejected("wrong-shard", "shard=3 expected=0");
  }

  @Test
  void whoAcknowledgesNothingIsStalledHoweverMuchItLives() {
    Peer follower = leader.connectAt(0);
    leader.pass(60, follower); // nothing is in flight
    leader.put(0, 5_000);
    leader.pass(9, follower);
    follower.ack(0, 0, 0); // says where it is, but takes nothing in
    assertFalse(follower.connection.closed);
    leader.pass(1, follower);
    follower.assertRefused("stalled", "nothing acknowledged for 10000 ms");
    assertEquals(List.of("stalled"), leader.meter.gone);
  }

  @Test
  void everyAckGivesAFollowerTime() {
    leader.put(0, 5_000);
    Peer follower = leader.connectAt(0);
    for (int i = 1; i < 5; i++) {
      leader.pass(9, follower);
      follower.ack(i, 0, 1);
    }
    assertFalse(follower.connection.closed);
  }

  @Test
  void aLeaderWithNothingToSaySaysHowFarItIs() {
    Peer follower = synced();
    leader.put(0, 3);
    follower.ackAll(3, 3);
    leader.pass(1, follower);
    assertEquals(3, follower.heartbeat().lastSequence());
    assertEquals(leader.shard.logEndOffset(), follower.heartbeat().endOffset());
    assertTrue(follower.heartbeat().wallClockMs() > 0);
    leader.pass(2, follower);
    assertEquals(3, follower.connection.frames(Heartbeat.class).size());
  }

  @Test
  void anErrorOfTheFollowersEndsIt() {
    Peer follower = leader.connectAt(0);
    follower.say(new ErrorFrame("no"));
    assertTrue(follower.connection.closed);
    assertEquals(List.of("follower-error"), leader.meter.gone);
    follower.ack(0, 0, 0);
    leader.pass(60);
    leader.put(0, 1);
    assertEquals(List.of(), leader.meter.rejected);
    assertEquals(List.of(), follower.batches());
  }
}
