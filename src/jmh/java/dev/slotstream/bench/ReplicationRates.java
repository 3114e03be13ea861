package dev.slotstream.bench;

import dev.slotstream.engine.SlotEngine;
import dev.slotstream.replication.LinkStatus;
import dev.slotstream.replication.ReplicationClient;
import dev.slotstream.replication.ReplicationMeter;
import dev.slotstream.replication.ReplicationServer;
import dev.slotstream.replication.ReplicationServer.ServerOptions;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How fast a follower catches up, and how fast events stream: a leader and a follower in one
 * process, over loopback, keys of 16 bytes and values of 100, {@code os} durability. Prints one
 * line like armdb-peer's {@code bench-replication}.
 *
 * <p>Arguments: keys, events, shards, rehearsals. Catch-up is the time from the follower's start
 * until it is live, with all keys read by it. Streaming is the time from the first put until the
 * follower has acknowledged the last one; puts are not paced, since nothing is dropped. A rehearsal
 * is the same with other stores and fewer keys, and is not told: without one, half of the processor
 * time of these few seconds is the compiler's, which a node that runs does not see.
 */
public final class ReplicationRates {
  private static final int WINDOW = 32;
  private static final int REHEARSED = 200_000;

  private final Vertx vertx = Vertx.vertx();
  private final int shards;

  private ReplicationRates(int shards) {
    this.shards = shards;
  }

  /** Keys and events for each second. */
  private record Rates(double catchUp, double streamed) {}

  /** Runs once, after the rehearsals. */
  public static void main(String[] arguments) throws Exception {
    int keys = Integer.parseInt(arguments[0]);
    int events = Integer.parseInt(arguments[1]);
    int shards = Integer.parseInt(arguments[2]);
    int rehearsals = Integer.parseInt(arguments[3]);
    ReplicationRates all = new ReplicationRates(shards);
    try {
      for (int r = 0; r < rehearsals; r++) {
        all.run(REHEARSED, REHEARSED);
      }
      Rates rates = all.run(keys, events);
      System.out.printf(
          "slotstream keys=%d shards=%d catch-up=%.0f keys/s streamed=%.0f events/s%n",
          keys, shards, rates.catchUp, rates.streamed);
    } finally {
      all.vertx.close().toCompletionStage().toCompletableFuture().get();
    }
  }

  private Rates run(int keys, int events) throws Exception {
    Path temp = Files.createTempDirectory("slotstream-rates");
    try (SlotEngine leader = BenchStore.open(temp.resolve("leader"), shards, true);
        SlotEngine follower = BenchStore.open(temp.resolve("follower"), shards, false)) {
      BenchStore.putAll(leader, 0, keys);
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
      double catchUp = keys / BenchStore.seconds(start);
      start = System.nanoTime();
      BenchStore.putAll(leader, keys, keys + events);
      while (!server.followers().stream().allMatch(f -> f.lagRecords() == 0)) {
        Thread.sleep(1);
      }
      double streamed = events / BenchStore.seconds(start);
      client.stop().toCompletionStage().toCompletableFuture().get();
      server.stop().toCompletionStage().toCompletableFuture().get();
      return new Rates(catchUp, streamed);
    } finally {
      BenchStore.deleteTree(temp);
    }
  }
}
