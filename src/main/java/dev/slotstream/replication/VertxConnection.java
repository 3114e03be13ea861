package dev.slotstream.replication;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketInternal;
import java.util.concurrent.atomic.AtomicLong;

/** A Vert.x socket as a session uses it. All calls come from the socket's event loop. */
final class VertxConnection implements Connection {
  private static final long LINGER_MILLIS = 1_000;

  private final NetSocketInternal socket;
  private final Context context;
  private final AtomicLong queued = new AtomicLong();

  VertxConnection(NetSocket socket, Context context) {
    this.socket = (NetSocketInternal) socket;
    this.context = context;
  }

  @Override
  public String remote() {
    return String.valueOf(socket.remoteAddress());
  }

  @Override
  public String remoteHost() {
    return socket.remoteAddress().hostAddress();
  }

  @Override
  public void write(byte[] bytes) {
    // Copied once, to where the kernel takes it from. Vert.x' own buffers would copy it twice more.
    ByteBuf copy = socket.channelHandlerContext().alloc().ioBuffer(bytes.length);
    copy.writeBytes(bytes);
    // A write that fails ends the connection, and the close handler tells the session.
    queued.addAndGet(bytes.length);
    socket.writeMessage(copy).onComplete(taken -> queued.addAndGet(-bytes.length));
  }

  @Override
  public long queuedBytes() {
    return queued.get();
  }

  @Override
  public boolean congested() {
    return socket.writeQueueFull();
  }

  /**
   * Vert.x would first wait until the peer has taken all that was written, and from a frozen peer
   * or over a dead network that is never: then the connection is closed as it stands.
   */
  @Override
  public void close() {
    Vertx vertx = context.owner();
    long force = vertx.setTimer(LINGER_MILLIS, id -> closeAsItStands());
    socket.close().onComplete(closed -> vertx.cancelTimer(force));
  }

  private void closeAsItStands() {
    // The close handler and the failed writes are told of it.
    var _ = socket.channelHandlerContext().close();
  }

  @Override
  public void later(Runnable step) {
    context.runOnContext(nothing -> step.run());
  }
}
