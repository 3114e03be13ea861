package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.TestWrite;
import dev.slotstream.kit.TestFiles;
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
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.FrameDecoder;
import dev.slotstream.wire.SlotBatch;
import dev.slotstream.wire.SlotBatchEncoder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a follower does with what a leader says; time is driven by hand. */
class LeaderLinkTest {
  private static final ShardInfo FITS = new ShardInfo(1, 8, 16, 32, 512, 0);

  @TempDir Path temp;
  private SlotEngine engine;
  private final RecordingMeter meter = new RecordingMeter();
  private final FakeConnection connection = FakeConnection.ofFollower();
  private long now = TimeUnit.HOURS.toNanos(1);
  private final LinkProgress progress = new LinkProgress(0, "leader:1", meter, () -> now);
  private LeaderLink link;

  @BeforeEach
  void open() {
    engine = SlotEngine.open(TestNode.options(temp, 1, Durability.OS));
    link = new LeaderLink(engine, new LinkOptions("f1", 8), connection, progress, now);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void hear(Frame frame) {
    link.onFrame(frame, now);
    connection.runLater();
  }

  private static SlotBatch batch(int shard, int slot, int status, int version, long key) {
    SlotBatchEncoder encoder = new SlotBatchEncoder(shard, 8, 16);
    byte[] source = ByteBuffer.allocate(24).putLong(key).put(TestNode.value(key, version)).array();
    int meta = MetaWord.of(status, version);
    if (status == MetaWord.OCCUPIED) {
      encoder.occupied(slot, meta, source, 0, 8);
    } else {
      encoder.deleted(slot, meta, source, 0);
    }
    FrameDecoder decoder = FrameDecoder.ofLeaderFrames(8, 16);
    decoder.feed(ByteBuffer.wrap(encoder.finish()));
    return (SlotBatch) decoder.next();
  }

  private static SlotBatch put(int slot, int version, long key) {
    return batch(0, slot, MetaWord.OCCUPIED, version, key);
  }

  private void assertRejected(String reason, String text) {
    assertTrue(connection.closed);
    assertEquals(List.of(reason), meter.rejected);
    assertTrue(connection.error().contains(text), connection.error());
    assertEquals(State.WAITING, progress.state());
  }

  /** CaughtUp, and a second in which the connection lives on. */
  private void caughtUp(long scanned) {
    hear(new CaughtUp(0, scanned));
    now += TimeUnit.SECONDS.toNanos(1);
    link.onTick(now);
    connection.runLater();
  }

  private boolean has(long key) {
    return engine.get(TestNode.key(key), engine.newBuffer());
  }

  @Test
  void asksForItsShardAndSaysThatItIsEmpty() {
    link.open();
    SyncRequest asked = (SyncRequest) connection.take().getFirst();
    assertEquals(List.of(0, 1), List.of(asked.shard(), asked.protocolVersion()));
    assertTrue(asked.empty());
  }

  @Test
  void saysThatItIsNotEmpty() {
    TestWrite.put(engine, TestNode.key(1), TestNode.value(1, 1));
    link.open();
    assertFalse(((SyncRequest) connection.take().getFirst()).empty());
  }

  @Test
  void isLiveOnceAllOfTheScanIsCommitted() {
    hear(FITS);
    assertEquals(State.SYNCING, progress.state());
    hear(put(0, 1, 7));
    hear(put(1, 5, 8));
    hear(new CaughtUp(0, 2));
    assertEquals(State.SYNCING, progress.state());
    assertEquals(List.of(new Ack(0, 1, 1), new Ack(0, 2, 5)), connection.take());
    hear(new Heartbeat());
    assertEquals(State.LIVE, progress.state());
    assertTrue(has(7));
    assertTrue(progress.status().caughtUpOnce());
    hear(new CaughtUp(0, 2)); // a leader that had to scan once more
    assertEquals(1, progress.status().fullSyncs());
  }

  @Test
  void aPlainLeadersScanMakesUpForADamagedLog() {
    TestWrite.put(engine, TestNode.key(1), TestNode.value(1, 1));
    TestWrite.put(engine, TestNode.key(2), TestNode.value(2, 1));
    engine.close();
    TestFiles.flip(TestFiles.startingWith(temp.resolve("shard_000"), "redo-0").getFirst(), 160, 1);
    engine = SlotEngine.open(TestNode.options(temp, 1, Durability.OS).following());
    Shard shard = engine.shards().getFirst();
    link = new LeaderLink(engine, new LinkOptions("f1", 8), connection, progress, now);
    link.open();
    assertTrue(((SyncRequest) connection.take().getFirst()).logDamaged());
    hear(FITS);
    hear(put(5, 1, 9));
    hear(new CaughtUp(0, 1));
    assertTrue(shard.syncing());
    hear(new Heartbeat());
    assertFalse(link.settled(), "the header is not written yet, or nobody was told");
    TestNode.awaitUntil(
        "live",
        () -> {
          connection.runLater();
          return progress.state() == State.LIVE;
        });
    assertTrue(link.settled());
    assertFalse(shard.syncing());
    assertTrue(has(9));
    assertFalse(has(1));
    engine.close();
    engine = SlotEngine.open(TestNode.options(temp, 1, Durability.OS).following());
    assertFalse(engine.shards().getFirst().syncing());
  }

  @Test
  void freesWhatTheScanDidNotName() {
    TestWrite.put(engine, TestNode.key(1), TestNode.value(1, 1));
    TestWrite.put(engine, TestNode.key(2), TestNode.value(2, 1));
    hear(FITS);
    hear(put(1, 9, 3));
    assertTrue(has(1));
    caughtUp(1);
    assertFalse(has(1));
    assertFalse(has(2));
    assertTrue(has(3));
    assertEquals(1, connection.frames(Ack.class).size()); // what was freed is nobody's batch
    hear(put(0, 1, 4)); // a version below the one that was freed
    assertTrue(has(4));
  }

  @Test
  void keepsAKeyThatTheScanFoundAtItsNewerPlace() {
    hear(FITS);
    hear(put(7, 3, 42));
    caughtUp(1);
    hear(put(2, 1, 42)); // where it was before, from a leader that replays what the scan overtook
    assertTrue(has(42));
    hear(batch(0, 2, MetaWord.DELETED, 2, 42));
    hear(put(7, 3, 42));
    assertTrue(has(42));
  }

  @Test
  void findsTheNewestOfTwoPlacesOfAKey() {
    hear(FITS);
    hear(put(7, 3, 42));
    caughtUp(1);
    hear(put(2, 5, 42));
    SlotBuffer found = engine.newBuffer();
    assertTrue(engine.get(TestNode.key(42), found));
    assertEquals(2, found.slot());
    hear(put(7, 4, 42));
    assertTrue(engine.get(TestNode.key(42), found));
    assertEquals(7, found.slot());
  }

  @Test
  void believesCaughtUpOnlyWhenTheConnectionLivesOn() {
    TestWrite.put(engine, TestNode.key(1), TestNode.value(1, 1));
    hear(FITS);
    hear(new CaughtUp(0, 0));
    link.onTick(now + TimeUnit.MILLISECONDS.toNanos(999));
    link.end("disconnected", "connection closed");
    assertTrue(has(1));
    assertFalse(progress.status().caughtUpOnce());
  }

  @Test
  void skipsOlderVersionsOnceItIsLive() {
    hear(FITS);
    hear(put(0, 5, 7));
    caughtUp(1);
    hear(put(0, 4, 9));
    assertFalse(has(9));
    hear(batch(0, 0, MetaWord.DELETED, 6, 7));
    assertFalse(has(7));
    assertEquals(1, progress.status().skippedEvents());
    assertEquals(2, progress.status().appliedEvents());
    assertEquals(3, progress.status().receivedEvents());
  }

  @ParameterizedTest
  @CsvSource({
    "2,8,16,32,0,shard count: leader=2 follower=1",
    "1,9,16,32,0,key length: leader=9 follower=8",
    "1,8,17,32,0,value length: leader=17 follower=16",
    "1,8,16,40,0,slot size: leader=40 follower=32",
    "1,8,16,32,4,shard prefix bits: leader=4 follower=0",
  })
  void refusesALeaderOfAnotherShapeForGood(
      int shards, int key, int value, int slot, int prefix, String message) {
    hear(new ShardInfo(shards, key, value, slot, 512, prefix));
    assertEquals(State.REFUSED, progress.state());
    assertTrue(progress.status().lastError().orElseThrow().contains(message));
    assertTrue(connection.closed);
    hear(put(0, 1, 1));
    assertFalse(has(1));
  }

  @Test
  void refusesABatchBeforeTheHandshake() {
    hear(put(0, 1, 1));
    assertRejected("unexpected-frame", "CONNECTING");
    assertFalse(has(1));
  }

  @Test
  void refusesABatchForAnotherShard() {
    hear(FITS);
    hear(batch(2, 0, MetaWord.OCCUPIED, 1, 1));
    assertRejected("wrong-shard", "shard=2 expected=0");
    assertFalse(has(1));
  }

  @Test
  void refusesAnEventPastTheEnd() {
    hear(FITS);
    hear(put(512 + (1 << 20), 1, 1));
    assertRejected("slot-out-of-range", "slot=1049088 limit=1049088");
    assertEquals(512, engine.shards().getFirst().slotCount());
  }

  @Test
  void refusesCaughtUpForAnotherShard() {
    hear(FITS);
    hear(new CaughtUp(1, 0));
    assertRejected("wrong-shard", "shard=1 expected=0");
  }

  @Test
  void refusesASecondShardInfo() {
    hear(FITS);
    hear(FITS);
    assertRejected("unexpected-frame", "SYNCING");
  }

  @Test
  void endsWhenTheLeaderReportsAnError() {
    hear(new ErrorFrame("go away"));
    assertTrue(connection.closed);
    assertEquals(List.of("leader-error"), meter.lost);
    assertEquals("leader says: go away", progress.status().lastError().orElseThrow());
  }

  @Test
  void tellsTheLeaderWhenItCannotApply() {
    hear(FITS);
    engine.close();
    hear(put(0, 1, 1));
    assertRejected("apply-failed", "closed");
  }

  @Test
  void answersHeartbeatsAndSendsItsOwn() {
    hear(FITS);
    hear(new Heartbeat());
    assertEquals(1, connection.frames(Heartbeat.class).size());
    for (int s = 0; s < 5; s++) {
      now += TimeUnit.SECONDS.toNanos(1);
      link.onTick(now);
    }
    assertEquals(2, connection.frames(Heartbeat.class).size());
  }

  @Test
  void aBatchThatArrivesSlowlyIsASignOfLife() {
    for (int s = 0; s < 30; s++) {
      now += TimeUnit.SECONDS.toNanos(1);
      link.onBytes(now);
      link.onTick(now);
    }
    assertFalse(connection.closed);
    assertEquals(0, progress.status().lastFrameAgeSeconds());
  }

  @Test
  void endsALinkThatIsSilentForTwoIntervals() {
    now += TimeUnit.SECONDS.toNanos(9);
    link.onTick(now);
    assertFalse(connection.closed);
    now += TimeUnit.SECONDS.toNanos(1);
    link.onTick(now);
    assertTrue(connection.closed);
    assertEquals(List.of("silent"), meter.lost);
    link.onTick(now + TimeUnit.MINUTES.toNanos(1));
    assertEquals(1, meter.lost.size());
  }

  /** Lets seconds pass; the leader answers each of our heartbeats at once, or not. */
  private void pass(int seconds, boolean answered) {
    for (int s = 0; s < seconds; s++) {
      now += TimeUnit.SECONDS.toNanos(1);
      connection.take();
      link.onTick(now);
      if (answered && !connection.frames(Heartbeat.class).isEmpty()) {
        hear(new Heartbeat());
      }
    }
  }

  @Test
  void asksAgainWhenTheLeaderOnlyAnswersHeartbeats() {
    hear(FITS);
    caughtUp(0);
    pass(13, true);
    assertEquals(List.of("not-streamed"), meter.lost);
  }

  @Test
  void aLeadersOwnHeartbeatsAreNoAnswers() {
    hear(FITS);
    caughtUp(0);
    for (int round = 0; round < 50; round++) {
      pass(5, false);
      hear(new Heartbeat()); // right after one of ours, whenever the two fall together
    }
    assertEquals(List.of(), meter.lost);
  }

  @Test
  void aLeaderThatConfirmedItsScanOrStreamsIsNotDoubted() {
    hear(FITS);
    hear(new CaughtUp(0, 0));
    hear(new Heartbeat());
    assertEquals(State.LIVE, progress.state());
    pass(60, true);
    assertEquals(List.of(), meter.lost);
  }
}
