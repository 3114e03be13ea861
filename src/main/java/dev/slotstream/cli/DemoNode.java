package dev.slotstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A node in a process of its own, started from the jar that this process was started from. */
final class DemoNode {
  private static final long STOP_SECONDS = 30;

  private final String name;
  private final Process process;
  private final Path log;

  private DemoNode(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Starts a node; its output goes to a file beside its data. */
  static DemoNode start(String name, Path directory, Map<String, String> settings)
      throws IOException {
    Files.createDirectories(directory);
    Path log = directory.resolve(name + ".log");
    String java = ProcessHandle.current().info().command().orElse("java");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                java,
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                System.getProperty("java.class.path")));
    builder.environment().putAll(settings);
    builder.environment().put("SLOTSTREAM_DATA_DIR", directory.resolve(name).toString());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new DemoNode(name, builder.start(), log);
  }

  long pid() {
    return process.pid();
  }

  /** Fails with the end of its log when the node has ended. */
  void requireAlive() throws IOException {
    if (!process.isAlive()) {
      List<String> lines = Files.readAllLines(log);
      throw new IOException(
          "%s ended with status %d, the last of %s:%n%s"
              .formatted(
                  name,
                  process.exitValue(),
                  log,
                  String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()))));
    }
  }

  /** Ends a process as an orchestrator would: politely, then not. */
  static void stop(long pid) throws InterruptedException {
    Optional<ProcessHandle> handle = ProcessHandle.of(pid);
    if (handle.isEmpty() || !handle.get().destroy()) {
      return;
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    while (handle.get().isAlive() && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    handle.get().destroyForcibly();
  }
}
