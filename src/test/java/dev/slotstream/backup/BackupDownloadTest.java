package dev.slotstream.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.slotstream.backup.BackupDownload.Fetched;
import dev.slotstream.backup.BackupDownload.Patience;
import dev.slotstream.backup.BackupException.Kind;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching over connections that break. */
class BackupDownloadTest {
  private static final int CHUNK = 400;

  @TempDir(factory = MemoryDirectory.class)
  Path temp;

  private final SplittableRandom random = new SplittableRandom(4);
  private WrittenStore store;
  private HttpServer server;

  /** Bytes after which the next connection breaks. */
  private int breaksAfter = Integer.MAX_VALUE;

  private int requests;
  private int refusals;

  @BeforeEach
  void start() throws IOException {
    store =
        new WrittenStore(
            WrittenStore.options(temp.resolve("store"), Durability.OS, Long.MAX_VALUE), random);
    store.work(300);
    store.settle();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/backup", this::serve);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    store.close();
  }

  private void serve(HttpExchange exchange) throws IOException {
    requests++;
    String after = exchange.getRequestHeaders().getFirst(BackupDownload.AFTER);
    if (refusals > 0) {
      refusals--;
      answer(exchange, 429, "too-many-backups");
      return;
    }
    try (BackupSource source = source(after)) {
      exchange.sendResponseHeaders(200, 0);
      send(source, exchange.getResponseBody());
    } catch (Refusal e) {
      answer(exchange, 409, e.reason().tag());
    }
    exchange.close();
  }

  private static void answer(HttpExchange exchange, int status, String name) throws IOException {
    byte[] body =
        ("{\"type\":\"urn:slotstream:problem:" + name + "\"}").getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private BackupSource source(String after) throws Refusal {
    SlotEngine engine = store.engine();
    return after == null
        ? BackupSource.whole(engine, InstantSource.system(), CHUNK)
        : BackupSource.rest(engine, Progress.ofToken(after), InstantSource.system(), CHUNK);
  }

  private void send(BackupSource source, OutputStream out) throws IOException, Refusal {
    int left = breaksAfter;
    for (byte[] piece = source.next(); piece != null; piece = source.next()) {
      if (piece.length > left) {
        out.write(piece, 0, left);
        out.flush();
        throw new IOException("the connection breaks");
      }
      out.write(piece);
      left -= piece.length;
      store.work(1);
      store.settle();
    }
    out.close();
  }

  private Fetched fetch(Path file, int attempts) throws IOException, BackupException {
    URI node = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    Patience patience = new Patience(attempts, 3, Duration.ofMillis(1));
    return new BackupDownload(node, file, patience, bytes -> {}).run();
  }

  private void assertRestores(Path file) throws IOException, BackupException {
    Path to = temp.resolve("restored");
    Restored restored = new Restore(new DiskStorage(), to, false, bytes -> {}).run(file);
    try (SlotEngine engine =
        SlotEngine.open(WrittenStore.options(to, Durability.OS, Long.MAX_VALUE).following())) {
      for (int shard = 0; shard < WrittenStore.SHARDS; shard++) {
        long sequence = restored.positions().get(shard).sequence();
        assertEquals(store.at(shard, sequence), WrittenStore.slots(engine, shard));
      }
    }
    TestFiles.deleteTree(to);
  }

  @Test
  void connectionsThatBreakEveryNowAndThenDoNoHarm() throws Exception {
    breaksAfter = 700;
    Path file = temp.resolve("broken.backup");
    Fetched fetched = fetch(file, 3);
    assertTrue(fetched.attempts() > 5, "attempts=" + fetched.attempts());
    assertEquals(requests, fetched.attempts());
    assertEquals(Files.size(file), fetched.bytes());
    assertFalse(Files.exists(temp.resolve("broken.backup.part")));
    assertRestores(file);
  }

  @Test
  void anotherProcessGoesOnWithWhatIsThere() throws Exception {
    Path file = temp.resolve("part.backup");
    Path part = temp.resolve("part.backup.part");
    for (breaksAfter = 100; !Files.exists(file); breaksAfter += 900) {
      try {
        fetch(file, 1);
      } catch (IOException | BackupException e) {
        // What a process leaves that dies while it writes.
        TestFiles.write(part, Files.size(part), new byte[random.nextInt(40)]);
      }
    }
    assertRestores(file);
  }

  @Test
  void aPartWhoseEndIsDamagedIsGoneOnWithBehindItsLastWholeChunk() throws Exception {
    Path file = temp.resolve("damaged.backup");
    Path part = temp.resolve("damaged.backup.part");
    breaksAfter = 4_000;
    assertThrows(Exception.class, () -> fetch(file, 0));
    TestFiles.flip(part, Files.size(part) - 300, 2);
    breaksAfter = Integer.MAX_VALUE;
    fetch(file, 1);
    assertRestores(file);
  }

  @Test
  void aShardWhoseLogIsGoneIsBegunAnew() throws Exception {
    store.close();
    store =
        new WrittenStore(WrittenStore.options(temp.resolve("store2"), Durability.OS, 0), random);
    store.work(300);
    store.settle();
    Path file = temp.resolve("purged.backup");
    breaksAfter = 4_000;
    assertThrows(Exception.class, () -> fetch(file, 0));
    store.work(3_000);
    store.settle();
    store.manual.checkpointAll();
    breaksAfter = Integer.MAX_VALUE;
    assertEquals(1, fetch(file, 1).begunAnew());
    assertRestores(file);
  }

  @Test
  void aNodeThatIsBusyIsAskedAgainSoOften() throws Exception {
    refusals = 2;
    assertEquals(3, fetch(temp.resolve("busy.backup"), 3).attempts());
    refusals = 3;
    BackupException e =
        assertThrows(BackupException.class, () -> fetch(temp.resolve("busier.backup"), 3));
    assertEquals(Kind.REFUSED, e.kind());
    assertEquals("too-many-backups", e.reason());
  }

  @Test
  void aFileThatIsThereIsNotTouched() throws Exception {
    Path file = Files.writeString(temp.resolve("mine"), "x");
    assertEquals(Kind.IN_THE_WAY, assertThrows(BackupException.class, () -> fetch(file, 1)).kind());
    Files.writeString(temp.resolve("other.part"), "something of somebody else's");
    BackupException e = assertThrows(BackupException.class, () -> fetch(temp.resolve("other"), 1));
    assertEquals(Kind.NOT_A_BACKUP, e.kind());
    assertEquals(Optional.of("x"), Optional.of(Files.readString(file)));
  }
}
