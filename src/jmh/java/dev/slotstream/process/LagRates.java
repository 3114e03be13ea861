package dev.slotstream.process;

import dev.slotstream.kit.TestFiles;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How far a follower is behind its leader while that is written to at a rate over HTTP: both are
 * processes as users start them, in {@code os} durability, and the leader is asked for the age of
 * the oldest record that the follower has not acknowledged, every few milliseconds.
 *
 * <p>Arguments: rounds, seconds of each, writes per second.
 */
public final class LagRates {
  private static final Path START_SCRIPT = Path.of("slotstream").toAbsolutePath();
  private static final int SHARDS = 2;
  private static final int KEYS = 100_000;
  private static final int CONNECTIONS = 64;
  private static final int SAMPLE_MILLIS = 10;
  private static final Duration WARM = Duration.ofSeconds(10);

  private LagRates() {}

  /** Runs so many rounds. */
  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    Duration length = Duration.ofSeconds(Integer.parseInt(arguments[1]));
    int perSecond = Integer.parseInt(arguments[2]);
    Path temp = Files.createTempDirectory("slotstream-lag");
    Cluster cluster = new Cluster(temp, SHARDS);
    // However this ends, the nodes end, and leave nothing behind.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> clear(cluster, temp)));
    cluster.leader.by(START_SCRIPT);
    cluster.follower("follower").by(START_SCRIPT);
    cluster.start();
    HttpLoad load = new HttpLoad(cluster.leader, KEYS, CONNECTIONS);
    load.run(WARM, perSecond);
    for (int round = 0; round < rounds; round++) {
      Latencies lags = new Latencies();
      HttpLoad.Running running = load.begin(length, perSecond);
      while (running.goesOn()) {
        for (JsonObject session : cluster.leader.sessionsOf("follower")) {
          lags.add((long) (session.getDouble("lagSeconds") * TimeUnit.SECONDS.toNanos(1)));
        }
        Thread.sleep(SAMPLE_MILLIS);
      }
      HttpLoad.Result result = running.await();
      System.out.printf(
          "lag writes=%.0f/s put-p50=%.3f put-p99=%.3f lag-p50=%.3f lag-p99=%.3f lag-most=%.3f ms"
              + " samples=%d failed=%d%n",
          result.perSecond(),
          result.p50Millis(),
          result.p99Millis(),
          lags.millis(0.5),
          lags.millis(0.99),
          lags.millis(1),
          lags.count(),
          result.failed() + result.refused());
    }
  }

  private static void clear(Cluster cluster, Path temp) {
    cluster.close();
    TestFiles.deleteTree(temp);
  }
}
