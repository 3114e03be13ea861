package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.replication.LeaderLink.LinkOptions;
import dev.slotstream.replication.LinkStatus.State;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.CaughtUp;
import dev.slotstream.wire.Frame.ErrorFrame;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.ShardInfo.HistoryEntry;
import dev.slotstream.wire.Frame.ShardInfo.Mode;
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.FrameDecoder;
import dev.slotstream.wire.PackedBatch;
import dev.slotstream.wire.PackedBatchEncoder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a follower does with what a leader says that knows its history; time is driven by hand. */
class HistoryFollowingTest {
  private static final UUID STORE = new UUID(1, 2);

  @TempDir Path temp;
  private SlotEngine engine;
  private RecordingMeter meter;
  private FakeConnection connection;
  private long now = TimeUnit.HOURS.toNanos(1);
  private LinkProgress progress;
  private LeaderLink link;

  @BeforeEach
  void open() {
    engine = SlotEngine.open(TestNode.options(temp, 1, Durability.OS).following());
    connect();
  }

  /** Another connection of the same process. */
  private void connect() {
    meter = new RecordingMeter();
    connection = FakeConnection.ofFollower();
    progress = new LinkProgress(0, "leader:1", meter, () -> now);
    link = new LeaderLink(engine, new LinkOptions("f1", 8), connection, progress, now);
    link.open();
  }

  private void restart() {
    engine.close();
    open();
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void hear(Frame frame) {
    link.onFrame(frame, now);
    connection.runLater();
  }

  private static ShardInfo info(
      UUID store, int epoch, Mode mode, long first, long last, HistoryEntry... history) {
    return new ShardInfo(
        1,
        8,
        16,
        32,
        512,
        0,
        Optional.of(
            new ShardInfo.Extension(
                store, epoch, mode, first, last, 1_000, "test", List.of(history))));
  }

  private static ShardInfo full(long noted) {
    return info(STORE, 2, Mode.FULL, noted + 1, noted, new HistoryEntry(2, 1));
  }

  private static ShardInfo resume(long first, long last) {
    return info(STORE, 2, Mode.RESUME, first, last, new HistoryEntry(2, 1));
  }

  private static PackedBatch slots(int... slots) {
    return batch(PackedBatch.Header.ofScan(2, 100, 0), slots);
  }

  /** Records that put key n into slot n. */
  private static PackedBatch records(int epoch, long first, int... slots) {
    long last = first + slots.length - 1;
    return batch(new PackedBatch.Header(epoch, first, last, last, last * 64, last * 64), slots);
  }

  private static PackedBatch batch(PackedBatch.Header header, int... slots) {
    PackedBatchEncoder encoder = new PackedBatchEncoder(0, 8, 16);
    for (int slot : slots) {
      byte[] source = ByteBuffer.allocate(24).putLong(slot).put(TestNode.value(slot, 1)).array();
      encoder.occupied(slot, MetaWord.of(MetaWord.OCCUPIED, 1), source, 0, 8, 8, 16);
    }
    FrameDecoder decoder = FrameDecoder.ofLeaderFrames(8, 16);
    decoder.feed(ByteBuffer.wrap(encoder.finish(header)));
    return (PackedBatch) decoder.next();
  }

  private static CaughtUp caughtUp(long end) {
    return new CaughtUp(0, 1, Optional.of(new CaughtUp.Extension(end)));
  }

  private boolean has(long key) {
    SlotBuffer buffer = engine.newBuffer();
    return engine.get(TestNode.key(key), buffer);
  }

  private SyncRequest.Extension asked() {
    return connection.frames(SyncRequest.class).getFirst().extension().orElseThrow();
  }

  private Ack.Extension lastAck() {
    return connection.frames(Ack.class).getLast().extension().orElseThrow();
  }

  /** Steps of the engine end on its own threads. */
  private void awaitState(State state) {
    TestNode.awaitUntil(
        state.name(),
        () -> {
          connection.runLater();
          return progress.state() == state;
        });
  }

  private void awaitAcks(int count) {
    TestNode.awaitUntil(
        "acks",
        () -> {
          connection.runLater();
          return connection.frames(Ack.class).size() >= count;
        });
  }

  private void syncFully(long noted, int... slots) {
    hear(full(noted));
    awaitAcks(1);
    hear(slots(slots));
    hear(caughtUp(noted));
    awaitState(State.LIVE);
  }

  private void assertRejected(String reason, String text) {
    assertTrue(connection.closed);
    assertEquals(List.of(reason), meter.rejected);
    assertTrue(connection.error().contains(text), connection.error());
    assertEquals(State.WAITING, progress.state());
  }

  @Test
  void asksForEverythingAtFirst() {
    assertEquals(
        new SyncRequest.Extension(engine.directoryId(), engine.storeId(), 0, 0, 8, "f1"), asked());
    assertTrue(connection.frames(SyncRequest.class).getFirst().empty());
  }

  @Test
  void asksForTheNextRecordAfterARestart() {
    syncFully(40, 1, 2);
    hear(records(2, 41, 3, 4));
    restart();
    assertEquals(new SyncRequest.Extension(engine.directoryId(), STORE, 2, 43, 8, "f1"), asked());
  }

  @Test
  void asksForEverythingWhenASyncWasBrokenOff() {
    hear(full(40));
    awaitAcks(1);
    hear(slots(1));
    restart();
    assertEquals(0, asked().nextSequence());
    assertEquals(STORE, asked().storeId());
    assertFalse(connection.frames(SyncRequest.class).getFirst().empty());
  }

  @Test
  void batchesThatEndInAnotherOrderDoNotMoveItBack() {
    syncFully(40, 1, 2);
    int acks = connection.frames(Ack.class).size();
    link.onFrame(records(2, 41, 3, 4), now);
    link.onFrame(records(2, 43, 5), now);
    connection.runLaterBackwards();
    assertEquals(new Ack.Extension(43, 43, 2), lastAck());
    assertEquals(acks + 1, connection.frames(Ack.class).size());
    assertEquals(43, progress.status().appliedSequence());
  }

  @Test
  void aFullSyncIsLiveOnlyWhenAllOfItIsHere() {
    hear(full(40));
    assertEquals(State.SYNCING, progress.state());
    awaitAcks(1);
    assertEquals(new Ack.Extension(0, 0, 0), lastAck());
    hear(slots(1, 2));
    assertEquals(new Ack.Extension(0, 0, 1), lastAck());
    hear(caughtUp(42));
    assertEquals(State.SYNCING, progress.state());
    hear(records(2, 41, 3));
    assertEquals(new Ack.Extension(41, 0, 1), lastAck());
    assertEquals(State.SYNCING, progress.state(), "the scan may have seen half of record 42");
    hear(records(2, 42, 4));
    awaitState(State.LIVE);
    awaitAcks(5);
    assertEquals(42, lastAck().durableSequence());
    assertTrue(has(1) && has(2) && has(3) && has(4));
    assertEquals(1, progress.status().fullSyncs());
    assertFalse(engine.shards().getFirst().syncing());
  }

  @Test
  void freesWhatTheScanDidNotName() {
    syncFully(40, 1, 2, 3);
    hear(records(2, 41, 9));
    connect();
    hear(full(50));
    awaitAcks(1);
    hear(slots(2));
    hear(caughtUp(50));
    awaitState(State.LIVE);
    assertEquals(List.of(false, true, false, false), List.of(has(1), has(2), has(3), has(9)));
  }

  @Test
  void resumesWithoutAScan() {
    syncFully(40, 1);
    connect();
    hear(resume(41, 43));
    assertEquals(State.RESUMING, progress.state());
    hear(records(2, 41, 5, 6));
    assertEquals(new Ack.Extension(42, 42, 1), lastAck());
    assertEquals(State.RESUMING, progress.state());
    assertEquals(1, progress.status().lagRecords());
    hear(records(2, 43, 7));
    assertEquals(State.LIVE, progress.state());
    assertEquals(0, progress.status().fullSyncs());
    assertEquals(1, progress.status().resumes());
    assertTrue(has(1) && has(5) && has(6) && has(7));
  }

  @Test
  void isLiveAtOnceWhenItMissedNothing() {
    syncFully(40, 1);
    connect();
    hear(resume(41, 40));
    assertEquals(State.LIVE, progress.state());
    assertEquals(new Ack.Extension(40, 40, 0), lastAck());
  }

  @Test
  void refusesToResumeElsewhere() {
    syncFully(40, 1);
    connect();
    hear(resume(42, 50));
    assertRejected("wrong-resume", "sequence=42 expected=41");
  }

  @Test
  void refusesToResumeAMixture() {
    hear(full(40));
    awaitAcks(1);
    connect();
    hear(resume(41, 50));
    assertRejected("wrong-resume", "another place");
  }

  @Test
  void refusesAGapAndARepetition() {
    syncFully(40, 1);
    hear(records(2, 42, 5));
    assertRejected("out-of-sequence", "sequence=42 expected=41");
    connect();
    hear(resume(41, 41));
    hear(records(2, 41, 5));
    hear(records(2, 41, 5));
    assertRejected("out-of-sequence", "sequence=41 expected=42");
    assertEquals(41, engine.shards().getFirst().committedSequence());
  }

  @Test
  void refusesRecordsOfAPastLeadership() {
    syncFully(40, 1);
    hear(records(3, 41, 5));
    hear(records(2, 42, 5));
    assertRejected("stale-epoch", "epoch=2 expected=3");
  }

  @Test
  void refusesALeaderOfThePast() {
    syncFully(40, 1);
    connect();
    hear(info(STORE, 1, Mode.FULL, 1, 0, new HistoryEntry(1, 1)));
    assertTrue(connection.closed);
    assertEquals(State.WAITING, progress.state());
    assertTrue(progress.status().lastError().orElseThrow().contains("its epoch=1 ours=2"));
  }

  @Test
  void refusesAnotherStoreForGood() {
    syncFully(40, 1);
    connect();
    UUID other = new UUID(3, 4);
    hear(info(other, 9, Mode.FULL, 1, 0, new HistoryEntry(9, 1)));
    assertEquals(State.REFUSED, progress.state());
    String why = progress.status().lastError().orElseThrow();
    assertTrue(why.contains(other.toString()) && why.contains(STORE.toString()), why);
    assertTrue(has(1), "nothing was touched");
  }

  @Test
  void refusesAPlainLeaderOnceItHoldsAnothersHistory() {
    syncFully(40, 1);
    connect();
    hear(new ShardInfo(1, 8, 16, 32, 512, 0));
    assertEquals(State.REFUSED, progress.state());
    assertTrue(has(1), "nothing was touched");
  }

  @Test
  void refusesFramesOutOfPlace() {
    hear(full(40));
    hear(slots(1));
    assertRejected("unexpected-frame", "not expected");
    connect();
    hear(full(40));
    awaitAcks(1);
    hear(records(2, 41, 1));
    assertRejected("unexpected-frame", "not expected");
    connect();
    syncFully(40, 1);
    hear(slots(1));
    assertRejected("unexpected-frame", "not expected");
  }

  @Test
  void refusesASlotThatCannotBe() {
    syncFully(40, 1);
    hear(records(2, 41, 512 + (1 << 20)));
    assertRejected("slot-out-of-range", "limit=");
  }

  @Test
  void putsAsideWhatTheLeaderNeverHad() {
    syncFully(40, 1);
    hear(records(2, 41, 5, 6, 7));
    connect();
    hear(info(STORE, 3, Mode.FULL, 61, 60, new HistoryEntry(2, 1), new HistoryEntry(3, 42)));
    awaitAcks(1);
    assertEquals(2, progress.status().keptAside());
    assertEquals(2, meter.keptAside);
  }

  @Test
  void saysHowFarBehindItIs() {
    syncFully(40, 1);
    hear(records(2, 41, 5));
    LinkStatus level = progress.status();
    assertEquals(
        List.of(41L, 41L, 0L, 0L),
        List.of(
            level.appliedSequence(), level.leaderSequence(), level.lagRecords(), level.lagBytes()));
    assertEquals(0, level.lagSeconds());
    hear(new Heartbeat(Optional.of(new Heartbeat.Extension(45, 45 * 64, 0))));
    now += TimeUnit.MILLISECONDS.toNanos(1_500);
    LinkStatus behind = progress.status();
    assertEquals(4, behind.lagRecords());
    assertEquals(4 * 64, behind.lagBytes());
    assertEquals(1.5, behind.lagSeconds(), 0.001);
    link.onFrame(new ErrorFrame("gone"), now);
    now += TimeUnit.SECONDS.toNanos(10);
    assertEquals(11.5, progress.status().lagSeconds(), 0.001);
  }

  @Test
  void aLostLinkIsNotLevel() {
    syncFully(40, 1);
    link.onFrame(new ErrorFrame("gone"), now);
    now += TimeUnit.SECONDS.toNanos(7);
    assertEquals(0, progress.status().lagRecords());
    assertEquals(7, progress.status().lagSeconds(), 0.001);
  }

  @Test
  void sendsHeartbeatsAndEndsASilentLink() {
    syncFully(40, 1);
    connection.take();
    now += TimeUnit.SECONDS.toNanos(1);
    link.onTick(now);
    assertEquals(List.of(new Heartbeat()), connection.take());
    hear(new Heartbeat(Optional.of(new Heartbeat.Extension(40, 0, 0))));
    assertEquals(List.of(), connection.take(), "it answers none");
    now += TimeUnit.SECONDS.toNanos(3);
    link.onTick(now);
    assertTrue(connection.closed);
    assertTrue(progress.status().lastError().orElseThrow().contains("nothing heard for 3000 ms"));
  }

  @Test
  void isSettledOnceTheEngineHasDoneWhatItWasAskedFor() {
    assertTrue(link.settled());
    link.onFrame(full(100), now);
    assertFalse(link.settled());
    link.end("test", "the connection is lost");
    TestNode.awaitUntil(
        "settled",
        () -> {
          connection.runLater();
          return link.settled();
        });
    connect();
    syncFully(100, 1);
    link.onFrame(records(2, 101, 3), now);
    assertFalse(link.settled());
    connection.runLater();
    assertTrue(link.settled());
  }

  @Test
  void isLiveWhenWhatItWaitedForIsLost() {
    syncFully(10, 1);
    connect();
    hear(resume(11, 14));
    hear(records(2, 11, 3));
    assertEquals(State.RESUMING, progress.state());
    // The leader follows itself, and its own leader has lost records 12 to 14.
    hear(new Heartbeat(Optional.of(new Heartbeat.Extension(11, 0, 0))));
    assertEquals(State.LIVE, progress.state());
  }
}
