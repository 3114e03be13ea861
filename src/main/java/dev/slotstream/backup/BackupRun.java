package dev.slotstream.backup;

import dev.slotstream.backup.Refusal.Reason;
import dev.slotstream.engine.ShardPosition;
import dev.slotstream.engine.SlotEngine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * One backup on its way to a client. One piece leaves when the one before has left: a slow client
 * costs a waiting thread and one piece that waits, and the log is held for it no longer than its
 * retention's limit.
 */
final class BackupRun {
  private static final Logger LOG = Logger.getLogger(BackupRun.class);
  private static final long COMMIT_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final Duration JOIN = Duration.ofSeconds(10);

  private final SlotEngine engine;
  private final BackupOptions options;
  private final BackupMeter meter;
  private final BackupSink sink;
  private final long start = System.nanoTime();
  private Thread thread;
  private volatile boolean stopped;
  private long sent;

  /** The piece that is on its way; done when the client's socket has taken it. */
  private CompletableFuture<Void> leaving = CompletableFuture.completedFuture(null);

  /** When the next piece may go, in nanoseconds since the start. */
  private long due;

  BackupRun(SlotEngine engine, BackupOptions options, BackupMeter meter, BackupSink sink) {
    this.engine = engine;
    this.options = options;
    this.meter = meter;
    this.sink = sink;
  }

  void on(Thread itsThread) {
    thread = itsThread;
  }

  /** It ends soon. */
  void stop() {
    stopped = true;
    thread.interrupt(); // it touches no channel that this could close
  }

  void join() {
    try {
      thread.join(JOIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes it, to whatever end. */
  void run(Optional<String> after, InstantSource clock) {
    String end = "failed";
    try (BackupSource source = open(after, clock)) {
      end = send(source);
    } catch (Refusal why) {
      end = why.reason().tag();
      sink.refuse(why);
      LOG.infof("backup is refused, reason=%s: %s", end, why.getMessage());
    } catch (RuntimeException e) {
      LOG.error("backup failed", e);
      sink.abort();
    } finally {
      meter.ended(end);
    }
  }

  private BackupSource open(Optional<String> after, InstantSource clock) throws Refusal {
    requireRunning();
    return after.isEmpty()
        ? BackupSource.whole(engine, clock, BackupLayout.ENTRIES_TARGET)
        : BackupSource.rest(
            engine, Progress.ofToken(after.get()), clock, BackupLayout.ENTRIES_TARGET);
  }

  private void requireRunning() throws Refusal {
    if (stopped) {
      throw new Refusal(Reason.SHUTTING_DOWN, "node is shutting down");
    }
  }

  /** Answers how it ended. */
  private String send(BackupSource source) {
    try {
      for (byte[] piece = source.next(); piece != null; piece = next(source)) {
        write(piece);
        keepToRate(source.worked());
      }
      awaitLeft();
      sink.end();
      log(source);
      return "complete";
    } catch (ExecutionException e) {
      sink.abort();
      LOG.infof("backup was not taken to its end, bytes=%d %s", sent, source.progress());
      return "disconnected";
    } catch (Refusal why) {
      breakOff(source, why);
      return why.reason().tag();
    } catch (IllegalStateException e) {
      if (!stopped) {
        throw e;
      }
      sink.abort(); // the engine was closed under it
      return Reason.SHUTTING_DOWN.tag();
    }
  }

  private byte[] next(BackupSource source) throws Refusal {
    requireRunning();
    byte[] piece = source.next();
    long deadline = System.nanoTime() + options.stallTimeout().toNanos();
    while (piece != null && piece.length == 0) {
      LockSupport.parkNanos(COMMIT_POLL_NANOS);
      requireRunning();
      if (System.nanoTime() - deadline > 0) {
        throw new Refusal(
            Reason.NOT_COMMITTED,
            "records wait for the disk, waited=%ds".formatted(options.stallTimeout().toSeconds()));
      }
      piece = source.next();
    }
    return piece;
  }

  /**
   * Begins to send. Where a rate is kept to, a piece has left long before the next one is due:
   * nobody is woken for it.
   */
  private void write(byte[] piece) throws ExecutionException, Refusal {
    awaitLeft();
    leaving = sink.write(piece).toCompletableFuture();
    sent += piece.length;
    meter.sent(piece.length);
  }

  private void awaitLeft() throws ExecutionException, Refusal {
    try {
      leaving.get(options.stallTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new Refusal(
          Reason.STALLED,
          "client takes nothing, waited=%ds".formatted(options.stallTimeout().toSeconds()));
    } catch (InterruptedException e) {
      throw new Refusal(Reason.SHUTTING_DOWN, "node is shutting down");
    }
  }

  /** What was not sent in time is not made up for: that would be a burst. */
  private void keepToRate(int bytes) {
    if (options.bytesPerSecond() > 0) {
      double nanos = (double) bytes / options.bytesPerSecond() * TimeUnit.SECONDS.toNanos(1);
      due = Math.max(due, System.nanoTime() - start) + (long) nanos;
      for (long early = due - (System.nanoTime() - start);
          early > 0 && !stopped;
          early = due - (System.nanoTime() - start)) {
        LockSupport.parkNanos(early);
      }
    }
  }

  /** Says why, where the client still takes something. */
  private void breakOff(BackupSource source, Refusal why) {
    LOG.warnf(
        "backup is broken off, reason=%s: %s; bytes=%d %s",
        why.reason().tag(), why.getMessage(), sent, source.progress());
    if (why.reason() != Reason.STALLED) {
      boolean interrupted = Thread.interrupted(); // by stop(): the last words are said all the same
      LOG.debugf("last words, interrupted=%s", interrupted);
      try {
        sink.write(source.broken(why)).toCompletableFuture().get(1, TimeUnit.SECONDS);
        sink.end();
        return;
      } catch (ExecutionException | TimeoutException | InterruptedException e) {
        LOG.debug("reason did not reach the client", e);
      }
    }
    sink.abort();
  }

  private void log(BackupSource source) {
    List<ShardPosition> ends = source.progress().finished();
    Counts counts = source.progress().total();
    String positions =
        IntStream.range(0, ends.size())
            .mapToObj(s -> s + ":" + ends.get(s).epoch() + ":" + ends.get(s).sequence())
            .collect(Collectors.joining(","));
    LOG.infof(
        "backup is complete, positions=%s slots=%d records=%d damaged=%d bytes=%d seconds=%s",
        positions,
        counts.slots(),
        counts.records(),
        counts.damaged(),
        sent,
        String.format(Locale.ROOT, "%.1f", (System.nanoTime() - start) / 1e9));
  }
}
