package dev.slotstream.replication;

import dev.slotstream.engine.SlotEngine;
import dev.slotstream.replication.LinkStatus.State;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.FrameDecoder;
import dev.slotstream.wire.WireException;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * One shard's link to the leader: connects, reconnects, and owns socket, timers and client. What is
 * said over a connection is {@link LeaderLink}'s.
 *
 * <p>Everything runs on the verticle's event loop.
 */
final class LinkVerticle extends AbstractVerticle {
  private static final Logger LOG = Logger.getLogger(LinkVerticle.class);
  private static final int CONNECT_MILLIS = 5_000;
  private static final long TICK_MILLIS = 250;

  /** Above it nothing more is read: at most so many batches are in memory. */
  private static final int MAX_UNCOMMITTED = 256;

  private final SlotEngine engine;
  private final LeaderLink.LinkOptions options;
  private final SocketAddress leader;
  private final LongSupplier clock;
  private final LinkProgress progress;
  private final Backoff backoff = new Backoff(ThreadLocalRandom.current());
  private NetClient client;
  private NetSocket socket;
  private LeaderLink link;
  private LeaderLink former;
  private FrameDecoder decoder;
  private long ticker;
  private long retry = -1;
  private boolean stopping;

  LinkVerticle(
      SlotEngine engine,
      LeaderLink.LinkOptions options,
      SocketAddress leader,
      LongSupplier clock,
      LinkProgress progress) {
    this.engine = engine;
    this.options = options;
    this.leader = leader;
    this.clock = clock;
    this.progress = progress;
  }

  @Override
  public void start() {
    client =
        vertx.createNetClient(
            new NetClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true));
    ticker = vertx.setPeriodic(TICK_MILLIS, id -> tick());
    connect();
  }

  private void connect() {
    if (former != null && !former.settled()) {
      again(); // what it brought is still on its way into the store
      return;
    }
    progress.connecting();
    client
        .connect(leader)
        .onSuccess(this::connected)
        .onFailure(
            failure -> {
              progress.lost("connect", failure.getMessage());
              again();
            });
  }

  private void connected(NetSocket newSocket) {
    if (stopping) {
      newSocket.close();
      return;
    }
    socket = newSocket;
    var layout = engine.options().shape().layout();
    decoder = FrameDecoder.ofLeaderFrames(layout.keyLength(), layout.valueLength());
    VertxConnection connection = new VertxConnection(newSocket, context);
    LeaderLink newLink = new LeaderLink(engine, options, connection, progress, clock.getAsLong());
    link = newLink;
    progress.connected();
    newSocket.exceptionHandler(failure -> newLink.end("socket", failure.getMessage()));
    newSocket.closeHandler(nothing -> closed(newLink));
    newSocket.handler(chunk -> received(newLink, chunk));
    newLink.onProgress(() -> newSocket.resume());
    newLink.open();
  }

  private void received(LeaderLink on, Buffer chunk) {
    try {
      on.onBytes(clock.getAsLong());
      decoder.feed(ByteBuffer.wrap(chunk.getBytes()));
      for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
        on.onFrame(frame, clock.getAsLong());
      }
      if (on.uncommitted() >= MAX_UNCOMMITTED) {
        socket.pause();
      }
    } catch (WireException e) {
      on.reject(e.reason().tag(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.errorf(e, "link broke, leader=%s", leader);
      on.end("broken", "fault of this follower, see the log: " + e);
    }
  }

  private void tick() {
    if (link != null) {
      link.onTick(clock.getAsLong());
      if (progress.state() == State.LIVE) {
        backoff.reset();
      }
    }
  }

  private void closed(LeaderLink gone) {
    gone.end("disconnected", "connection closed");
    if (link == gone) {
      former = gone;
      link = null;
      socket = null;
      again();
    }
  }

  private void again() {
    if (stopping || progress.state() == State.REFUSED) {
      return;
    }
    progress.waiting();
    retry = vertx.setTimer(backoff.nextMillis(), id -> connect());
  }

  @Override
  public void stop() {
    stopping = true;
    vertx.cancelTimer(ticker);
    vertx.cancelTimer(retry);
    if (link != null) {
      link.end("follower-stops", "follower is shutting down");
    }
    client.close();
    progress.stopped();
  }
}
