package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real node under which the system's n-th call that brings something to the disk fails, once or
 * from there on: nothing is acknowledged after that, health and metrics say so, reads go on, and
 * after a restart everything acknowledged is there.
 *
 * <p>{@code -Dslotstream.campaign=full} tries every n from 1 to 50.
 */
class FailingSyncSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final List<Integer> CALLS =
      FULL ? IntStream.rangeClosed(1, 50).boxed().toList() : List.of(2, 14, 31);
  private static final int WRITES = 120;
  private static final long TOLD_WITHIN_NANOS = 1_000_000_000L;

  @TempDir Path temp;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int opened;
  private int shutBeforeReady;
  private int refused;

  private static int put(NodeProcess node, HttpClient http, String key, String value)
      throws IOException, InterruptedException {
    return http.send(
            node.request("/kv/" + key).PUT(BodyPublishers.ofString(value)).build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  /** Writes one after the other; answers what was acknowledged. */
  private Map<String, String> write(NodeProcess node, SyncFaults sync) throws Exception {
    Map<String, String> acknowledged = new TreeMap<>();
    boolean failed = false;
    long toldAt = Long.MAX_VALUE;
    for (int w = 0; w < WRITES; w++) {
      String key = "key-" + w % 40;
      String value = "value-" + w;
      boolean struckBefore = sync.hasStruck();
      int status = put(node, http, key, value);
      if (status / 100 == 2) {
        assertFalse(failed, "acknowledged after a failure, write=" + w);
        assertTrue(System.nanoTime() < toldAt, "acknowledged long after the call had failed");
        acknowledged.put(key, value);
      } else {
        assertEquals(503, status);
        if (!failed) {
          acknowledged.put(key + "?", value); // there or not: nobody knows
        }
        failed = true;
      }
      if (struckBefore && toldAt == Long.MAX_VALUE) {
        toldAt = System.nanoTime() + TOLD_WITHIN_NANOS;
      }
    }
    assertTrue(failed, "no write failed");
    return acknowledged;
  }

  private static void assertRead(NodeProcess node, Map<String, String> acknowledged)
      throws IOException, InterruptedException {
    for (Map.Entry<String, String> one : acknowledged.entrySet()) {
      if (!one.getKey().endsWith("?")) {
        String found = node.value(one.getKey());
        String perhaps = acknowledged.get(one.getKey() + "?");
        assertTrue(
            one.getValue().equals(found) || (perhaps != null && perhaps.equals(found)),
            one + " found=" + found);
      }
    }
  }

  private void failAt(SyncFaults sync, int n, boolean forGood) throws Exception {
    Path directory = Files.createDirectory(temp.resolve("run-%d-%b".formatted(n, forGood)));
    try (NodeProcess node = NodeProcess.leader(directory, http, NodeProcess.freePort())) {
      node.set("SLOTSTREAM_STORE_SHARDS", 1)
          .set("SLOTSTREAM_STORE_GROW_SLOTS", 64)
          .set("SLOTSTREAM_LOG_SEGMENT_SIZE", "1M");
      sync.arm(node, n, forGood);
      node.start();
      Map<String, String> acknowledged = Map.of();
      switch (node.awaitStart()) {
        case READY -> {
          opened++;
          acknowledged = write(node, sync);
          assertRead(node, acknowledged);
          assertShut(node);
        }
        case SHUT -> {
          shutBeforeReady++;
          assertEquals(503, put(node, http, "key", "value"));
          assertShut(node);
        }
        case ENDED -> {
          refused++;
          assertTrue(node.log().contains(node.data().toString()), node.log());
        }
      }
      assertTrue(sync.hasStruck());
      sync.disarm(node);
      node.start().awaitReady();
      assertRead(node, acknowledged);
      assertEquals(201, put(node, http, "after", "restart"));
    }
  }

  /** Health and metrics say it; then the node is killed. */
  private static void assertShut(NodeProcess node) throws IOException, InterruptedException {
    node.await("not ready", () -> !node.isReady());
    assertTrue(node.readiness().contains("shut"), node.readiness());
    assertEquals(0, node.metric("slotstream_store_writable"));
    node.kill();
  }

  @Test
  void nothingIsAcknowledgedAfterItAndNothingAcknowledgedIsLost() throws Exception {
    SyncFaults sync = SyncFaults.build(temp);
    for (int n : CALLS) {
      for (boolean forGood : new boolean[] {false, true}) {
        try {
          failAt(sync, n, forGood);
        } catch (AssertionError e) {
          throw new AssertionError("call %d, for good: %b: %s".formatted(n, forGood, e), e);
        }
      }
    }
    System.out.printf(
        "%d nodes whose sync failed: %d while opening, %d before they were ready, %d in service%n",
        refused + shutBeforeReady + opened, refused, shutBeforeReady, opened);
    assertTrue(opened > 0 && refused > 0);
  }
}
