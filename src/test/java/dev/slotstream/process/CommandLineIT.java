package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.interop.ArmdbContent;
import dev.slotstream.interop.ArmdbPeer;
import dev.slotstream.interop.ArmdbStore;
import dev.slotstream.kit.TestFiles;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the packaged jar, against running nodes and the directories they leave. */
class CommandLineIT {
  private static final int KEYS = 5_000;
  private static final int SLOTS_BEGIN = 4096;

  @TempDir Path temp;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    http.close();
  }

  private NodeProcess node(String name) {
    return new NodeProcess(name, temp, http)
        .set("SLOTSTREAM_REPLICATION_PORT", 0)
        .set("SLOTSTREAM_STORE_GROW_SLOTS", 4096)
        .set("SLOTSTREAM_STORE_SHARDS", 2);
  }

  private static String url(NodeProcess node) {
    return "http://127.0.0.1:" + node.httpPort();
  }

  private CommandProcess run(int exitCode, Object... arguments)
      throws IOException, InterruptedException {
    CommandProcess ended = CommandProcess.run(temp, arguments);
    assertEquals(exitCode, ended.exitCode(), ended::toString);
    return ended;
  }

  private static Set<String> sorted(String lines) {
    return new TreeSet<>(lines.lines().toList());
  }

  private Path entries() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int k = 0; k < KEYS; k++) {
      lines.add(
          "{\"key\":\"key/%d\",\"value\":\"straße %d\",\"type\":\"text/csv\"}".formatted(k, k));
    }
    lines.add("{\"key64\":\"/wA=\",\"value64\":\"gIE=\"}");
    lines.add("{\"key\":\"..\",\"value\":\"\",\"expires\":\"2034-01-01T00:00:00Z\"}");
    return Files.write(temp.resolve("entries.ndjson"), lines, StandardCharsets.UTF_8);
  }

  /** Times to live are whole seconds from now on: what is left of one can be a second longer. */
  private static Set<String> withoutSeconds(Set<String> lines) {
    Set<String> plain = new TreeSet<>();
    lines.forEach(line -> plain.add(line.replaceAll(":\\d\\dZ\"", "Z\"")));
    return plain;
  }

  @Test
  void whatIsDumpedFromOneNodeAndLoadedIntoAnotherIsTheSame() throws Exception {
    Path file = temp.resolve("dump.ndjson");
    final Set<String> first;
    final Path data;
    try (NodeProcess one = node("one").start().awaitReady()) {
      run(0, "load", entries(), "--url", url(one));
      CommandProcess dump = run(0, "dump", "--url", url(one));
      first = sorted(dump.out());
      assertEquals(sorted(Files.readString(entries())).size(), first.size());
      run(0, "dump", "--url", url(one), "-o", file);
      assertEquals(first, sorted(Files.readString(file)));
      assertEquals("straße 7", one.value("key/7"));
      run(0, "verify", "--url", url(one));
      CommandProcess busy = run(3, "verify", one.data());
      assertTrue(busy.err().contains("in use"), busy.err());
      one.terminate();
      data = one.data();
    }
    assertEquals(first, sorted(run(0, "dump", data).out()), "the directory has the same");
    run(0, "verify", data);
    JsonObject shown = new JsonObject(run(0, "inspect", data, "--json").out());
    assertEquals("framed", shown.getString("codec"));
    try (NodeProcess two = node("two").start().awaitReady()) {
      JsonObject report = new JsonObject(run(0, "load", file, "--url", url(two), "--json").out());
      assertEquals(KEYS + 2, report.getInteger("created"));
      Set<String> second = sorted(run(0, "dump", "--url", url(two)).out());
      assertEquals(withoutSeconds(first), withoutSeconds(second));
      two.kill();
      run(0, "verify", two.data());
      two.start().awaitReady().terminate();
      TestFiles.flip(two.data().resolve("shard_001").resolve("fixed.data"), SLOTS_BEGIN + 20, 3);
      CommandProcess damaged = run(1, "verify", two.data());
      assertTrue(damaged.err().contains("offset=" + SLOTS_BEGIN), damaged.err());
    }
    run(2, "verify");
    run(3, "verify", temp.resolve("nowhere"));
  }

  /** A node repairs by its log what a damaged slot held, if the log still has it. */
  @Test
  void aNodesOwnReadingOfAllItsSlotsCanBeWaitedFor() throws Exception {
    try (NodeProcess one = node("one").set("SLOTSTREAM_SCRUB_RATE", "1G").start().awaitReady()) {
      run(0, "load", entries(), "--url", url(one));
      run(0, "verify", "--url", url(one), "--wait");
      one.terminate();
      for (Path log : TestFiles.startingWith(one.data().resolve("shard_000"), "redo-")) {
        Files.delete(log);
      }
      TestFiles.flip(one.data().resolve("shard_000").resolve("fixed.data"), SLOTS_BEGIN + 20, 3);
      one.start().awaitReady();
      CommandProcess damaged = run(1, "verify", "--url", url(one), "--wait", "--json");
      assertEquals(1, new JsonObject(damaged.out()).getInteger("damagedSlots"));
      CommandProcess dump = run(1, "dump", "--url", url(one));
      assertEquals(KEYS + 1, dump.out().lines().count());
    }
  }

  @Test
  void takesADirectoryThatArmdbWroteAndLeavesItAsItWas() throws Exception {
    ArmdbPeer.assumeAvailable();
    ArmdbStore store = ArmdbStore.small(temp.resolve("armdb"), 3);
    ArmdbPeer.write(store, KEYS, 1, true);
    TestFiles.copyTree(store.dir(), temp.resolve("before"));
    Set<String> expected = new TreeSet<>(ArmdbContent.written(store, KEYS, 1));

    run(0, "verify", store.dir());
    assertEquals(expected, hex(run(0, "dump", store.dir()).out()));
    for (String codec : List.of("exact", "framed")) {
      Path to = temp.resolve("to-" + codec);
      run(0, "import", store.dir(), "--to", to, "--codec", codec);
      run(0, "verify", to);
      assertEquals(expected, hex(run(0, "dump", to).out()));
    }
    try (NodeProcess node = node("node").start().awaitReady()) {
      run(0, "import", store.dir(), "--url", url(node));
      assertEquals(expected, hex(run(0, "dump", "--url", url(node)).out()));
    }
    try (NodeProcess node =
        node("exact")
            .set("SLOTSTREAM_DATA_DIR", temp.resolve("to-exact"))
            .set("SLOTSTREAM_STORE_CODEC", "exact")
            .set("SLOTSTREAM_STORE_MAX_KEY_BYTES", store.keyBytes())
            .set("SLOTSTREAM_STORE_MAX_VALUE_BYTES", store.valueBytes())
            .set("SLOTSTREAM_STORE_SHARDS", store.shards())
            .start()
            .awaitReady()) {
      assertEquals(expected, hex(run(0, "dump", "--url", url(node)).out()));
    }
    assertSameFiles(temp.resolve("before"), store.dir());
  }

  private static void assertSameFiles(Path expected, Path found) throws IOException {
    try (var files = Files.walk(expected)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path other = found.resolve(expected.relativize(file));
        assertEquals(-1, Files.mismatch(file, other), other::toString);
      }
    }
    try (var before = Files.walk(expected);
        var after = Files.walk(found)) {
      assertEquals(before.count(), after.count());
    }
  }

  /** Lines of a dump as the peer has them. */
  private static Set<String> hex(String dump) {
    Set<String> lines = new TreeSet<>();
    for (String line : dump.lines().toList()) {
      JsonObject entry = new JsonObject(line);
      lines.add(hex(entry, "key") + " " + hex(entry, "value"));
    }
    return lines;
  }

  private static String hex(JsonObject entry, String name) {
    String text = entry.getString(name);
    return HexFormat.of()
        .formatHex(
            text == null
                ? Base64.getDecoder().decode(entry.getString(name + "64"))
                : text.getBytes(StandardCharsets.UTF_8));
  }
}
