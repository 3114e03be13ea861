package dev.slotstream.node;

import dev.slotstream.engine.OpeningProgress;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Says in the log how far the opening of a store has come, while it lasts: nothing listens yet that
 * could be asked. A thread of its own, until it is closed.
 */
final class OpeningLog implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(OpeningLog.class);
  private static final Duration INTERVAL = Duration.ofSeconds(3);

  private final OpeningProgress progress;
  private final Thread thread;

  OpeningLog(OpeningProgress progress) {
    this.progress = progress;
    this.thread = Thread.ofPlatform().name("slotstream-opening").daemon().start(this::run);
  }

  private void run() {
    try {
      long before = 0;
      while (true) {
        Thread.sleep(INTERVAL);
        long read = progress.slotsRead();
        LOG.info(line(read, progress.slotsExpected(), (read - before) / INTERVAL.toSeconds()));
        before = read;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it is open
    }
  }

  static String line(long read, long expected, long perSecond) {
    return expected == 0
        ? "store is being opened, its log is read"
        : "store is being opened, slots are read for its index, %d%% read=%d slots=%d perSecond=%d"
            .formatted(read * 100 / expected, read, expected, perSecond);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
