package dev.slotstream.cli;

import dev.slotstream.file.DirectoryTree;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code aot-cache}: has the JVM record what a node loads, links and goes through while it starts
 * and serves, so that the next one does not do it again. The node that is recorded has a store of
 * its own, which is deleted.
 */
@Command(
    name = "aot-cache",
    description = {
      "Makes the cache that lets a node start in half the time, and know its requests from the start,",
      "for the JDK that runs this command.",
      "./slotstream uses it where it lies beside the jar; any other start takes"
          + " -XX:AOTCache=<file>."
    },
    mixinStandardHelpOptions = true)
final class AotCacheCommand implements Callable<Integer> {
  /** Its name beside the jar. */
  private static final String NAME = "slotstream.aot";

  private static final Duration READY = Duration.ofMinutes(2);
  private static final Duration ASSEMBLED = Duration.ofMinutes(5);

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
      record(made, directory);
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(made);
      DirectoryTree.delete(directory);
    }
    output.print(new Made(file.toString(), Files.size(file), (System.nanoTime() - start) / 1e9));
    return ExitCode.OK;
  }

  private static Path jar() {
    String classPath = System.getProperty("java.class.path", "");
    Path jar = Path.of(classPath).toAbsolutePath();
    if (!jar.toString().endsWith(".jar") || !Files.isRegularFile(jar)) {
      throw new CommandException("not started from the packaged jar, classPath=" + classPath);
    }
    return jar;
  }

  /** The JVM writes the cache when the node that it records has ended. */
  private static void record(Path made, Path directory) throws IOException, InterruptedException {
    int port = ChildNode.freePort();
    ChildNode node =
        ChildNode.start(
            "recorded",
            directory,
            jvm(made),
            Map.of(
                "SLOTSTREAM_ROLE", "leader",
                "SLOTSTREAM_REPLICATION_PORT", "0",
                "QUARKUS_HTTP_PORT", "" + port));
    try (NodeClient client = NodeClient.local(port)) {
      ChildNode.awaitReady(client, List.of(node), READY);
      new Rehearsal(client.base(), directory).run();
      if (!node.terminate(ASSEMBLED) || !Files.exists(made)) {
        throw node.failed("left no cache");
      }
    } finally {
      node.kill();
    }
  }

  /** This JVM's options, but for those that name a cache, and where the new one goes. */
  private static List<String> jvm(Path made) {
    List<String> options = new ArrayList<>();
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!option.startsWith("-XX:AOT")) {
        options.add(option);
      }
    }
    options.add("-XX:AOTCacheOutput=" + made);
    return options;
  }
}
