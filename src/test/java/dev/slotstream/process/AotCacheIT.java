package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node starts from the AOT cache that the command makes. One that does not fit costs time and
 * nothing else.
 */
class AotCacheIT {
  /** With this the JVM ends at once when it cannot use the cache. */
  private static final String DEMAND_CACHE = "-XX:AOTMode=on";

  @TempDir Path temp;

  private PackageCopy copy;
  private Path cache;

  @BeforeEach
  void copyThePackage() throws IOException {
    copy = new PackageCopy(temp);
    cache = copy.cache();
  }

  @Test
  void aNodeStartsFromTheCacheThatTheCommandMakes() throws Exception {
    Files.writeString(cache, "of an earlier time");
    JsonObject made = copy.makeCache();
    assertEquals(cache.toRealPath(), Path.of(made.getString("file")).toRealPath());
    assertEquals(Files.size(cache), made.getLong("bytes"));
    try (Stream<Path> beside = Files.list(cache.getParent())) {
      assertEquals(
          List.of(cache), beside.filter(file -> file.toString().contains(".aot")).toList());
    }
    assertServes(DEMAND_CACHE);
    assertServes("-XX:+UseG1GC " + DEMAND_CACHE);
  }

  @Test
  void withoutACacheItStarts() throws Exception {
    assertServes("-Xmx128m");
  }

  @Test
  void whatIsNoCacheIsLeftAloneWithoutAWord() throws Exception {
    Files.writeString(cache, "no cache");
    assertServes("-Xmx128m");
    assertEndsWhereTheCacheIsDemanded();
  }

  private void assertEndsWhereTheCacheIsDemanded() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient();
        NodeProcess node = node(http).jvm(DEMAND_CACHE).start()) {
      assertEquals(NodeProcess.Start.ENDED, node.awaitStart());
    }
  }

  private NodeProcess node(HttpClient http) {
    return NodeProcess.leader(temp, http, 0).by(copy.script());
  }

  private void assertServes(String options) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient();
        NodeProcess node = node(http).jvm(options).start().awaitReady()) {
      http.send(
          node.request("/kv/key").PUT(BodyPublishers.ofString("value")).build(),
          BodyHandlers.discarding());
      assertEquals("value", node.value("key"));
      node.terminate();
      assertEquals(List.of(), node.logLines("[aot]"));
    }
  }
}
