package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.slotstream.engine.Durability;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicationServerTest {
  private static final int PEERS = 32;
  private static final int ROUNDS = 40;

  @TempDir Path temp;
  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stop() {
    TestNode.await(vertx.close());
  }

  @Test
  void stopsWhilePeersHangUp() throws IOException {
    try (TestNode leader = TestNode.open(vertx, temp, 1, Durability.OS)) {
      for (int round = 0; round < ROUNDS; round++) {
        leader.lead();
        List<Socket> peers = new ArrayList<>();
        for (int p = 0; p < PEERS; p++) {
          peers.add(new Socket(InetAddress.getLoopbackAddress(), leader.port()));
        }
        for (Socket peer : peers) {
          peer.close();
        }
        for (int spin = 0; spin < 1_000 * round; spin++) {
          Thread.onSpinWait();
        }
        leader.stopLeading();
        assertEquals(Set.of(), vertx.deploymentIDs());
      }
    }
  }
}
