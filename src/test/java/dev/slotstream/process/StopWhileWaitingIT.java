package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while clients wait for followers that never come, longer than a stop may take. */
class StopWhileWaitingIT {
  private static final int TERMINATED = 143;

  @TempDir Path temp;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void whoeverWaitsIsToldHowThingsStand() throws IOException, InterruptedException {
    try (NodeProcess node = NodeProcess.leader(temp, http, NodeProcess.freePort())) {
      node.set("SLOTSTREAM_REPLICATION_ACK_TIMEOUT", "10m")
          .set("SLOTSTREAM_REPLICATION_POSITION_TIMEOUT", "1m")
          .set("SLOTSTREAM_STORE_SHARDS", 1)
          .set("QUARKUS_SHUTDOWN_TIMEOUT", "2s")
          .start()
          .awaitReady();
      CompletableFuture<HttpResponse<String>> write =
          http.sendAsync(
              node.request("/kv/k?acks=1").PUT(BodyPublishers.ofString("v")).build(),
              BodyHandlers.ofString());
      CompletableFuture<HttpResponse<String>> read =
          http.sendAsync(node.request("/kv/k?position=0:1:1000").build(), BodyHandlers.ofString());
      node.await("both wait", () -> node.metric("slotstream_kv_waiting") == 2);

      assertEquals(TERMINATED, node.terminate());

      assertEquals(503, write.join().statusCode());
      assertEquals("0:1:1", write.join().headers().firstValue("Slotstream-Position").orElseThrow());
      assertTrue(write.join().body().contains("shutting-down"), write.join().body());
      assertTrue(write.join().body().contains("write stands"), write.join().body());
      assertEquals(503, read.join().statusCode());
      assertTrue(read.join().body().contains("shutting-down"), read.join().body());

      node.start().awaitReady();
      assertEquals("v", node.value("k"));
    }
  }
}
