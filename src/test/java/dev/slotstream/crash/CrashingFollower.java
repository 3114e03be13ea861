package dev.slotstream.crash;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kit.StoreDigest;
import dev.slotstream.log.LogRetention;
import dev.slotstream.replication.ReplicationClient;
import dev.slotstream.replication.ReplicationClient.ClientOptions;
import dev.slotstream.replication.ReplicationMeter;
import dev.slotstream.replication.ReplicationServer;
import dev.slotstream.replication.ReplicationServer.ServerOptions;
import io.smallrye.context.SmallRyeContextManagerProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A child process with a leader and a follower of it, over a real connection; both die at once. A
 * follower that has a store must come to hold what its leader holds before the clients begin; one
 * without a store gets its full sync beside them.
 *
 * <p>Its arguments are its {@link Life}; the follower's store is beside the leader's.
 */
final class CrashingFollower {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int WINDOW = 4;
  private static final LogRetention RETENTION = new LogRetention(1 << 20, 4 << 20);

  private CrashingFollower() {}

  /** Where the follower of a leader in this directory has its store. */
  static Path directory(Path leader) {
    return leader.resolveSibling(leader.getFileName() + "-follower");
  }

  public static void main(String[] arguments) throws Exception {
    CrashingStore.endOnFailure();
    Life life = Life.parse(arguments);
    OperationLog log = new OperationLog(life.notes());
    SmallRyeContextManagerProvider.getManager(); // before two event loops set it up at once
    Vertx vertx = Vertx.vertx();
    SlotEngine leader = SlotEngine.open(options(life.directory(), life.durability()));
    ReplicationServer server =
        new ReplicationServer(
            leader, new ServerOptions("127.0.0.1", 0, WINDOW), ReplicationMeter.NONE);
    int port = await(server.start(vertx));
    boolean known = Files.exists(directory(life.directory()));
    if (known) {
      awaitEqual(leader, follow(vertx, life, port));
    }
    CrashingStore.noteAll(leader, log, life);
    List<Thread> clients = CrashingStore.begin(leader, log, life, () -> true);
    if (!known) {
      follow(vertx, life, port);
    }
    for (Thread client : clients) {
      client.join();
    }
    Thread.sleep(ChildJvm.LIFE_LIMIT);
  }

  private static EngineOptions options(Path directory, Durability durability) {
    EngineOptions usual = CampaignStore.options(directory, durability);
    return new EngineOptions(
        directory,
        usual.shape(),
        durability,
        usual.growSlots(),
        usual.segmentSize(),
        RETENTION,
        true);
  }

  private static SlotEngine follow(Vertx vertx, Life life, int port) throws Exception {
    SlotEngine engine =
        SlotEngine.open(options(directory(life.directory()), life.durability()).following());
    if (!engine.recovery().damagedLogs().isEmpty()) {
      // It would heal by a full sync; but a process that ends damages nothing.
      throw new IllegalStateException("log is damaged: " + engine.recovery().damagedLogs());
    }
    ReplicationClient client =
        new ReplicationClient(
            engine,
            new ClientOptions("127.0.0.1", port, "follower", WINDOW),
            ReplicationMeter.NONE);
    await(client.start(vertx));
    return engine;
  }

  private static void awaitEqual(SlotEngine leader, SlotEngine follower)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<String> expected = StoreDigest.of(leader);
    while (!StoreDigest.of(follower).equals(expected)) {
      if (System.nanoTime() > deadline) {
        System.err.printf(
            "follower differs, leader=%s follower=%s%n", expected, StoreDigest.of(follower));
        Runtime.getRuntime().halt(ChildJvm.FAILED);
      }
      Thread.sleep(2);
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
