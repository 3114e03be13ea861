package dev.slotstream.process;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Puts over HTTP, many at a time, to keys that are written round and round. */
final class HttpLoad {
  private static final int CONCURRENCY = 32;

  private final HttpClient http;
  private final NodeProcess leader;
  private final int keys;
  private final int[] lastRound;

  HttpLoad(HttpClient http, NodeProcess leader, int keys) {
    this.http = http;
    this.leader = leader;
    this.keys = keys;
    this.lastRound = new int[keys];
  }

  /**
   * How a run went.
   *
   * @param heapMiB the most heap that the leader used after a collection, as it was sampled
   */
  record Result(
      int writes, int failed, double seconds, double p50Millis, double p99Millis, double heapMiB) {
    @Override
    public String toString() {
      return "%,d writes, %.0f/s, p50 %.2f ms, p99 %.2f ms, heap %.0f MiB, failed %d"
          .formatted(writes, writes / seconds, p50Millis, p99Millis, heapMiB, failed);
    }
  }

  /** Writes so many times, over at least this long. */
  Result run(int writes, int round, Duration atLeast) throws IOException, InterruptedException {
    Semaphore places = new Semaphore(CONCURRENCY);
    AtomicInteger failed = new AtomicInteger();
    long[] nanos = new long[writes];
    long start = System.nanoTime();
    double heap = 0;
    for (int i = 0; i < writes; i++) {
      pace(start, i, writes, atLeast);
      if (i % 5_000 == 0) {
        heap = Math.max(heap, leader.metric("jvm_memory_used_bytes", "area=\"heap\""));
      }
      places.acquire();
      put(i % keys, round, i, nanos, failed, places);
    }
    places.acquire(CONCURRENCY);
    double seconds = (System.nanoTime() - start) / 1e9;
    Arrays.sort(nanos);
    return new Result(
        writes,
        failed.get(),
        seconds,
        nanos[writes / 2] / 1e6,
        nanos[(int) (writes * 0.99)] / 1e6,
        heap / (1 << 20));
  }

  /** Spreads the writes when they should take longer than they would. */
  private static void pace(long start, int done, int writes, Duration atLeast)
      throws InterruptedException {
    if (done % 500 == 0) {
      long due = start + (long) ((double) atLeast.toNanos() * done / writes);
      long early = due - System.nanoTime();
      if (early > 0) {
        Thread.sleep(Duration.ofNanos(early));
      }
    }
  }

  private void put(
      int key, int round, int i, long[] nanos, AtomicInteger failed, Semaphore places) {
    lastRound[key] = round;
    long sent = System.nanoTime();
    HttpRequest put =
        leader.request("/kv/" + key(key)).PUT(BodyPublishers.ofString(value(key, round))).build();
    var _ =
        http.sendAsync(put, BodyHandlers.discarding())
            .exceptionallyCompose(lost -> again(put, lost))
            .whenComplete(
                (answer, failure) -> {
                  nanos[i] = System.nanoTime() - sent;
                  if (failure != null || answer.statusCode() > 204) {
                    failed.incrementAndGet();
                    System.out.println("write failed: " + (failure == null ? answer : failure));
                  }
                  places.release();
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

  private static String value(int key, int round) {
    return String.format(Locale.ROOT, "%08d-%d-%s", key, round, "v".repeat(80));
  }

  /** The first key that a node has otherwise than it was written; null when there is none. */
  String firstDifference(NodeProcess node) throws IOException, InterruptedException {
    for (int key = 0; key < keys; key += 7) {
      String found = node.value(key(key));
      String expected = lastRound[key] == 0 ? null : value(key, lastRound[key]);
      if (!java.util.Objects.equals(found, expected)) {
        return "key=%s expected=%s found=%s".formatted(key(key), expected, found);
      }
    }
    return null;
  }
}
