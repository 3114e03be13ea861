package dev.slotstream.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Builds the program once per process, with cargo, into {@code target/armdb-peer}. A file lock
 * keeps parallel test processes from building at the same time; all but the first then find it
 * built.
 */
final class ArmdbBuild {

  private static final Path CRATE = Path.of("src", "interop", "armdb");
  private static final String NAME = "armdb-peer";
  private static final Duration VERSION_LIMIT = Duration.ofSeconds(30);
  private static final Duration BUILD_LIMIT = Duration.ofMinutes(15);

  private static Path built;

  private ArmdbBuild() {}

  static synchronized boolean isPossible() {
    return built != null || cargoIsThere();
  }

  static synchronized Path executable() {
    if (built == null) {
      try {
        built = build(projectDir());
      } catch (IOException e) {
        throw new UncheckedIOException("cannot build " + CRATE, e);
      }
    }
    return built;
  }

  private static boolean cargoIsThere() {
    try {
      ProcessBuilder cargo =
          new ProcessBuilder("cargo", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      return run(cargo, VERSION_LIMIT) == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  private static Path build(Path project) throws IOException {
    Path target = Files.createDirectories(project.resolve("target"));
    Path log = target.resolve(NAME + "-build.log");
    try (FileChannel channel =
            FileChannel.open(
                target.resolve(NAME + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      ProcessBuilder cargo =
          new ProcessBuilder("cargo", "build", "--release", "--locked")
              .directory(project.resolve(CRATE).toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      cargo.environment().put("CARGO_TARGET_DIR", target.resolve(NAME).toString());
      int status = run(cargo, BUILD_LIMIT);
      if (status != 0 || !lock.isValid()) {
        throw new IOException("cargo build ended with " + status + ":\n" + Files.readString(log));
      }
    }
    return target.resolve(NAME).resolve("release").resolve(NAME);
  }

  /** The directory above this process's working directory that holds the crate. */
  private static Path projectDir() throws IOException {
    Path start = Path.of("").toAbsolutePath();
    for (Path dir = start; dir != null; dir = dir.getParent()) {
      if (Files.isRegularFile(dir.resolve(CRATE).resolve("Cargo.toml"))) {
        return dir;
      }
    }
    throw new IOException("no " + CRATE + " in or above " + start);
  }

  /** Waits for the program's end; one that takes longer than the limit is killed. */
  private static int run(ProcessBuilder program, Duration limit) throws IOException {
    Process process = program.start();
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(String.join(" ", program.command()) + " runs longer than " + limit);
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
