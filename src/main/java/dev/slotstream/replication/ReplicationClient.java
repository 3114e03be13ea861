package dev.slotstream.replication;

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
public final class ReplicationClient implements ReplicationView {
  private final SlotEngine engine;
  private final SocketAddress leader;
  private final LongSupplier clock = System::nanoTime;
  private final List<LinkProgress> progress = new ArrayList<>();
  private final List<String> deployed = new ArrayList<>();
  private Vertx vertx;

  /** Links to a leader's replication port that are not made yet. */
  public ReplicationClient(
      SlotEngine engine, String leaderHost, int leaderPort, ReplicationMeter meter) {
    this.engine = engine;
    this.leader = SocketAddress.inetSocketAddress(leaderPort, leaderHost);
    String name = leaderHost + ":" + leaderPort;
    engine
        .shards()
        .forEach(shard -> progress.add(new LinkProgress(shard.number(), name, meter, clock)));
  }

  /** Begins to follow. */
  public Future<Void> start(Vertx onVertx) {
    vertx = onVertx;
    List<Future<Void>> all = new ArrayList<>();
    for (int shard = 0; shard < progress.size(); shard++) {
      LinkVerticle link = new LinkVerticle(engine, shard, leader, clock, progress.get(shard));
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
  public List<FollowerStatus> followers() {
    return List.of();
  }

  @Override
  public List<LinkStatus> links() {
    return progress.stream().map(LinkProgress::status).toList();
  }
}
