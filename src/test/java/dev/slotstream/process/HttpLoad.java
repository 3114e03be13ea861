package dev.slotstream.process;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Puts over HTTP, many at a time, to keys that are written round and round. What was acknowledged
 * last for each key is remembered.
 */
final class HttpLoad {
  private static final int CONCURRENCY = 32;
  private static final int CONCURRENCY_OF_A_RATE = 256;
  private static final long EARLY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final HttpClient http;
  private final NodeProcess leader;
  private final int keys;
  private final AtomicIntegerArray acknowledged;
  private int next;

  HttpLoad(HttpClient http, NodeProcess leader, int keys) {
    this.http = http;
    this.leader = leader;
    this.keys = keys;
    this.acknowledged = new AtomicIntegerArray(keys);
  }

  /**
   * How a run went.
   *
   * @param refused answered with 503: nothing was written
   * @param failed not answered, or with anything else than success
   */
  record Result(
      int writes, int refused, int failed, double seconds, double p50Millis, double p99Millis) {
    double perSecond() {
      return writes / seconds;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d writes, %.0f/s, p50 %.2f ms, p99 %.2f ms, refused %,d, failed %d",
          writes,
          perSecond(),
          p50Millis,
          p99Millis,
          refused,
          failed);
    }
  }

  /** One run's figures. */
  private static final class Run {
    private final Latencies latencies = new Latencies();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final Semaphore places;

    private Run(int concurrency) {
      places = new Semaphore(concurrency);
    }
  }

  /** Writes as fast as it goes, for so long. */
  Result run(Duration length) throws InterruptedException {
    return run(length, 0);
  }

  /**
   * Writes at a rate, for so long. A write's time counts from when it was due, so that a leader
   * that stands still is not spared the writes of that time.
   *
   * @param perSecond 0 for as fast as it goes
   */
  Result run(Duration length, int perSecond) throws InterruptedException {
    int concurrency = perSecond == 0 ? CONCURRENCY : CONCURRENCY_OF_A_RATE;
    Run run = new Run(concurrency);
    long start = System.nanoTime();
    for (long n = 0; ; n++) {
      long now = System.nanoTime();
      long due = perSecond == 0 ? now : start + n * TimeUnit.SECONDS.toNanos(1) / perSecond;
      if (due - start >= length.toNanos()) {
        break;
      }
      if (due - now >= EARLY_NANOS) {
        TimeUnit.NANOSECONDS.sleep(due - now);
      }
      run.places.acquire();
      put(run, perSecond == 0 ? Long.MAX_VALUE : due);
    }
    run.places.acquire(concurrency);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Result(
        run.latencies.count(),
        run.refused.get(),
        run.failed.get(),
        seconds,
        run.latencies.millis(0.5),
        run.latencies.millis(0.99));
  }

  /** Begins such a run beside the test. */
  Running begin(Duration length, int perSecond) {
    FutureTask<Result> task = new FutureTask<>(() -> run(length, perSecond));
    Thread.ofVirtual().start(task);
    return new Running(task);
  }

  /** A run beside the test. */
  record Running(FutureTask<Result> task) {
    boolean goesOn() {
      return !task.isDone();
    }

    Result await() throws InterruptedException {
      try {
        return task.get();
      } catch (ExecutionException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void put(Run run, long due) {
    int write = ++next;
    int key = write % keys;
    HttpRequest put =
        leader.request("/kv/" + key(key)).PUT(BodyPublishers.ofString(value(key, write))).build();
    long from = Math.min(due, System.nanoTime());
    var _ =
        http.sendAsync(put, BodyHandlers.discarding())
            .exceptionallyCompose(lost -> again(put, lost))
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null && answer.statusCode() <= 204) {
                    run.latencies.add(System.nanoTime() - from);
                    acknowledged.set(key, write);
                  } else if (failure == null && answer.statusCode() == 503) {
                    run.refused.incrementAndGet();
                  } else {
                    run.failed.incrementAndGet();
                    System.out.println("write failed: " + (failure == null ? answer : failure));
                  }
                  run.places.release();
                });
  }

  /** A connection that was lost is tried once more, as any client would: a PUT may be repeated. */
  private CompletableFuture<HttpResponse<Void>> again(HttpRequest put, Throwable lost) {
    System.out.println("write is repeated: " + lost);
    return http.sendAsync(put, BodyHandlers.discarding());
  }

  private static String key(int key) {
    return "key-" + key;
  }

  private static String value(int key, int write) {
    return String.format(Locale.ROOT, "%08d-%d-%s", key, write, "v".repeat(80));
  }

  /**
   * The first key that a node has otherwise than it was acknowledged; null when there is none.
   * Every 7th is looked at.
   */
  String firstDifference(NodeProcess node) throws IOException, InterruptedException {
    for (int key = 0; key < keys; key += 7) {
      String found = node.value(key(key));
      int write = acknowledged.get(key);
      String expected = write == 0 ? null : value(key, write);
      if (!Objects.equals(found, expected)) {
        return "node=%s key=%s expected=%s found=%s"
            .formatted(node.name(), key(key), expected, found);
      }
    }
    return null;
  }
}
