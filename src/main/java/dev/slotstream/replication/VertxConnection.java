package dev.slotstream.replication;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;

/** A Vert.x socket as a session uses it. All calls come from the socket's event loop. */
final class VertxConnection implements Connection {
  private final NetSocket socket;
  private final Context context;

  VertxConnection(NetSocket socket, Context context) {
    this.socket = socket;
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
    // A write that fails ends the connection, and the close handler tells the session.
    socket.write(Buffer.buffer(bytes));
  }

  @Override
  public boolean congested() {
    return socket.writeQueueFull();
  }

  @Override
  public void close() {
    socket.close();
  }

  @Override
  public void later(Runnable step) {
    context.runOnContext(nothing -> step.run());
  }
}
