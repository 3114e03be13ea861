package dev.slotstream.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Makes a real node's n-th fsync, fdatasync or msync fail, or each of them slow; {@code
 * src/test/c/sync_faults.c}.
 */
final class SyncFaults {
  private static final Path SOURCE = Path.of("src/test/c/sync_faults.c");

  private final Path library;
  private final Path struck;

  private SyncFaults(Path library, Path struck) {
    this.library = library;
    this.struck = struck;
  }

  /** Builds the library. Without gcc the test is skipped, but on CI it fails. */
  static SyncFaults build(Path directory) throws IOException, InterruptedException {
    Path library = directory.resolve("libsyncfaults.so");
    List<String> gcc =
        List.of(
            "gcc",
            "-O2",
            "-Wall",
            "-Werror",
            "-shared",
            "-fPIC",
            "-o",
            library.toString(),
            SOURCE.toString(),
            "-ldl");
    Process process;
    try {
      process = new ProcessBuilder(gcc).inheritIO().start();
    } catch (IOException e) {
      if ("true".equals(System.getenv("CI"))) {
        return Assertions.fail("gcc is not installed, and on CI this test may not be skipped", e);
      }
      return Assumptions.abort("skipped: gcc, which builds the library, is not installed");
    }
    Assertions.assertTrue(process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0, "gcc");
    return new SyncFaults(library, directory.resolve("struck"));
  }

  /** Before the start of a node: its n-th call fails, or all from there on. */
  void arm(NodeProcess node, int n, boolean forGood) throws IOException {
    Files.deleteIfExists(struck);
    preload(node)
        .set("SYNC_FAULTS_N", n)
        .set("SYNC_FAULTS_FOR_GOOD", forGood ? 1 : 0)
        .set("SYNC_FAULTS_STRUCK", struck);
  }

  /** Before the start of a node: each of its calls takes so much longer than it does anyway. */
  void slow(NodeProcess node, int millis) {
    preload(node).set("SYNC_FAULTS_DELAY_MILLIS", millis);
  }

  private NodeProcess preload(NodeProcess node) {
    return node.set("LD_PRELOAD", library).set("SYNC_FAULTS_DIRECTORY", node.data());
  }

  /** Before the start of a node: nothing fails. */
  void disarm(NodeProcess node) {
    node.set("SYNC_FAULTS_N", 0);
  }

  /** True once a call has failed. */
  boolean hasStruck() {
    return Files.exists(struck);
  }
}
