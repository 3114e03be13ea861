package dev.slotstream.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Makes a real node's n-th fsync, fdatasync or msync fail; {@code src/test/c/failing_sync.c}. */
final class FailingSync {
  private static final Path SOURCE = Path.of("src/test/c/failing_sync.c");

  private final Path library;
  private final Path struck;

  private FailingSync(Path library, Path struck) {
    this.library = library;
    this.struck = struck;
  }

  /** Builds the library. Without gcc the test is skipped, but on CI it fails. */
  static FailingSync build(Path directory) throws IOException, InterruptedException {
    Path library = directory.resolve("libfailingsync.so");
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
      return Assumptions.abort("skipped: gcc, which builds the failing library, is not installed");
    }
    Assertions.assertTrue(process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0, "gcc");
    return new FailingSync(library, directory.resolve("struck"));
  }

  /** Before the start of a node: its n-th call fails, or all from there on. */
  void arm(NodeProcess node, int n, boolean forGood) throws IOException {
    Files.deleteIfExists(struck);
    node.set("LD_PRELOAD", library)
        .set("FAILING_SYNC_DIRECTORY", node.data())
        .set("FAILING_SYNC_N", n)
        .set("FAILING_SYNC_FOR_GOOD", forGood ? 1 : 0)
        .set("FAILING_SYNC_STRUCK", struck);
  }

  /** Before the start of a node: nothing fails. */
  void disarm(NodeProcess node) {
    node.set("FAILING_SYNC_N", 0);
  }

  /** True once a call has failed. */
  boolean hasStruck() {
    return Files.exists(struck);
  }
}
