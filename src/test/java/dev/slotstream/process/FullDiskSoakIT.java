package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real node on a file system that is really full, again and again: what needs room is answered by
 * 507, reads go on, and once there is room writes do, too, without a restart.
 *
 * <p>Where a small file system cannot be mounted, as without the rights for it, the test is
 * skipped, on CI, too: there is no other way to have one.
 *
 * <p>{@code -Dslotstream.campaign=full} fills it 100 times.
 */
class FullDiskSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final int ROUNDS = FULL ? 100 : 4;
  private static final long ANSWER_NANOS = 1_000_000_000L;
  private static final double HEALED_SECONDS = 5;
  private static final int KEYS_PER_ROUND = 20_000;

  @TempDir Path temp;
  private Path mount;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, String> acknowledged = new TreeMap<>();
  private int next;

  @BeforeEach
  void mountSmallFileSystem() throws IOException, InterruptedException {
    Path at = Files.createDirectory(temp.resolve("small"));
    boolean mounted = false;
    try {
      mounted =
          run(
              "mount",
              "-t",
              "tmpfs",
              "-o",
              "size=" + (FULL ? 128 : 32) + "m",
              "tmpfs",
              at.toString());
    } catch (IOException e) {
      // There is no such program.
    }
    Assumptions.assumeTrue(mounted, "skipped: a small file system cannot be mounted here");
    mount = at;
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (mount != null) {
      assertTrue(run("umount", "-l", mount.toString()));
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  private Path ballast() {
    return mount.resolve("ballast");
  }

  /** Leaves no room at all. */
  private void fill() throws IOException {
    byte[] zeros = new byte[4096];
    try (OutputStream out = Files.newOutputStream(ballast())) {
      while (true) {
        out.write(zeros);
      }
    } catch (IOException e) {
      assertTrue(Files.getFileStore(mount).getUsableSpace() < zeros.length, e.toString());
    }
  }

  private int put(NodeProcess node, String key, String value)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    int status =
        http.send(
                node.request("/kv/" + key).PUT(BodyPublishers.ofString(value)).build(),
                BodyHandlers.discarding())
            .statusCode();
    assertTrue(
        status != 507 || System.nanoTime() - start < ANSWER_NANOS, "507 was answered too late");
    if (status / 100 == 2) {
      acknowledged.put(key, value);
    }
    return status;
  }

  private int putNext(NodeProcess node) throws IOException, InterruptedException {
    next++;
    return put(node, "key-" + next, "value-" + next);
  }

  private void assertAllRead(NodeProcess node) throws IOException, InterruptedException {
    int step = Math.max(1, acknowledged.size() / 300);
    List<String> keys = List.copyOf(acknowledged.keySet());
    for (int k = 0; k < keys.size(); k += step) {
      assertEquals(acknowledged.get(keys.get(k)), node.value(keys.get(k)));
    }
  }

  private void fillAndHeal(NodeProcess node) throws IOException, InterruptedException {
    fill();
    int status = 201;
    for (int n = 0; status == 201 && n < KEYS_PER_ROUND; n++) {
      status = putNext(node);
    }
    assertEquals(507, status);
    assertAllRead(node);
    assertEquals(507, putNext(node));
    assertEquals(1, node.metric("slotstream_store_writable"));
    Files.delete(ballast());
    double seconds = node.secondsUntil(() -> putNext(node) == 201);
    assertTrue(seconds < HEALED_SECONDS, "healed only after s=" + seconds);
    assertEquals(204, put(node, "key-1", "again-" + next));
  }

  private NodeProcess node() {
    return NodeProcess.leader(temp, http, NodeProcess.freePort())
        .set("SLOTSTREAM_DATA_DIR", mount.resolve("data"))
        .set("SLOTSTREAM_STORE_SHARDS", 1)
        .set("SLOTSTREAM_STORE_MAX_VALUE_BYTES", 64)
        .set("SLOTSTREAM_STORE_GROW_SLOTS", 512)
        .set("SLOTSTREAM_LOG_SEGMENT_SIZE", "1M")
        .set("SLOTSTREAM_LOG_RETENTION", "1M")
        .jvm("-XX:ErrorFile=" + temp.resolve("hs_err_%p.log"));
  }

  @Test
  void isToldReadsGoOnAndItHealsWithoutARestart() throws Exception {
    try (NodeProcess node = node()) {
      node.start().awaitReady();
      for (int round = 0; round < ROUNDS; round++) {
        fillAndHeal(node);
      }
      assertFalse(node.log().contains("InternalError"), node.log());
      node.kill();
      node.start().awaitReady();
      for (Map.Entry<String, String> one : acknowledged.entrySet()) {
        assertEquals(one.getValue(), node.value(one.getKey()));
      }
      assertEquals(List.of(), TestFiles.startingWith(temp, "hs_err"));
      System.out.printf("%d times full, %,d keys kept%n", ROUNDS, acknowledged.size());
    }
  }

  /** The store itself does not fit: that is said, and no mapped page is ever touched. */
  @Test
  void aStoreThatDoesNotFitIsRefusedByName() throws Exception {
    try (NodeProcess node = node().set("SLOTSTREAM_STORE_GROW_SLOTS", 4_000_000)) {
      node.start();
      assertEquals(NodeProcess.Start.ENDED, node.awaitStart());
      assertTrue(node.log().contains("fixed.data"), node.log());
      assertFalse(node.log().contains("InternalError"), node.log());
      assertEquals(List.of(), TestFiles.startingWith(temp, "hs_err"));
    }
  }
}
