package dev.slotstream.replication;

import static dev.slotstream.replication.TestNode.awaitUntil;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VertxConnectionTest {
  private static final byte[] CHUNK = new byte[1 << 20];

  private Vertx vertx;
  private NetServer server;
  private final Promise<VertxConnection> accepted = Promise.promise();
  private final Promise<Void> closed = Promise.promise();
  private final Promise<Long> queued = Promise.promise();

  @BeforeEach
  void listen() {
    vertx = Vertx.vertx();
    Context loop = vertx.getOrCreateContext();
    Promise<NetServer> listening = Promise.promise();
    loop.runOnContext(
        nothing ->
            vertx
                .createNetServer()
                .connectHandler(
                    socket -> {
                      socket.closeHandler(gone -> closed.complete());
                      accepted.complete(new VertxConnection(socket, loop));
                    })
                .listen(0, "127.0.0.1")
                .onComplete(listening));
    server = TestNode.await(listening.future());
  }

  @AfterEach
  void stop() {
    TestNode.await(vertx.close());
  }

  private Socket peer() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
  }

  @Test
  void aPeerThatReadsNothingDoesNotKeepItOpen() throws IOException {
    try (Socket peer = peer()) {
      VertxConnection connection = TestNode.await(accepted.future());
      assertTrue(peer.isConnected());
      connection.later(
          () -> {
            for (int c = 0; c < 16; c++) {
              connection.write(CHUNK);
            }
            queued.complete(connection.queuedBytes());
            connection.close();
          });
      TestNode.await(closed.future());
      assertTrue(TestNode.await(queued.future()) > 0);
      awaitUntil("nothing is queued any more", () -> connection.queuedBytes() == 0);
    }
  }

  @Test
  void aPeerThatReadsGetsEverythingThatWasWrittenBefore() throws IOException {
    try (Socket peer = peer()) {
      VertxConnection connection = TestNode.await(accepted.future());
      connection.later(
          () -> {
            connection.write(CHUNK);
            connection.close();
          });
      assertEquals(CHUNK.length, peer.getInputStream().readAllBytes().length);
      TestNode.await(closed.future());
      assertEquals(0, connection.queuedBytes());
    }
  }
}
