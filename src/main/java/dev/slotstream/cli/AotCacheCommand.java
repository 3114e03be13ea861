package dev.slotstream.cli;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code aot-cache}: has the JVM record what a node loads and links while it starts and serves, so
 * that the next one does not do it again. The node that is recorded has a store of its own, which
 * is deleted.
 */
@Command(
    name = "aot-cache",
    description = {
      "Makes the cache that lets a node start in half the time, for the JDK that runs this command.",
      "./slotstream uses it where it lies beside the jar; any other start takes"
          + " -XX:AOTCache=<file>."
    },
    mixinStandardHelpOptions = true)
final class AotCacheCommand implements Callable<Integer> {
  /** Its name beside the jar. */
  private static final String NAME = "slotstream.aot";

  private static final long READY_SECONDS = 120;
  private static final long ASSEMBLE_SECONDS = 300;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "<file>",
      description = "The cache; without it " + NAME + " beside the jar.")
  private Path target;

  @Mixin private Output output;

  /** What {@code --json} shows. */
  record Made(String file, long bytes, double seconds) implements Report {
    @Override
    public List<String> lines() {
      return List.of(
          String.format(
              Locale.ROOT, "cache is made, file=%s bytes=%d seconds=%.1f", file, bytes, seconds));
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path jar = jar();
    Path file = target == null ? jar.resolveSibling(NAME) : target.toAbsolutePath();
    // A running node may have the old one mapped: it is replaced by its name, not written over.
    Path made = file.resolveSibling(file.getFileName() + ".making");
    Path directory = Files.createTempDirectory("slotstream-aot-cache");
    long start = System.nanoTime();
    try {
      record(jar, made, directory);
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(made);
      delete(directory);
    }
    output.print(new Made(file.toString(), Files.size(file), (System.nanoTime() - start) / 1e9));
    return ExitCode.OK;
  }

  private static Path jar() {
    String classPath = System.getProperty("java.class.path", "");
    Path jar = Path.of(classPath.split(File.pathSeparator, 2)[0]).toAbsolutePath();
    if (!jar.toString().endsWith(".jar") || !Files.isRegularFile(jar)) {
      throw new CommandException("not started from the packaged jar, classPath=" + classPath);
    }
    return jar;
  }

  /** The JVM writes the cache when the node that it records has ended. */
  private static void record(Path jar, Path made, Path directory)
      throws IOException, InterruptedException {
    int port = freePort();
    Path log = directory.resolve("log");
    ProcessBuilder builder = new ProcessBuilder(command(jar, made));
    builder.environment().put("SLOTSTREAM_DATA_DIR", directory.resolve("data").toString());
    builder.environment().put("SLOTSTREAM_ROLE", "leader");
    builder.environment().put("SLOTSTREAM_REPLICATION_PORT", "0");
    builder.environment().put("QUARKUS_HTTP_PORT", "" + port);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Process node = builder.start();
    try (NodeClient client = NodeClient.local(port)) {
      awaitReady(node, client, log);
      exercise(client);
      node.destroy();
      if (!node.waitFor(ASSEMBLE_SECONDS, TimeUnit.SECONDS) || !Files.exists(made)) {
        throw failed("the JVM made no cache", log);
      }
    } finally {
      node.descendants().forEach(ProcessHandle::destroyForcibly);
      node.destroyForcibly();
    }
  }

  /** This JVM's options are the node's, too, but for those that name a cache. */
  private static List<String> command(Path jar, Path made) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!option.startsWith("-XX:AOT")) {
        command.add(option);
      }
    }
    command.add("-XX:AOTCacheOutput=" + made);
    command.addAll(List.of("-jar", jar.toString()));
    return command;
  }

  private static void awaitReady(Process node, NodeClient client, Path log)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
    while (!client.ready()) {
      if (!node.isAlive() || System.nanoTime() > deadline) {
        throw failed("the node that is recorded does not get ready", log);
      }
      Thread.sleep(50);
    }
  }

  /** What a node is asked soon after its start. */
  private static void exercise(NodeClient client) throws IOException, InterruptedException {
    for (int i = 0; i < 100; i++) {
      String key = "key-" + i;
      client.put(key, "value").join();
      client.get(key);
      client.delete(key);
      client.get(key);
    }
    for (String path : List.of("/q/health/live", "/q/metrics", "/replication", "/engine")) {
      client.stream(path).close();
    }
  }

  private static CommandException failed(String what, Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return new CommandException(
        "%s, its last lines:%n%s"
            .formatted(
                what,
                String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()))));
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
