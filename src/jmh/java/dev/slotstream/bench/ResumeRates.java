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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long a follower takes to catch up that was away for a number of writes: from its start until
 * it is live on all shards. Leader and follower in one process, two shards.
 *
 * <p>Arguments: keys in the store, rounds, then numbers of missed writes. Prints the median of
 * each, and how many full syncs there were after the first.
 */
public final class ResumeRates {
  private static final int SHARDS = 2;
  private static final int WINDOW = 32;

  private ResumeRates() {}

  /** Counts the leader's scans. */
  private static final class Scans implements ReplicationMeter {
    private final AtomicLong count = new AtomicLong();

    @Override
    public void scanStarted(int shard, String reason) {
      count.incrementAndGet();
    }
  }

  /** Runs once. */
  public static void main(String[] arguments) throws Exception {
    int keys = Integer.parseInt(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    Path temp = Files.createTempDirectory("slotstream-resume");
    Vertx vertx = Vertx.vertx();
    Scans scans = new Scans();
    try (SlotEngine leader = BenchStore.open(temp.resolve("leader"), SHARDS, true);
        SlotEngine follower = BenchStore.open(temp.resolve("follower"), SHARDS, false)) {
      BenchStore.putAll(leader, 0, keys);
      ReplicationServer server =
          new ReplicationServer(leader, new ServerOptions("127.0.0.1", 0, WINDOW), scans);
      int port = server.start(vertx).toCompletionStage().toCompletableFuture().get();
      double full = follow(vertx, follower, port);
      System.out.printf("resume keys=%d full-sync=%.3f s%n", keys, full);
      long before = scans.count.get();
      for (int m = 2; m < arguments.length; m++) {
        int missed = Integer.parseInt(arguments[m]);
        List<Double> seconds = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
          for (int done = 0; done < missed; ) {
            int some = Math.min(keys, missed - done);
            BenchStore.putAll(leader, 0, some);
            done += some;
          }
          seconds.add(follow(vertx, follower, port));
        }
        seconds.sort(null);
        System.out.printf(
            "resume keys=%d missed=%d seconds=%.3f scans=%d%n",
            keys, missed, seconds.get(seconds.size() / 2), scans.count.get() - before);
      }
      server.stop().toCompletionStage().toCompletableFuture().get();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get();
      BenchStore.deleteTree(temp);
    }
  }

  /** Follows until all is there; answers how long that took. */
  private static double follow(Vertx vertx, SlotEngine follower, int port) throws Exception {
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
    double took = BenchStore.seconds(start);
    client.stop().toCompletionStage().toCompletableFuture().get();
    return took;
  }
}
