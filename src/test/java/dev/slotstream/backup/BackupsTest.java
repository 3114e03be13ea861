package dev.slotstream.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.backup.Refusal.Reason;
import dev.slotstream.engine.Durability;
import dev.slotstream.kit.MemoryDirectory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups as a node makes them, on threads of their own. */
class BackupsTest {
  @TempDir(factory = MemoryDirectory.class)
  Path temp;

  private final LinkedBlockingQueue<String> ends = new LinkedBlockingQueue<>();
  private WrittenStore store;
  private Backups backups;

  @BeforeEach
  void open() throws Exception {
    store = new WrittenStore(temp.resolve("s"), Durability.OS, new SplittableRandom(1));
    store.work(100);
    store.settle();
    backups = with(Duration.ofMinutes(1));
  }

  private Backups with(Duration stall) {
    BackupMeter meter =
        new BackupMeter() {
          @Override
          public void sent(long bytes) {}

          @Override
          public void ended(String reason) {
            ends.add(reason);
          }
        };
    return new Backups(store.engine(), new BackupOptions(1, 0, stall), meter);
  }

  @AfterEach
  void close() {
    backups.close();
    store.close();
  }

  private String end() throws InterruptedException {
    return ends.poll(30, TimeUnit.SECONDS);
  }

  /** Takes what comes, once it is open; remembers the last call. */
  private static final class Taker implements BackupSink {
    private final CompletableFuture<Void> open = new CompletableFuture<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CompletableFuture<String> last = new CompletableFuture<>();

    @Override
    public void refuse(Refusal why) {
      last.complete(why.reason().tag());
    }

    @Override
    public CompletionStage<Void> write(byte[] bytes) {
      out.writeBytes(bytes);
      asked.complete(null);
      return open;
    }

    @Override
    public void end() {
      last.complete("end");
    }

    @Override
    public void abort() {
      last.complete("abort");
    }

    private String last() throws Exception {
      return last.get(30, TimeUnit.SECONDS);
    }
  }

  private Taker start(Optional<String> after) {
    Taker taker = new Taker();
    backups.start(after, taker);
    return taker;
  }

  @Test
  void oneIsMadeAndTheNextIsRefusedUntilItEnds() throws Exception {
    Taker first = start(Optional.empty());
    first.asked.get(30, TimeUnit.SECONDS);
    assertEquals(1, backups.running());
    assertEquals("too-many-backups", start(Optional.empty()).last());
    assertEquals("too-many-backups", end());
    first.open.complete(null);
    assertEquals("end", first.last());
    assertEquals("complete", end());
    ChunkReader reader = ChunkReader.open(new ByteArrayInputStream(first.out.toByteArray()));
    while (reader.next() != null) {}
    assertEquals(WrittenStore.SHARDS, reader.progress().finished().size());
  }

  @Test
  void aClientThatIsGoneOrTakesNothingEndsIt() throws Exception {
    Taker gone = start(Optional.empty());
    gone.asked.get(30, TimeUnit.SECONDS);
    gone.open.completeExceptionally(new IllegalStateException("gone"));
    assertEquals("abort", gone.last());
    assertEquals("disconnected", end());
    backups.close();
    backups = with(Duration.ofMillis(1));
    Taker stalled = start(Optional.empty());
    assertEquals("abort", stalled.last());
    assertEquals(Reason.STALLED.tag(), end());
  }

  @Test
  void aNodeThatGoesDownSaysSo() throws Exception {
    Taker running = start(Optional.empty());
    running.asked.get(30, TimeUnit.SECONDS);
    backups.close();
    assertEquals(0, backups.running());
    assertEquals("shutting-down", end());
    assertTrue(List.of("end", "abort").contains(running.last()));
    assertEquals("shutting-down", start(Optional.empty()).last());
  }

  @Test
  void aTokenThatCannotBeReadIsRefused() throws Exception {
    assertEquals("bad-backup-token", start(Optional.of("x")).last());
    assertEquals("bad-backup-token", end());
  }
}
