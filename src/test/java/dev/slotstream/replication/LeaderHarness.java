package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.KeptAside;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.SyncEnding;
import dev.slotstream.engine.TestWrite;
import dev.slotstream.replication.ReplicationServer.ServerOptions;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.CaughtUp;
import dev.slotstream.wire.Frame.Heartbeat;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.FrameDecoder;
import dev.slotstream.wire.FrameLayout;
import dev.slotstream.wire.PackedBatch;
import dev.slotstream.wire.PackedBatchEncoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A leader without a network: its followers are what a test makes them say, its time is too. */
final class LeaderHarness implements AutoCloseable {
  static final int WINDOW = 8;
  static final int PER_BATCH = FrameLayout.MAX_BATCH_EVENTS;
  static final UUID FOLLOWER = new UUID(5, 5);

  final SlotEngine engine;
  final Shard shard;
  final RecordingMeter meter = new RecordingMeter();
  final LeaderContext leader;
  private final List<Peer> peers = new ArrayList<>();
  private long now = TimeUnit.HOURS.toNanos(1);
  private LeaderPosition position = LeaderPosition.OWN;

  LeaderHarness(EngineOptions options) {
    engine = SlotEngine.open(options);
    shard = engine.shards().getFirst();
    leader =
        LeaderContext.of(
            engine,
            new ServerOptions(
                "unused", 0, WINDOW, 1, Duration.ofSeconds(10), Duration.ofSeconds(5)),
            meter,
            () -> now,
            of -> position.last(of));
  }

  /** Somebody further up leads, and is so far. */
  void upstreamIsAt(long sequence) {
    position = of -> sequence;
  }

  void put(long from, long to) {
    for (long i = from; i < to; i++) {
      TestWrite.put(engine, TestNode.key(i), TestNode.value(i, 1));
    }
    peers.forEach(peer -> peer.session.onCommit());
  }

  /** Records of another leadership arrive from further up: keys 0 and on into slots 0 and on. */
  void learn(int epoch, long first, int count) {
    PackedBatchEncoder encoder = new PackedBatchEncoder(0, 8, 16);
    for (int slot = 0; slot < count; slot++) {
      byte[] source = ByteBuffer.allocate(24).put(TestNode.key(slot)).array();
      encoder.occupied(slot, MetaWord.of(MetaWord.OCCUPIED, 9), source, 0, 8, 8, 16);
    }
    long last = first + count - 1;
    FrameDecoder decoder = FrameDecoder.ofLeaderFrames(8, 16);
    decoder.feed(
        ByteBuffer.wrap(
            encoder.finish(new PackedBatch.Header(epoch, first, last, last, last, last))));
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    FakeConnection upstream = FakeConnection.ofFollower();
    new Applier(engine, shard, upstream)
        .applyStreamed(
            (PackedBatch) decoder.next(), (batch, failure) -> end.complete(failure == null));
    TestNode.awaitUntil(
        "records are committed",
        () -> {
          upstream.runLater();
          return end.isDone();
        });
    assertTrue(end.join());
    peers.forEach(peer -> peer.session.onCommit());
  }

  /** Time passes for everybody; those that are alive say so every second. */
  void pass(int seconds, Peer... alive) {
    for (int s = 0; s < seconds; s++) {
      now += TimeUnit.SECONDS.toNanos(1);
      for (Peer peer : alive) {
        peer.say(new Heartbeat());
      }
      peers.forEach(peer -> peer.session.onTick(now));
      runAll();
    }
  }

  /** Runs what any of the connections put off. */
  void runAll() {
    for (int round = 0; round < 4; round++) {
      peers.forEach(peer -> peer.connection.runLater());
    }
  }

  /** The leader's own shard begins to be synced from elsewhere. */
  void beginFullSync(ShardHistory history, long sequence) {
    CompletableFuture<KeptAside> begun = new CompletableFuture<>();
    shard.beginFullSync(history, sequence, ending(begun));
    begun.orTimeout(30, TimeUnit.SECONDS).join();
  }

  /** And is whole again. */
  void endFullSync() {
    CompletableFuture<KeptAside> done = new CompletableFuture<>();
    shard.endFullSync(ending(done));
    done.orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static SyncEnding ending(CompletableFuture<KeptAside> end) {
    return (aside, failure) -> {
      if (failure == null) {
        end.complete(aside);
      } else {
        end.completeExceptionally(failure);
      }
    };
  }

  void sampleCommits() {
    leader.commitClocks().getFirst().sample(shard.committedSequence(), now);
  }

  /** A connection that has said nothing yet. */
  Peer connect() {
    Peer peer = new Peer();
    peers.add(peer);
    return peer;
  }

  /** A follower that has never followed, once it may begin. */
  Peer connectNew() {
    Peer peer = connect();
    peer.ask(0, 0, true);
    return peer;
  }

  /** A follower that has everything up to a sequence. */
  Peer connectAt(long sequence) {
    Peer peer = connect();
    peer.ask(shard.epochAt(sequence), sequence + 1, false);
    return peer;
  }

  @Override
  public void close() {
    peers.forEach(peer -> peer.session.end("test", "test is over"));
    runAll();
    assertEquals(0, meter.streams.get());
    assertEquals(0, leader.seats().taken());
    assertEquals(0, leader.permits().held() + leader.permits().waiting());
    engine.close();
  }

  /** What a follower says and hears. */
  final class Peer {
    final FakeConnection connection = FakeConnection.ofLeader();
    final FollowerSession session = new FollowerSession(engine, leader, connection, now);

    void say(Frame frame) {
      session.onFrame(frame, now);
    }

    void ask(int epoch, long next, boolean empty) {
      ask(FOLLOWER, shard.history().storeId(), epoch, next, empty);
    }

    void ask(UUID follower, UUID store, int epoch, long next, boolean empty) {
      ask(new SyncRequest.Extension(follower, store, epoch, next, WINDOW, "f1"), empty);
    }

    void ask(SyncRequest.Extension extension, boolean empty) {
      say(
          new SyncRequest(
              0,
              FrameLayout.PROTOCOL_VERSION,
              empty ? FrameLayout.FLAG_EMPTY_STATE : 0,
              Optional.of(extension)));
      runAll();
    }

    void ack(long applied, long durable, int batches) {
      Optional<Ack.Extension> where = Optional.of(new Ack.Extension(applied, durable, batches));
      say(new Ack(0, applied, 1, where));
      runAll();
    }

    /** Acknowledges all batches until no more come; says no more than it got. */
    void ackAll(long applied, long durable) {
      while (inFlight() > 0) {
        long got = Math.max(lastHeader().lastSequence(), info().firstSequence() - 1);
        ack(Math.min(applied, got), Math.min(durable, got), inFlight());
        assertFalse(connection.closed, "rejected");
      }
    }

    int inFlight() {
      return session.status().unackedBatches();
    }

    ShardInfo.Extension info() {
      return connection.frames(ShardInfo.class).getFirst().extension().orElseThrow();
    }

    List<PackedBatch> batches() {
      return connection.frames(PackedBatch.class);
    }

    PackedBatch.Header lastHeader() {
      return batches().getLast().header();
    }

    long caughtUp() {
      return connection.frames(CaughtUp.class).getFirst().extension().orElseThrow().sequence();
    }

    Heartbeat.Extension heartbeat() {
      return connection.frames(Heartbeat.class).getLast().extension().orElseThrow();
    }

    /** The follower did something that is not allowed. */
    void assertRejected(String reason, String text) {
      assertTrue(connection.closed);
      assertEquals(List.of(reason), meter.rejected);
      assertTrue(connection.error().contains(text), connection.error());
    }

    /** The follower did nothing wrong, but is to come again or stay away. */
    void assertRefused(String reason, String text) {
      assertTrue(connection.closed);
      assertEquals(List.of(), meter.rejected);
      assertTrue(connection.error().startsWith(reason + ": "), connection.error());
      assertTrue(connection.error().contains(text), connection.error());
    }
  }
}
