package dev.slotstream.engine;

import dev.slotstream.file.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A store's files, recovered and declared in use, before any thread works on them.
 *
 * @param lock that keeps others out of the directory
 */
record OpenedStore(
    EngineOptions options,
    StoreIdentity identity,
    RecoveryReport recovery,
    List<ShardRecovery> shards,
    AutoCloseable lock) {

  static final String LOCK_FILE = "slotstream.lock";

  /**
   * Opens a store.
   *
   * @param threads that recover shards at the same time, at most
   */
  static OpenedStore open(
      EngineOptions options, Storage storage, int threads, OpeningProgress progress)
      throws IOException {
    long start = System.nanoTime();
    Path directory = options.directory();
    storage.createDirectories(directory);
    AutoCloseable lock = storage.lock(directory.resolve(LOCK_FILE));
    List<ShardRecovery> shards = new ArrayList<>();
    try {
      StoreIdentity identity = StoreIdentity.open(storage, directory, options.shape());
      for (int s = 0; s < options.shape().shards(); s++) {
        shards.add(new ShardRecovery(storage, options, s, identity.id()));
      }
      LastRun lastRun = LastRun.open(storage, directory);
      forAll(shards, threads, shard -> shard.run(lastRun.mayHaveLostRecords(), progress));
      boolean created = shards.stream().allMatch(shard -> shard.history().epoch() == 0);
      boolean clean = shards.stream().allMatch(ShardRecovery::clean);
      if (mustLead(options, shards, created, clean)) {
        int epoch = shards.stream().mapToInt(ShardRecovery::epoch).max().orElse(0) + 1;
        for (ShardRecovery shard : shards) {
          shard.lead(epoch);
        }
      }
      forAll(shards, threads, ShardRecovery::begin);
      lastRun.begin(options.durability());
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      return new OpenedStore(options, identity, report(created, clean, shards, took), shards, lock);
    } catch (IOException | RuntimeException e) {
      abandon(shards, lock, e);
      throw e;
    }
  }

  /**
   * Whether a leadership begins. A leader's goes on after a clean stop. A follower begins only the
   * first one: what it takes from a plain armdb leader has no history except its own.
   */
  private static boolean mustLead(
      EngineOptions options, List<ShardRecovery> shards, boolean created, boolean clean) {
    boolean allOwn = shards.stream().allMatch(shard -> shard.history().own());
    boolean differ = shards.stream().mapToInt(ShardRecovery::epoch).distinct().count() > 1;
    return created || (options.leads() && !(clean && allOwn && !differ));
  }

  /** After a failure: lets go of everything. */
  void abandon(Exception cause) {
    abandon(shards, lock, cause);
  }

  private static void abandon(List<ShardRecovery> shards, AutoCloseable lock, Exception cause) {
    shards.forEach(ShardRecovery::abandon);
    try {
      lock.close();
    } catch (Exception e) {
      cause.addSuppressed(e);
    }
  }

  /** Does something with all shards, several at once, and lets all of them come to an end. */
  private static void forAll(List<ShardRecovery> shards, int threads, Step step)
      throws IOException {
    try (ExecutorService pool =
        Executors.newFixedThreadPool(
            Math.min(shards.size(), threads),
            Thread.ofPlatform().name("slotstream-recover-", 0).daemon().factory())) {
      List<Future<?>> all = new ArrayList<>();
      for (ShardRecovery shard : shards) {
        all.add(pool.submit(() -> run(shard, step)));
      }
      for (Future<?> one : all) {
        finish(one);
      }
    }
  }

  /** What is done with each shard. */
  @FunctionalInterface
  private interface Step {
    void run(ShardRecovery shard) throws IOException;
  }

  private static void run(ShardRecovery shard, Step step) {
    try {
      step.run(shard);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void finish(Future<?> one) throws IOException {
    try {
      one.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the store was opened", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case UncheckedIOException io -> throw io.getCause();
        case RuntimeException runtime -> throw runtime;
        default -> throw new CompletionException(e.getCause());
      }
    }
  }

  private static RecoveryReport report(
      boolean created, boolean clean, List<ShardRecovery> shards, Duration took) {
    return new RecoveryReport(
        created,
        created || clean,
        shards.stream().mapToLong(s -> s.verdict().replayed()).sum(),
        shards.stream().mapToLong(s -> s.verdict().tornBytes()).sum(),
        shards.stream().mapToInt(s -> s.slots().damaged()).sum(),
        shards.stream().mapToInt(s -> s.slots().duplicates().size()).sum(),
        shards.stream().flatMap(s -> s.damagedLog().stream()).toList(),
        (int) shards.stream().filter(s -> s.keptIndex().index().isPresent()).count(),
        shards.stream().flatMap(s -> s.keptIndex().refusal().stream()).toList(),
        took);
  }
}
