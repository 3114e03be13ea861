package dev.slotstream.process;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A copy of the package with its start script: the AOT cache lies beside the jar. */
final class PackageCopy {
  private static final long LIMIT_SECONDS = 300;

  private final Path script;
  private final Path cache;

  /** Copies it, without a cache. */
  PackageCopy(Path directory) throws IOException {
    Path app = directory.resolve("target/quarkus-app");
    copy(NodeProcess.JAR.toAbsolutePath().getParent(), app);
    copy(Path.of(".mvn/find-jdk.sh"), directory.resolve(".mvn/find-jdk.sh"));
    script = directory.resolve("slotstream");
    copy(Path.of("slotstream"), script);
    cache = app.resolve("slotstream.aot");
    Files.deleteIfExists(cache);
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

  /** The script that starts it. */
  Path script() {
    return script;
  }

  /** Where its cache is, or would be. */
  Path cache() {
    return cache;
  }

  /** Makes its cache by the command; answers what that says. */
  JsonObject makeCache() throws IOException, InterruptedException {
    Process command =
        new ProcessBuilder(script.toString(), "aot-cache", "--json")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!command.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || command.exitValue() != 0) {
      command.destroyForcibly();
      throw new IOException("AOT cache was not made: " + out);
    }
    return new JsonObject(out);
  }
}
