package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 of the leader under a write load, again and again: nothing acknowledged is lost. */
class KillLeaderCrashTest {
  private static final int KILLS = Integer.getInteger("slotstream.kills", 20);
  private static final int WRITERS = 8;
  private static final int KEYS_PER_WRITER = 200;
  private static final long SEED = Long.getLong("slotstream.seed", 1);

  @TempDir Path temp;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /** One client with keys of its own, which goes on until its leader is gone. */
  private static final class Writer implements Runnable {
    private final List<KeyHistory> keys = new ArrayList<>();
    private final Random random;
    private final NodeProcess leader;
    private final HttpClient http;
    private final AtomicLong writes;
    private int counter;

    Writer(int number, NodeProcess leader, HttpClient http, AtomicLong writes) {
      this.random = new Random(SEED * 31 + number);
      this.leader = leader;
      this.http = http;
      this.writes = writes;
      for (int k = 0; k < KEYS_PER_WRITER; k++) {
        keys.add(new KeyHistory("w%d-%d".formatted(number, k)));
      }
    }

    @Override
    public void run() {
      try {
        while (true) {
          write(keys.get(random.nextInt(keys.size())));
          writes.incrementAndGet();
        }
      } catch (IOException e) {
        // The leader was killed: the last write stays pending.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void write(KeyHistory key) throws IOException, InterruptedException {
      boolean delete = random.nextInt(5) == 0;
      String value = "value-" + counter++ + "-" + "x".repeat(random.nextInt(300));
      key.sent(delete ? null : value);
      var request = leader.request("/kv/" + key.key);
      var built = delete ? request.DELETE() : request.PUT(BodyPublishers.ofString(value));
      int status = http.send(built.build(), BodyHandlers.discarding()).statusCode();
      switch (status) {
        case 201, 204, 404 -> key.answered();
        case 503 -> key.refused();
        default -> throw new AssertionError("write answered " + status);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fsync", "interval", "os"})
  void everyAcknowledgedWriteIsThereAfterTheRestart(String durability) throws Exception {
    int port = NodeProcess.freePort();
    try (NodeProcess leader =
            NodeProcess.leader(temp, http, port)
                .set("SLOTSTREAM_DURABILITY", durability)
                .set("SLOTSTREAM_STORE_SHARDS", 2)
                .set("SLOTSTREAM_STORE_GROW_SLOTS", 256)
                .set("SLOTSTREAM_LOG_SEGMENT_SIZE", "1M")
                .set("SLOTSTREAM_LOG_RETENTION", "2M");
        NodeProcess follower =
            NodeProcess.follower("follower", temp, http, port)
                .set("SLOTSTREAM_STORE_SHARDS", 2)
                .set("SLOTSTREAM_DURABILITY", durability)) {
      leader.start().awaitReady();
      follower.start();
      AtomicLong writes = new AtomicLong();
      List<Writer> writers = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        writers.add(new Writer(w, leader, http, writes));
      }
      Random random = new Random(SEED);
      for (int kill = 0; kill < KILLS; kill++) {
        loadAndKill(leader, writers, random);
        leader.start().awaitReady();
        assertEquals(List.of(), wrong(leader, writers), "seed=" + SEED + " kill=" + kill);
      }
      System.out.printf(
          "%s: %d kills, %,d writes acknowledged, none lost%n", durability, KILLS, writes.get());
      follower.awaitReady();
      leader.await("follower caught up", () -> leader.followersCaughtUp(2));
      assertEquals(List.of(), wrong(follower, writers));
      assertTrue(writes.get() > KILLS);
    }
  }

  private static void loadAndKill(NodeProcess leader, List<Writer> writers, Random random)
      throws InterruptedException {
    List<Thread> threads = writers.stream().map(w -> Thread.ofPlatform().start(w)).toList();
    Thread.sleep(200 + random.nextInt(600));
    leader.kill();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static List<String> wrong(NodeProcess node, List<Writer> writers)
      throws IOException, InterruptedException {
    List<String> wrong = new ArrayList<>();
    for (Writer writer : writers) {
      for (KeyHistory key : writer.keys) {
        String complaint = key.settle(node.value(key.key));
        if (complaint != null) {
          wrong.add(complaint);
        }
      }
    }
    return wrong;
  }
}
