package dev.slotstream.backup;

import dev.slotstream.backup.Refusal.Reason;
import dev.slotstream.engine.SlotEngine;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The backups that a node makes: each on a thread of its own, so many at once, none any more when
 * it goes down. Any thread.
 */
public final class Backups implements AutoCloseable {
  private final SlotEngine engine;
  private final BackupOptions options;
  private final BackupMeter meter;
  private final Semaphore permits;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Set<BackupRun> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** None yet. */
  public Backups(SlotEngine engine, BackupOptions options, BackupMeter meter) {
    this.engine = engine;
    this.options = options;
    this.meter = meter;
    this.permits = new Semaphore(options.maxConcurrent());
  }

  /**
   * Makes a backup, or the rest of one. Returns at once.
   *
   * @param after the token of where to go on
   */
  public void start(Optional<String> after, BackupSink sink) {
    Optional<Refusal> refusal = admit();
    if (refusal.isPresent()) {
      meter.ended(refusal.get().reason().tag());
      sink.refuse(refusal.get());
      return;
    }
    BackupRun run = new BackupRun(engine, options, meter, sink);
    Thread thread =
        Thread.ofPlatform()
            .name("slotstream-backup-" + numbers.incrementAndGet())
            .daemon()
            .unstarted(
                () -> {
                  try {
                    run.run(after, InstantSource.system());
                  } finally {
                    running.remove(run);
                    permits.release();
                  }
                });
    run.on(thread);
    running.add(run);
    if (closed) {
      run.stop(); // it will find out by itself
    }
    thread.start();
  }

  private Optional<Refusal> admit() {
    if (closed) {
      return Optional.of(new Refusal(Reason.SHUTTING_DOWN, "node is shutting down"));
    }
    return permits.tryAcquire()
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                Reason.TOO_MANY_BACKUPS,
                "as many backups are made as may be, limit=" + options.maxConcurrent()));
  }

  /** How many are being made now. */
  public int running() {
    return running.size();
  }

  /** Makes no more, and ends those that are being made; does not wait. */
  public void stop() {
    closed = true;
    running.forEach(BackupRun::stop);
  }

  /** The same; waits until nobody reads the engine any more. */
  @Override
  public void close() {
    stop();
    List<BackupRun> all = new ArrayList<>(running);
    all.forEach(BackupRun::join);
  }
}
