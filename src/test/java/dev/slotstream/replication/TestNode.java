package dev.slotstream.replication;

import dev.slotstream.engine.Condition;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.TestWrite;
import dev.slotstream.log.LogRetention;
import dev.slotstream.replication.LinkStatus.State;
import dev.slotstream.replication.ReplicationServer.ServerOptions;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotLayout;
import io.smallrye.context.SmallRyeContextManagerProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.ObjLongConsumer;

/** An engine with a server or links on it, on loopback, for tests. */
public final class TestNode implements AutoCloseable {
  static final SlotLayout LAYOUT = new SlotLayout(8, 16);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int IN_FLIGHT = 2_000;

  static {
    // Outside of Quarkus its context propagation is set up by the first who uses Mutiny, and fails
    // when those are two event loops at once.
    SmallRyeContextManagerProvider.getManager();
  }

  final SlotEngine engine;
  final RecordingMeter meter = new RecordingMeter();
  private final Vertx vertx;
  private ReplicationServer server;
  private ReplicationClient client;

  private TestNode(Vertx vertx, EngineOptions options) {
    this.vertx = vertx;
    this.engine = SlotEngine.open(options);
  }

  public static EngineOptions options(Path directory, int shards, Durability durability) {
    return new EngineOptions(
        directory,
        new Shape(shards, 0, LAYOUT, Content.EXACT),
        durability,
        512,
        1 << 20,
        new LogRetention(8L << 20, 64L << 20),
        true);
  }

  public static TestNode open(Vertx vertx, Path directory, int shards, Durability durability) {
    return new TestNode(vertx, options(directory, shards, durability));
  }

  /** A node that follows: it begins no leadership. */
  public static TestNode openFollower(
      Vertx vertx, Path directory, int shards, Durability durability) {
    return new TestNode(vertx, options(directory, shards, durability).following());
  }

  public static TestNode open(Vertx vertx, EngineOptions options) {
    return new TestNode(vertx, options);
  }

  /** Serves followers on a free port. */
  public TestNode lead() {
    return lead(0);
  }

  public TestNode lead(int port) {
    LeaderPosition position = client == null ? LeaderPosition.OWN : client;
    server =
        new ReplicationServer(engine, new ServerOptions("127.0.0.1", port, 8), meter, position);
    await(server.start(vertx));
    return this;
  }

  public int port() {
    return server.port();
  }

  public ReplicationServer server() {
    return server;
  }

  public ReplicationClient client() {
    return client;
  }

  public TestNode follow(int port) {
    client =
        new ReplicationClient(
            engine, new ReplicationClient.ClientOptions("127.0.0.1", port, "test", 8), meter);
    await(client.start(vertx));
    return this;
  }

  public void stopFollowing() {
    await(client.stop());
  }

  public void stopLeading() {
    await(server.stop());
  }

  public boolean live() {
    return client.links().stream().allMatch(link -> link.state() == State.LIVE);
  }

  public static byte[] key(long i) {
    return ByteBuffer.allocate(8).putLong(i).array();
  }

  public static byte[] value(long i, long seed) {
    return ByteBuffer.allocate(16).putLong(i).putLong(i * 31 + seed).array();
  }

  /** Puts these keys, many at a time, and waits for all. */
  public void putAll(long from, long to, long seed) {
    submitAll(
        from,
        to,
        (write, i) -> {
          byte[] value = value(i, seed);
          write.put(key(i), value, value.length, Condition.NONE);
        });
  }

  /** Deletes these keys, many at a time, and waits for all. */
  public void deleteAll(long from, long to) {
    submitAll(from, to, (write, i) -> write.delete(key(i), Condition.NONE));
  }

  private void submitAll(long from, long to, ObjLongConsumer<TestWrite> setUp) {
    ArrayDeque<TestWrite> waiting = new ArrayDeque<>();
    for (long i = from; i < to; i++) {
      TestWrite write = new TestWrite();
      setUp.accept(write, i);
      engine.submit(write);
      waiting.add(write);
      if (waiting.size() > IN_FLIGHT) {
        waiting.poll().await();
      }
    }
    waiting.forEach(TestWrite::await);
  }

  /** Everything that a reader finds, by key. */
  public Map<String, String> content() {
    Map<String, String> content = new TreeMap<>();
    SlotBuffer slot = engine.newBuffer();
    SlotBuffer read = engine.newBuffer();
    HexFormat hex = HexFormat.of();
    byte[] key = new byte[8];
    engine
        .shards()
        .forEach(
            shard -> {
              for (int s = 0; s < shard.slotCount(); s++) {
                if (MetaWord.occupied(shard.copySlot(s, slot))) {
                  System.arraycopy(slot.bytes(), slot.keyOffset(), key, 0, 8);
                  if (engine.get(key, read)) {
                    int value = read.valueOffset();
                    content.put(hex.formatHex(key), hex.formatHex(read.bytes(), value, value + 16));
                  }
                }
              }
            });
    return content;
  }

  public static void awaitUntil(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not happen within " + PATIENCE + ": " + what);
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  public static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    if (client != null) {
      await(client.stop());
    }
    if (server != null) {
      await(server.stop());
    }
    engine.close();
  }
}
