package dev.slotstream.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A node in a process of its own, started from the jar that this process was started from. */
final class ChildNode {
  private static final long STOP_SECONDS = 30;
  private static final int LAST_LINES = 5;

  private final String name;
  private final Process process;
  private final Path log;

  private ChildNode(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a node; its output goes to a file beside its data.
   *
   * @param jvm its JVM's options
   */
  static ChildNode start(
      String name, Path directory, List<String> jvm, Map<String, String> settings)
      throws IOException {
    Files.createDirectories(directory);
    Path log = directory.resolve(name + ".log");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(jvm);
    command.addAll(List.of("-jar", System.getProperty("java.class.path")));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(settings);
    builder.environment().put("SLOTSTREAM_DATA_DIR", directory.resolve(name).toString());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new ChildNode(name, builder.start(), log);
  }

  /** A port that nobody has now. */
  static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  /** Waits until a node is ready; fails when one of them all has ended, or it takes too long. */
  static void awaitReady(NodeClient node, List<ChildNode> all, Duration limit)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!node.ready()) {
      for (ChildNode one : all) {
        one.requireAlive();
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("not ready within " + limit + ": " + node.base());
      }
      Thread.sleep(100);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Fails with the end of its log when the node has ended. */
  void requireAlive() throws IOException {
    if (!process.isAlive()) {
      throw failed("ended with status " + process.exitValue());
    }
  }

  /** What went wrong with it, and the end of its log. */
  IOException failed(String what) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return new IOException(
        "%s %s, the last of %s:%n%s"
            .formatted(
                name,
                what,
                log,
                String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()))));
  }

  /** Ends it as an orchestrator would; false when that takes longer than the limit. */
  boolean terminate(Duration limit) throws InterruptedException {
    process.destroy();
    return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends it, and what it has started, at once. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
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
