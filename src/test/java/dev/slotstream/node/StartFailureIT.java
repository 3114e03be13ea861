package dev.slotstream.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged process says in one line why it does not start, and ends with an exit code. */
class StartFailureIT {
  private static final Path JAR =
      Path.of(System.getProperty("slotstream.jar", "target/quarkus-app/quarkus-run.jar"));
  private static final String PREFIX = "slotstream cannot start: ";

  @TempDir Path directory;

  /** What a process said, and how it ended. */
  private record Ended(int exitCode, String output) {}

  @Test
  void anOptionOutOfRangeIsToldInOneLine() throws Exception {
    assertFailsWith(
        "option is not valid, slotstream.store.shards=300 expected=1 to 255",
        Map.of("SLOTSTREAM_STORE_SHARDS", "300"));
  }

  @Test
  void aPortThatIsTakenIsToldInOneLine() throws Exception {
    failOnATakenPort();
  }

  private void failOnATakenPort() throws IOException, InterruptedException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ended ended =
          run(
              Map.of(
                  "SLOTSTREAM_REPLICATION_HOST",
                  "127.0.0.1",
                  "SLOTSTREAM_REPLICATION_PORT",
                  "" + taken.getLocalPort()));
      assertEquals(1, ended.exitCode(), ended.output());
      assertTrue(
          ended
              .output()
              .contains(
                  PREFIX
                      + "cannot listen for followers, slotstream.replication.host=127.0.0.1 port="
                      + taken.getLocalPort()),
          ended.output());
    }
  }

  @Test
  void aStoreOfAnotherShapeIsToldWithBothValues() throws Exception {
    // The first process leaves a store behind, and fails on its port.
    failOnATakenPort();
    assertFailsWith(
        "shard count differs, file=%s stored=2 configured=3"
            .formatted(directory.resolve("db.meta")),
        Map.of("SLOTSTREAM_STORE_SHARDS", "3"));
  }

  @Test
  void anUnknownCommandIsAUsageError() throws Exception {
    Ended ended = run(Map.of(), "no-such-command");
    assertEquals(2, ended.exitCode(), ended.output());
  }

  private void assertFailsWith(String why, Map<String, String> settings) throws Exception {
    Ended ended = run(settings);
    assertEquals(PREFIX + why, ended.output().strip());
    assertEquals(1, ended.exitCode());
  }

  private Ended run(Map<String, String> settings, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--sun-misc-unsafe-memory-access=allow",
            "-jar",
            JAR.toString());
    builder.command().addAll(List.of(arguments));
    builder
        .environment()
        .putAll(
            Map.of(
                "SLOTSTREAM_DATA_DIR", directory.toString(),
                "SLOTSTREAM_STORE_SHARDS", "2",
                "SLOTSTREAM_STORE_GROW_SLOTS", "64",
                "SLOTSTREAM_REPLICATION_PORT", "0",
                "QUARKUS_HTTP_PORT", "0"));
    builder.environment().putAll(settings);
    Process process = builder.redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      return new Ended(process.exitValue(), output);
    } finally {
      process.destroyForcibly();
    }
  }
}
