package dev.slotstream.replication;

import dev.slotstream.engine.SlotEngine;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.FrameDecoder;
import dev.slotstream.wire.WireException;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One follower's connection for one shard: the socket, its timer and its place among those who are
 * told of commits, all owned here and let go together. What is said over it is {@link
 * FollowerSession}'s.
 *
 * <p>Everything runs on the event loop that the socket was accepted on.
 */
final class FollowerVerticle extends AbstractVerticle {
  private static final long TICK_MILLIS = 250;
  private static final int WRITE_QUEUE_BYTES = 256 * 1024;

  private final SlotEngine engine;
  private final LeaderContext leader;
  private final NetSocket socket;
  private final Context loop;
  private final TailWaker tails;
  private final FrameDecoder decoder = FrameDecoder.ofFollowerFrames();
  private final Promise<String> deployed = Promise.promise();
  private final Promise<Void> undeployed = Promise.promise();
  private final AtomicBoolean leaving = new AtomicBoolean();
  private volatile FollowerSession session;
  private long timer;
  private boolean listening;

  FollowerVerticle(
      SlotEngine engine, LeaderContext leader, NetSocket socket, Context loop, TailWaker tails) {
    this.engine = engine;
    this.leader = leader;
    this.socket = socket;
    this.loop = loop;
    this.tails = tails;
  }

  FollowerStatus status() {
    FollowerSession current = session;
    return current == null ? null : current.status();
  }

  @Override
  public void start(Promise<Void> started) {
    loop.runOnContext(
        nothing -> {
          open();
          started.complete();
        });
  }

  private void open() {
    long now = leader.clock().getAsLong();
    session = new FollowerSession(engine, leader, new VertxConnection(socket, loop), now);
    socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    socket.drainHandler(nothing -> session.onDrained());
    socket.exceptionHandler(failure -> session.end("socket", failure.getMessage()));
    socket.closeHandler(nothing -> closed());
    socket.handler(this::received);
    timer = vertx.setPeriodic(TICK_MILLIS, id -> session.onTick(leader.clock().getAsLong()));
    socket.resume();
  }

  private void received(Buffer chunk) {
    try {
      decoder.feed(ByteBuffer.wrap(chunk.getBytes()));
      for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
        session.onFrame(frame, leader.clock().getAsLong());
      }
      listenToCommits();
    } catch (WireException e) {
      session.reject(e.reason().tag(), e.getMessage());
    } catch (RuntimeException e) {
      session.failed(e);
    }
  }

  private void listenToCommits() {
    if (!listening && session.shard() != null) {
      listening = true;
      tails.add(session);
    }
  }

  private void closed() {
    release("disconnected", "connection closed");
    leave();
  }

  /** Completes when everything that it owns is let go. */
  Future<Void> undeployed() {
    return undeployed.future();
  }

  /** How its deployment went: told by whoever deploys it. */
  void deployed(AsyncResult<String> id) {
    deployed.handle(id);
  }

  /**
   * Undeploys it once, whoever asks first: a second attempt at the same time would fail, and with
   * it the undeployment of the acceptor that this is a child of.
   */
  Future<Void> leave() {
    if (leaving.compareAndSet(false, true)) {
      deployed.future().compose(id -> vertx.undeploy(id)).onComplete(undeployed);
    }
    return undeployed();
  }

  private void release(String reason, String text) {
    vertx.cancelTimer(timer);
    if (listening) {
      listening = false;
      tails.remove(session);
    }
    session.end(reason, text);
  }

  @Override
  public void stop(Promise<Void> stopped) {
    loop.runOnContext(
        nothing -> {
          if (session != null) {
            release("leader-stops", "leader is shutting down");
          }
          stopped.complete();
        });
  }
}
