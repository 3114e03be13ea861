package dev.slotstream.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A child process with a main class of the tests. */
final class ChildJvm {
  /** Longer than any child lives that is not forgotten. */
  static final Duration LIFE_LIMIT = Duration.ofSeconds(60);

  /** The status of a child in which something went wrong. */
  static final int FAILED = 71;

  private static final int POLL_MILLIS = 2;

  private final Process process;
  private final Path output;

  private ChildJvm(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts one; its output goes to a file. */
  static ChildJvm start(
      Path agent, CrashPlan plan, Path output, String main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m"));
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add(plan.agentOption(agent));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    return new ChildJvm(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start(),
        output);
  }

  /** Waits until it has ended, or the condition holds; true when it has ended. */
  boolean endsBefore(BooleanSupplier condition) throws InterruptedException, IOException {
    long deadline = System.nanoTime() + LIFE_LIMIT.toNanos();
    while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      if (condition.getAsBoolean()) {
        return false;
      }
      if (System.nanoTime() > deadline) {
        kill();
        throw new CampaignFailure("child hangs: " + Files.readString(output));
      }
    }
    return true;
  }

  /** True when it has ended within this time. */
  boolean endsWithin(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** kill -9. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** The status of a child that has ended; it fails when it did not end as it was told to. */
  void assertKilled() throws IOException {
    if (process.exitValue() != CrashTrigger.STATUS) {
      throw new CampaignFailure(
          "child ended by itself, status=%d: %s"
              .formatted(process.exitValue(), Files.readString(output)));
    }
  }
}
