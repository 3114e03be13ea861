package dev.slotstream.cli;

import dev.slotstream.kv.EntryLine;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Puts entries into a node, a bounded number of them at a time. A node that is busy is asked again;
 * an entry that it refuses is counted.
 *
 * <p>One thread puts; answers come on the HTTP client's threads.
 */
final class Loader {
  private static final int TRIES = 6;
  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final int MOST_REFUSALS_KEPT = 100;

  private final NodeClient node;
  private final Progress progress;
  private final int concurrency;
  private final boolean keepGoing;
  private final Semaphore places;

  /** Numbers of entries that are under way, or were not taken and ended it. */
  private final ConcurrentSkipListSet<Long> open = new ConcurrentSkipListSet<>();

  private final List<String> refusals = new ArrayList<>();
  private final AtomicLong created = new AtomicLong();
  private final AtomicLong replaced = new AtomicLong();
  private final AtomicLong expired = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private volatile CommandException failure;
  private long last;

  /**
   * A loader that has done nothing.
   *
   * @param keepGoing false when the first refusal ends it
   */
  Loader(NodeClient node, Progress progress, int concurrency, boolean keepGoing) {
    this.node = node;
    this.progress = progress;
    this.concurrency = concurrency;
    this.keepGoing = keepGoing;
    this.places = new Semaphore(concurrency);
  }

  /**
   * Puts an entry; waits until there is room for it.
   *
   * @param number of the entry, higher than the one before
   * @return false when no more are wanted
   */
  boolean put(long number, EntryLine entry) {
    places.acquireUninterruptibly();
    if (stopped()) {
      places.release();
      return false;
    }
    last = number;
    open.add(number);
    try {
      byte[] key = entry.keyBytes();
      byte[] value = entry.valueBytes();
      Optional<Duration> ttl = ttl(entry.expiresAt());
      if (ttl.isPresent() && ttl.get().isZero()) {
        expired.incrementAndGet();
        done(number);
      } else {
        send(new Put(number, key, value, entry.type(), ttl), 1);
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      refuse(number, "no entry: " + e.getMessage());
    }
    return !stopped();
  }

  /** Counts something that is no entry at all. */
  boolean refuseLine(long number, String why) {
    places.acquireUninterruptibly();
    last = number;
    open.add(number);
    refuse(number, why);
    return !stopped();
  }

  /** How long an entry has left; zero when its time is over, empty when it lives for ever. */
  private static Optional<Duration> ttl(Instant end) {
    if (end == null) {
      return Optional.empty();
    }
    long millis = Duration.between(Instant.now(), end).toMillis();
    return Optional.of(Duration.ofSeconds(Math.max(0, Math.ceilDiv(millis, 1_000))));
  }

  /** An entry on its way. */
  private record Put(long number, byte[] key, byte[] value, String type, Optional<Duration> ttl) {}

  private void send(Put put, int attempt) {
    var _ =
        node.put(put.key(), put.value(), put.type(), put.ttl())
            .whenComplete(
                (answer, failed) -> {
                  if (failed != null) {
                    fail(put.number(), failed);
                  } else {
                    answered(put, attempt, answer);
                  }
                });
  }

  private void answered(Put put, int attempt, HttpResponse<String> answer) {
    switch (answer.statusCode()) {
      case 201 -> {
        created.incrementAndGet();
        done(put.number());
      }
      case 204 -> {
        replaced.incrementAndGet();
        done(put.number());
      }
      default -> {
        boolean busy = answer.headers().firstValue("Retry-After").isPresent();
        if (busy && attempt < TRIES && !stopped()) {
          long pause = FIRST_PAUSE_MILLIS << (attempt - 1);
          CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS)
              .execute(() -> send(put, attempt + 1));
        } else {
          refuse(
              put.number(),
              "status=%d: %s".formatted(answer.statusCode(), NodeClient.detail(answer.body())));
        }
      }
    }
  }

  private void done(long number) {
    open.remove(number);
    progress.stepBy(1);
    places.release();
  }

  private void refuse(long number, String why) {
    synchronized (refusals) {
      if (refusals.size() < MOST_REFUSALS_KEPT) {
        refusals.add("not taken, number=%d %s".formatted(number, why));
      }
    }
    refused.incrementAndGet();
    if (keepGoing) {
      done(number);
    } else {
      places.release(); // it stays open: from there on it has to be done again
    }
  }

  private void fail(long number, Throwable why) {
    Throwable cause = why.getCause() == null ? why : why.getCause();
    failure = node.unreachable("/kv", cause);
    open.add(number);
    places.release();
  }

  private boolean stopped() {
    return failure != null || (!keepGoing && refused.get() > 0);
  }

  /** Waits for all answers. */
  void await() {
    places.acquireUninterruptibly(concurrency);
  }

  /** Why the node could not be talked to; null when it could. */
  CommandException failure() {
    return failure;
  }

  /** Every entry before this one is done. */
  long firstNotDone() {
    return open.isEmpty() ? last + 1 : open.first();
  }

  long created() {
    return created.get();
  }

  long replaced() {
    return replaced.get();
  }

  long expired() {
    return expired.get();
  }

  long refused() {
    return refused.get();
  }

  /** The first refusals, a sentence each. */
  List<String> refusals() {
    synchronized (refusals) {
      return List.copyOf(refusals);
    }
  }
}
