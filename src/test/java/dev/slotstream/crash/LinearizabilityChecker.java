package dev.slotstream.crash;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Porcupine, a checker of linearizability that is written in Go. It is built when it is needed
 * first; where there is no {@code go} the tests that need it are skipped, except in CI.
 */
public final class LinearizabilityChecker {
  private static final Path SOURCE = Path.of("src/crash/porcupine").toAbsolutePath();
  private static final Path DIRECTORY = Path.of("target/crash").toAbsolutePath();
  private static final long LIMIT_MINUTES = 20;

  private final Path program;

  private LinearizabilityChecker(Path program) {
    this.program = program;
  }

  /**
   * What it says of a history.
   *
   * @param linearizable false when it is not, and when it could not be told
   * @param report ends in a summary
   */
  public record Verdict(boolean linearizable, String report) {}

  /** Builds it, or skips the test. */
  public static LinearizabilityChecker build() throws IOException, InterruptedException {
    if (!hasGo()) {
      boolean inCi = "true".equals(System.getenv("CI"));
      Assumptions.assumeFalse(!inCi, "go is not installed: histories cannot be checked");
      throw new AssertionError("CI has to have go, to check histories");
    }
    Files.createDirectories(DIRECTORY);
    Path program = DIRECTORY.resolve("porcupine");
    ProcessBuilder build = new ProcessBuilder("go", "build", "-o", program.toString(), ".");
    Result result = run(build.directory(SOURCE.toFile()));
    if (result.status() != 0) {
      throw new AssertionError("checker could not be built: " + result.output());
    }
    return new LinearizabilityChecker(program);
  }

  private static boolean hasGo() throws InterruptedException {
    try {
      return run(new ProcessBuilder("go", "version")).status() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Checks rounds of operations, each for itself; the first begins with empty keys, as all do. */
  public Verdict check(String name, List<List<Operation>> rounds) throws InterruptedException {
    Path history = DIRECTORY.resolve(name + ".csv");
    try {
      write(history, rounds);
      Result result = run(new ProcessBuilder(program.toString(), history.toString()));
      if (result.status() == 0) {
        Files.delete(history);
      }
      return new Verdict(result.status() == 0, result.output());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path history, List<List<Operation>> rounds) throws IOException {
    try (BufferedWriter lines = Files.newBufferedWriter(history, StandardCharsets.US_ASCII)) {
      for (int round = 0; round < rounds.size(); round++) {
        for (Operation operation : rounds.get(round)) {
          lines.write(operation.line(round));
          lines.newLine();
        }
      }
    }
  }

  private record Result(int status, String output) {}

  private static Result run(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("checker hangs: " + output);
    }
    return new Result(process.exitValue(), output.strip());
  }
}
