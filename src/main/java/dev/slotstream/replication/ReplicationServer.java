package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.wire.Frame.ErrorFrame;
import dev.slotstream.wire.FrameEncoder;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The leader's side: listens, and deploys one verticle for each connection that a follower makes.
 * The listening socket is shared by as many acceptors as there are processors, so that connections
 * spread over the event loops.
 *
 * <p>Any thread may call it.
 */
public final class ReplicationServer implements ReplicationView {
  private static final Logger LOG = Logger.getLogger(ReplicationServer.class);
  private static final int MAX_CONNECTIONS = 4096;
  private static final long SAMPLE_MILLIS = 100;
  private static final AtomicInteger PICKED = new AtomicInteger();

  private final SlotEngine engine;
  private final ServerOptions options;
  private final LeaderContext leader;
  private final Set<FollowerVerticle> sessions = ConcurrentHashMap.newKeySet();
  private final List<Acceptor> acceptors = new ArrayList<>();
  private Vertx vertx;
  private long sampler;
  private volatile int port;

  /**
   * Where to listen, and what followers may take.
   *
   * @param port 0 picks a free one
   * @param window batches that a follower may have unacknowledged
   * @param maxFullSyncs full syncs that are sent at once
   * @param stallTimeout how long a follower may acknowledge nothing while batches are in flight
   * @param inSyncLag how far behind a follower may be and still count as in sync
   */
  public record ServerOptions(
      String host,
      int port,
      int window,
      int maxFullSyncs,
      Duration stallTimeout,
      Duration inSyncLag) {

    /** With everything but the window as it usually is. */
    public ServerOptions(String host, int port, int window) {
      this(host, port, window, 2, Duration.ofSeconds(10), Duration.ofSeconds(5));
    }
  }

  /** A server of a node that leads; it does not listen yet. */
  public ReplicationServer(SlotEngine engine, ServerOptions options, ReplicationMeter meter) {
    this(engine, options, meter, LeaderPosition.OWN);
  }

  /** A server that does not listen yet, and tells its followers how far their leader is. */
  public ReplicationServer(
      SlotEngine engine, ServerOptions options, ReplicationMeter meter, LeaderPosition position) {
    this.engine = engine;
    this.options = options;
    this.leader = LeaderContext.of(engine, options, meter, System::nanoTime, position);
  }

  /** Listens; answers the port. */
  public Future<Integer> start(Vertx onVertx) {
    vertx = onVertx;
    sampler = vertx.setPeriodic(SAMPLE_MILLIS, id -> sample());
    int more = Math.max(0, Runtime.getRuntime().availableProcessors() - 1);
    // Vert.x lets several listeners share a port that it picks when they ask for the same negative
    // one; with 0 each would get a port of its own.
    int asked = options.port() == 0 ? PICKED.decrementAndGet() : options.port();
    return deployAcceptor(asked)
        .compose(
            first -> {
              port = first;
              List<Future<Integer>> others = new ArrayList<>();
              for (int a = 0; a < more; a++) {
                others.add(deployAcceptor(asked));
              }
              return Future.all(others).map(first);
            });
  }

  private Future<Integer> deployAcceptor(int listenPort) {
    Acceptor acceptor = new Acceptor(listenPort);
    return vertx
        .deployVerticle(acceptor)
        .map(
            id -> {
              synchronized (acceptors) {
                acceptors.add(acceptor);
              }
              return acceptor.server.actualPort();
            });
  }

  private void sample() {
    long now = leader.clock().getAsLong();
    for (Shard shard : engine.shards()) {
      leader.commitClocks().get(shard.number()).sample(shard.committedSequence(), now);
      if (shard.syncing()) {
        leader.registry().forget(shard.number());
      }
    }
  }

  /** Where an acceptor and the sessions of its connections run. */
  private record VertxLoop(Vertx vertx, Context context) implements TailWaker.Loop {
    @Override
    public void soon(Runnable step) {
      context.runOnContext(nothing -> step.run());
    }

    @Override
    public void after(long millis, Runnable step) {
      vertx.setTimer(millis, id -> step.run());
    }
  }

  /** One of several listeners on the same port. */
  private final class Acceptor extends AbstractVerticle {
    private final int listenPort;
    private TailWaker tails;
    private NetServer server;
    private boolean refusing;

    private Acceptor(int listenPort) {
      this.listenPort = listenPort;
    }

    @Override
    public void start(Promise<Void> started) {
      tails = new TailWaker(new VertxLoop(vertx, context), leader.clock());
      server =
          vertx
              .createNetServer(
                  new NetServerOptions()
                      .setHost(options.host())
                      .setPort(listenPort)
                      .setTcpNoDelay(true)
                      .setTcpKeepAlive(true))
              .connectHandler(this::accept);
      server.listen().<Void>mapEmpty().onComplete(started);
    }

    private void accept(NetSocket socket) {
      if (refusing) {
        socket.close();
        return;
      }
      socket.pause();
      if (sessions.size() >= MAX_CONNECTIONS) {
        String text = "too many followers are connected, limit=" + MAX_CONNECTIONS;
        LOG.warn(text);
        leader.meter().frameRejected("too-many-followers");
        socket.end(Buffer.buffer(FrameEncoder.encode(new ErrorFrame(text))));
        return;
      }
      FollowerVerticle session = new FollowerVerticle(engine, leader, socket, context, tails);
      sessions.add(session);
      vertx
          .deployVerticle(session)
          .onFailure(failure -> socket.close())
          .onComplete(session::deployed);
      session.undeployed().onComplete(ended -> sessions.remove(session));
    }

    /** From now on nobody is let in. */
    private Future<Void> refuse() {
      Promise<Void> done = Promise.promise();
      context.runOnContext(
          nothing -> {
            refusing = true;
            done.complete();
          });
      return done.future();
    }

    private Future<Void> undeploy() {
      return vertx.undeploy(deploymentID());
    }

    @Override
    public void stop(Promise<Void> stopped) {
      server.close(stopped);
    }
  }

  /** The port that is listened on; 0 before {@link #start} is done. */
  public int port() {
    return port;
  }

  /** Ends all sessions and stops listening. */
  public Future<Void> stop() {
    if (vertx == null) {
      return Future.succeededFuture();
    }
    vertx.cancelTimer(sampler);
    List<Acceptor> all;
    synchronized (acceptors) {
      all = List.copyOf(acceptors);
      acceptors.clear();
    }
    return Future.join(all.stream().map(Acceptor::refuse).toList())
        .eventually(() -> Future.join(sessions.stream().map(FollowerVerticle::leave).toList()))
        .eventually(() -> Future.join(all.stream().map(Acceptor::undeploy).toList()))
        .mapEmpty();
  }

  /** How far the followers are. */
  public FollowerPositions positions() {
    return leader.registry();
  }

  @Override
  public List<FollowerStatus> followers() {
    Stream<FollowerStatus> connected =
        sessions.stream()
            .map(FollowerVerticle::status)
            .filter(Objects::nonNull)
            .filter(status -> status.connected() && !status.follower().isEmpty());
    return Stream.concat(connected, leader.registry().gone().stream())
        .sorted(
            Comparator.comparing(FollowerStatus::follower).thenComparingInt(FollowerStatus::shard))
        .toList();
  }

  @Override
  public List<LinkStatus> links() {
    return List.of();
  }
}
