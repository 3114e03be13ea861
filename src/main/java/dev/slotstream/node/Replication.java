package dev.slotstream.node;

import dev.slotstream.engine.SlotEngine;
import dev.slotstream.ops.ReplicationCounters;
import dev.slotstream.replication.FollowerPositions;
import dev.slotstream.replication.FollowerStatus;
import dev.slotstream.replication.LinkStatus;
import dev.slotstream.replication.ReplicationClient;
import dev.slotstream.replication.ReplicationServer;
import dev.slotstream.replication.ReplicationView;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * This node's replication: a server for followers on a leader, a client on a follower. It is also
 * the view that status pages and meters look at, before it has started too.
 */
@Singleton
public final class Replication implements ReplicationView {
  private static final Logger LOG = Logger.getLogger(Replication.class);
  private static final long WAIT_SECONDS = 20;

  private final SlotstreamConfig config;
  private final ReplicationCounters meter;
  private volatile ReplicationView view = ReplicationView.NONE;
  private volatile FollowerPositions positions = FollowerPositions.NONE;
  private volatile OptionalInt port = OptionalInt.empty();
  private Supplier<Future<Void>> stop = Future::succeededFuture;

  Replication(SlotstreamConfig config, ReplicationCounters meter) {
    this.config = config;
    this.meter = meter;
  }

  /** Begins to serve followers, or to follow; waits until that works. */
  void start(Vertx vertx, SlotEngine engine) {
    switch (config.role()) {
      case LEADER -> {
        if (config.replication().enabled()) {
          serve(vertx, engine);
        }
      }
      case FOLLOWER -> follow(vertx, engine);
    }
  }

  private void serve(Vertx vertx, SlotEngine engine) {
    SlotstreamConfig.Replication options = config.replication();
    ReplicationServer server =
        new ReplicationServer(
            engine,
            new ReplicationServer.ServerOptions(options.host(), options.port(), options.window()),
            meter);
    stop = server::stop;
    try {
      port = OptionalInt.of(await(server.start(vertx)));
    } catch (ExecutionException | TimeoutException e) {
      throw StartFailure.because(
          "cannot listen for followers, slotstream.replication.host=%s port=%d: %s"
              .formatted(options.host(), options.port(), e.getMessage()));
    }
    view = server;
  }

  private void follow(Vertx vertx, SlotEngine engine) {
    HostPort leader = HostPort.parse(config.leader().orElseThrow());
    ReplicationClient client =
        new ReplicationClient(
            engine,
            new ReplicationClient.ClientOptions(
                leader.host(),
                leader.port(),
                config.nodeName().orElse(""),
                config.replication().window()),
            meter);
    stop = client::stop;
    try {
      await(client.start(vertx));
    } catch (ExecutionException | TimeoutException e) {
      throw StartFailure.because("cannot follow: " + e.getMessage());
    }
    view = client;
  }

  /** Ends all connections; waits for that. */
  void stop() {
    view = ReplicationView.NONE;
    positions = FollowerPositions.NONE;
    try {
      await(stop.get());
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

  /** How far this node's followers are; those of nobody before it has started and on a follower. */
  FollowerPositions positions() {
    return positions;
  }

  /** Where followers connect; empty when none are served. */
  OptionalInt port() {
    return port;
  }

  @Override
  public List<FollowerStatus> followers() {
    return view.followers();
  }

  @Override
  public List<LinkStatus> links() {
    return view.links();
  }
}
