package dev.slotstream.process;

import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * What every node hears beside its writes: probes, scrapes of its metrics, and some reads. A node
 * that hears nothing but writes has its HTTP compiled for these alone, and compiles it anew for the
 * first request of another kind, whichever that is.
 */
final class OrdinaryTraffic implements AutoCloseable {
  private static final List<String> PATHS =
      List.of("/q/health/ready", "/q/health/live", "/q/metrics", "/kv/key-1", "/kv/no-such-key");
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ScheduledExecutorService executor;
  private final ScheduledFuture<?> rounds;

  /** Begins at once. */
  OrdinaryTraffic(NodeProcess node) {
    executor = Executors.newSingleThreadScheduledExecutor();
    rounds =
        executor.scheduleWithFixedDelay(
            () -> PATHS.forEach(path -> ask(node, path)),
            0,
            PAUSE.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void ask(NodeProcess node, String path) {
    try {
      http.send(node.request(path).build(), BodyHandlers.discarding());
    } catch (Exception e) {
      throw new IllegalStateException("node does not answer, path=" + path, e);
    }
  }

  /** Fails when the node did not answer each time. */
  void assertAnswered() {
    if (rounds.isDone()) {
      throw new AssertionError("traffic ended early", rounds.exceptionNow());
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    http.shutdownNow();
  }
}
