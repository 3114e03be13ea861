package dev.slotstream.bench;

import dev.slotstream.engine.Condition;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.Write;
import dev.slotstream.log.LogRetention;
import dev.slotstream.replication.LinkStatus;
import dev.slotstream.replication.ReplicationClient;
import dev.slotstream.replication.ReplicationMeter;
import dev.slotstream.replication.ReplicationServer;
import dev.slotstream.replication.ReplicationServer.ServerOptions;
import dev.slotstream.slot.SlotLayout;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/**
 * How fast a follower catches up, and how fast events stream: a leader and a follower in one
 * process, over loopback, keys of 16 bytes and values of 100, {@code os} durability. Prints one
 * line like armdb-peer's {@code bench-replication}.
 *
 * <p>Arguments: keys, events, shards. Catch-up is the time from the follower's start until it is
 * live, with all keys read by it. Streaming is the time from the first put until the follower has
 * acknowledged the last one; puts are not paced, since nothing is dropped.
 */
public final class ReplicationRates {
  private static final int KEY_BYTES = 16;
  private static final int VALUE_BYTES = 100;
  private static final int WINDOW = 32;
  private static final int IN_FLIGHT = 4_096;

  private ReplicationRates() {}

  /** Runs once. */
  public static void main(String[] arguments) throws Exception {
    int keys = Integer.parseInt(arguments[0]);
    int events = Integer.parseInt(arguments[1]);
    int shards = Integer.parseInt(arguments[2]);
    Path temp = Files.createTempDirectory("slotstream-rates");
    Vertx vertx = Vertx.vertx();
    try (SlotEngine leader = open(temp.resolve("leader"), shards);
        SlotEngine follower = open(temp.resolve("follower"), shards)) {
      putAll(leader, 0, keys);
      ReplicationServer server =
          new ReplicationServer(
              leader, new ServerOptions("127.0.0.1", 0, WINDOW), ReplicationMeter.NONE);
      int port = server.start(vertx).toCompletionStage().toCompletableFuture().get();
      ReplicationClient client =
          new ReplicationClient(
              follower,
              new ReplicationClient.ClientOptions("127.0.0.1", port, "", WINDOW),
              ReplicationMeter.NONE);
      long start = System.nanoTime();
      client.start(vertx).toCompletionStage().toCompletableFuture().get();
      while (!client.links().stream().allMatch(l -> l.state() == LinkStatus.State.LIVE)) {
        Thread.sleep(1);
      }
      double catchUp = keys / seconds(start);
      start = System.nanoTime();
      putAll(leader, keys, keys + events);
      while (!server.followers().stream().allMatch(f -> f.lagRecords() == 0)) {
        Thread.sleep(1);
      }
      double streamed = events / seconds(start);
      System.out.printf(
          "slotstream keys=%d shards=%d catch-up=%.0f keys/s streamed=%.0f events/s%n",
          keys, shards, catchUp, streamed);
      client.stop().toCompletionStage().toCompletableFuture().get();
      server.stop().toCompletionStage().toCompletableFuture().get();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get();
      try (Stream<Path> all = Files.walk(temp)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static SlotEngine open(Path directory, int shards) {
    Shape shape = new Shape(shards, 0, new SlotLayout(KEY_BYTES, VALUE_BYTES), Content.EXACT);
    return SlotEngine.open(
        new EngineOptions(
            directory,
            shape,
            Durability.OS,
            65_536,
            64 << 20,
            new LogRetention(256L << 20, 1L << 30),
            true));
  }

  private static void putAll(SlotEngine engine, long from, long to) throws InterruptedException {
    Semaphore places = new Semaphore(IN_FLIGHT);
    for (long i = from; i < to; i++) {
      byte[] key = ByteBuffer.allocate(KEY_BYTES).putLong(i).array();
      byte[] value = new byte[VALUE_BYTES];
      ByteBuffer.wrap(value).putLong(i).putLong(VALUE_BYTES - Long.BYTES, ~i);
      places.acquire();
      Put put = new Put(places);
      put.put(key, value, VALUE_BYTES, Condition.NONE);
      engine.submit(put);
    }
    places.acquire(IN_FLIGHT);
  }

  private static final class Put extends Write {
    private final Semaphore places;

    private Put(Semaphore places) {
      this.places = places;
    }

    @Override
    protected void committed() {
      places.release();
    }

    @Override
    protected void refused() {
      throw new AssertionError("no condition was set");
    }

    @Override
    protected void failed(EngineException why) {
      throw why;
    }
  }
}
