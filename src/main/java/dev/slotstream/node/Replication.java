package dev.slotstream.node;

import dev.slotstream.engine.SlotEngine;
import dev.slotstream.ops.ReplicationCounters;
import dev.slotstream.replication.FollowerPositions;
import dev.slotstream.replication.FollowerStatus;
import dev.slotstream.replication.LeaderPosition;
import dev.slotstream.replication.LinkStatus;
import dev.slotstream.replication.ReplicationClient;
import dev.slotstream.replication.ReplicationServer;
import dev.slotstream.replication.ReplicationView;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * This node's replication: a server for followers, and on a follower links to its leader. It is
 * also the view that status pages and meters look at, before it has started too.
 */
@Singleton
public final class Replication implements ReplicationView {
  private static final Logger LOG = Logger.getLogger(Replication.class);
  private static final long WAIT_SECONDS = 20;

  private final SlotstreamConfig config;
  private final ReplicationCounters meter;
  private volatile ReplicationView links = ReplicationView.NONE;
  private volatile ReplicationView followers = ReplicationView.NONE;
  private volatile FollowerPositions positions = FollowerPositions.NONE;
  private volatile OptionalInt port = OptionalInt.empty();
  private final List<Supplier<Future<Void>>> stops = new ArrayList<>();

  Replication(SlotstreamConfig config, ReplicationCounters meter) {
    this.config = config;
    this.meter = meter;
  }

  /**
   * Begins to follow, on a follower, and to serve followers, on any node; waits until that works.
   */
  void start(Vertx vertx, SlotEngine engine) {
    LeaderPosition leader =
        switch (config.role()) {
          case LEADER -> LeaderPosition.OWN;
          case FOLLOWER -> follow(vertx, engine);
        };
    if (config.replication().enabled()) {
      serve(vertx, engine, leader);
    }
  }

  private LeaderPosition follow(Vertx vertx, SlotEngine engine) {
    HostPort leader = HostPort.parse(config.leader().orElseThrow());
    ReplicationClient client =
        new ReplicationClient(
            engine,
            new ReplicationClient.ClientOptions(
                leader.host(),
                leader.port(),
                NodeOptions.nodeName(config),
                config.replication().window()),
            meter);
    stops.add(client::stop);
    try {
      await(client.start(vertx));
    } catch (ExecutionException | TimeoutException e) {
      throw StartFailure.because("cannot follow: " + e.getMessage());
    }
    links = client;
    return client;
  }

  private void serve(Vertx vertx, SlotEngine engine, LeaderPosition leader) {
    SlotstreamConfig.Replication options = config.replication();
    ReplicationServer server =
        new ReplicationServer(
            engine,
            new ReplicationServer.ServerOptions(
                options.host(),
                options.port(),
                options.window(),
                options.maxFullSyncs(),
                options.stallTimeout(),
                options.inSyncLag()),
            meter,
            leader);
    stops.add(server::stop);
    try {
      port = OptionalInt.of(await(server.start(vertx)));
    } catch (ExecutionException | TimeoutException e) {
      throw StartFailure.because(
          "cannot listen for followers, slotstream.replication.host=%s port=%d: %s"
              .formatted(options.host(), options.port(), e.getMessage()));
    }
    followers = server;
    positions = server.positions();
  }

  /** Ends all connections; waits for that. */
  void stop() {
    links = ReplicationView.NONE;
    followers = ReplicationView.NONE;
    positions = FollowerPositions.NONE;
    try {
      await(Future.join(stops.stream().map(Supplier::get).toList()));
    } catch (ExecutionException | TimeoutException e) {
      LOG.warnf(e, "replication did not stop, waited=%ds", WAIT_SECONDS);
    }
  }

  private static <T> T await(Future<T> future) throws ExecutionException, TimeoutException {
    try {
      return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExecutionException(e);
    }
  }

  /** How far this node's followers are; those of nobody before it has started. */
  FollowerPositions positions() {
    return positions;
  }

  /** Where followers connect; empty when none are served. */
  OptionalInt port() {
    return port;
  }

  @Override
  public List<FollowerStatus> followers() {
    return followers.followers();
  }

  @Override
  public List<LinkStatus> links() {
    return links.links();
  }
}
