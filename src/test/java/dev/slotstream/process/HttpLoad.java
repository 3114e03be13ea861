package dev.slotstream.process;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts over HTTP by many connections, to keys that are written round and round; each key belongs to
 * one connection. What was acknowledged last for each key is remembered.
 */
final class HttpLoad {
  private static final int USUAL_CONNECTIONS = 32;
  private static final int NO_CONTENT = 204;
  private static final int UNAVAILABLE = 503;

  private final NodeProcess leader;
  private final int connections;
  private final int keys;
  private final AtomicIntegerArray acknowledged;
  private final AtomicInteger rounds = new AtomicInteger();

  /** A load on so many keys, at least one for each connection. */
  HttpLoad(NodeProcess leader, int keys) {
    this(leader, keys, USUAL_CONNECTIONS);
  }

  /** A load by so many connections. */
  HttpLoad(NodeProcess leader, int keys, int connections) {
    this.leader = leader;
    this.connections = connections;
    this.keys = keys / connections * connections;
    this.acknowledged = new AtomicIntegerArray(this.keys);
  }

  /**
   * How a run went.
   *
   * @param writes that were acknowledged
   * @param refused answered with 503: nothing was written
   * @param failed not answered, or with anything else
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

  /** One run of all connections. */
  private final class Run {
    private final Latencies latencies = new Latencies();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final int firstRound = rounds.get();
    private final long start = System.nanoTime();
    private final long end;
    private final int perSecond;

    private Run(Duration length, int perSecond) {
      this.end = start + length.toNanos();
      this.perSecond = perSecond;
    }

    /** One connection's part of the run. */
    private void drive(int number) {
      try {
        HttpConnection connection = new HttpConnection(leader.httpPort());
        for (int n = 0; due(number, n) < end; n++) {
          connection = put(connection, number, n);
        }
        connection.close();
      } catch (IOException e) {
        failed.incrementAndGet();
        System.out.println("connection is given up: " + e);
      }
    }

    /** When a connection's n-th write is due: the connections take turns. */
    private long due(int number, int n) {
      return perSecond == 0
          ? System.nanoTime()
          : start + ((long) n * connections + number) * TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    private HttpConnection put(HttpConnection connection, int number, int n) throws IOException {
      int keysOfOne = keys / connections;
      int key = number + connections * (n % keysOfOne);
      int round = firstRound + n / keysOfOne + 1;
      rounds.accumulateAndGet(round, Math::max);
      long due = due(number, n);
      for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
        LockSupport.parkNanos(early);
      }
      try {
        answered(connection.put(key(key), value(key, round)), key, round, due);
        return connection;
      } catch (IOException lost) {
        // As any client would: once more on another connection; a PUT may be repeated.
        System.out.println("write is repeated: " + lost);
        HttpConnection another = new HttpConnection(leader.httpPort());
        answered(another.put(key(key), value(key, round)), key, round, due);
        return another;
      }
    }

    private void answered(int status, int key, int round, long due) {
      if (status <= NO_CONTENT) {
        latencies.add(System.nanoTime() - due);

        acknowledged.set(key, round);
      } else if (status == UNAVAILABLE) {
        refused.incrementAndGet();
      } else {
        failed.incrementAndGet();
        System.out.println("write failed, status=" + status);
      }
    }

    private Result result() {
      return new Result(
          latencies.count(),
          refused.get(),
          failed.get(),
          (System.nanoTime() - start) / 1e9,
          latencies.millis(0.5),
          latencies.millis(0.99));
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
    Run run = new Run(length, perSecond);
    List<Thread> threads = new ArrayList<>();
    for (int c = 0; c < connections; c++) {
      int number = c;
      threads.add(Thread.ofPlatform().name("load-" + c).start(() -> run.drive(number)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return run.result();
  }

  /** Begins such a run beside the test. */
  Running begin(Duration length, int perSecond) {
    FutureTask<Result> task = new FutureTask<>(() -> run(length, perSecond));
    Thread.ofPlatform().name("load").start(task);
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

  private static String key(int key) {
    return "key-" + key;
  }

  private static String value(int key, int round) {
    return "%08d-%d-%s".formatted(key, round, "v".repeat(80));
  }

  /** The first key that a node has otherwise than it was acknowledged; null when there is none. */
  String firstDifference(NodeProcess node) throws IOException, InterruptedException {
    for (int key = 0; key < keys; key += Math.max(1, keys / 1_000)) {
      String found = node.value(key(key));
      int round = acknowledged.get(key);
      String expected = round == 0 ? null : value(key, round);
      if (!Objects.equals(found, expected)) {
        return "node=%s key=%s expected=%s found=%s"
            .formatted(node.name(), key(key), expected, found);
      }
    }
    return null;
  }
}
