package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The follower's side: one link, one verticle, one connection for each shard. Any thread may call
 * it.
 */
public final class ReplicationClient implements ReplicationView, LeaderPosition {
  private final SlotEngine engine;
  private final SocketAddress leader;
  private final LeaderLink.LinkOptions options;
  private final LongSupplier clock = System::nanoTime;
  private final List<LinkProgress> progress = new ArrayList<>();
  private final List<String> deployed = new ArrayList<>();
  private Vertx vertx;

  /**
   * What a follower tells its leader about itself.
   *
   * @param name printable, at most 63 bytes; may be empty
   * @param window batches that may be on their way to it, per shard
   */
  public record ClientOptions(String leaderHost, int leaderPort, String name, int window) {}

  /** Links to a leader's replication port that are not made yet. */
  public ReplicationClient(SlotEngine engine, ClientOptions options, ReplicationMeter meter) {
    this.engine = engine;
    this.options = new LeaderLink.LinkOptions(options.name(), options.window());
    this.leader = SocketAddress.inetSocketAddress(options.leaderPort(), options.leaderHost());
    String name = options.leaderHost() + ":" + options.leaderPort();
    engine
        .shards()
        .forEach(shard -> progress.add(new LinkProgress(shard.number(), name, meter, clock)));
  }

  /** Begins to follow. */
  public Future<Void> start(Vertx onVertx) {
    vertx = onVertx;
    List<Future<Void>> all = new ArrayList<>();
    for (LinkProgress each : progress) {
      LinkVerticle link = new LinkVerticle(engine, options, leader, clock, each);
      all.add(vertx.deployVerticle(link).map(this::remember));
    }
    return Future.all(all).mapEmpty();
  }

  private Void remember(String id) {
    synchronized (deployed) {
      deployed.add(id);
    }
    return null;
  }

  /** Ends all links. */
  public Future<Void> stop() {
    List<Future<Void>> all = new ArrayList<>();
    synchronized (deployed) {
      deployed.forEach(id -> all.add(vertx.undeploy(id)));
      deployed.clear();
    }
    return Future.join(all).mapEmpty();
  }

  @Override
  public long last(Shard shard) {
    return Math.max(shard.committedSequence(), progress.get(shard.number()).leaderLast());
  }

  /** With a plain leader the history stays this store's own, once it has caught up. */
  @Override
  public boolean isSettled(Shard shard) {
    return !shard.history().own() || progress.get(shard.number()).caughtUpOnce();
  }

  @Override
  public List<FollowerStatus> followers() {
    return List.of();
  }

  @Override
  public List<LinkStatus> links() {
    return progress.stream().map(LinkProgress::status).toList();
  }
}
