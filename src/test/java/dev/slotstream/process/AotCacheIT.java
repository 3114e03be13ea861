package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

  private Path script;
  private Path cache;

  /** A copy of the package and its start script: the cache lies beside the jar. */
  @BeforeEach
  void copyThePackage() throws IOException {
    Path app = temp.resolve("target/quarkus-app");
    copy(NodeProcess.JAR.toAbsolutePath().getParent(), app);
    copy(Path.of(".mvn/find-jdk.sh"), temp.resolve(".mvn/find-jdk.sh"));
    script = temp.resolve("slotstream");
    copy(Path.of("slotstream"), script);
    cache = app.resolve("slotstream.aot");
    Files.deleteIfExists(cache);
  }

  @Test
  void aNodeStartsFromTheCacheThatTheCommandMakes() throws Exception {
    Files.writeString(cache, "of an earlier time");
    Process command =
        new ProcessBuilder(script.toString(), "aot-cache", "--json")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    JsonObject made =
        new JsonObject(new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    assertTrue(command.waitFor(300, TimeUnit.SECONDS));
    assertEquals(0, command.exitValue());
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
    return NodeProcess.leader(temp, http, 0).by(script);
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

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        // The JVM compares the jars' times with those in the cache.
        Files.copy(
            path, to.resolve(from.relativize(path).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }
}
