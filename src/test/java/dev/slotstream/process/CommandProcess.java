package dev.slotstream.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command of the packaged jar that was run in a process of its own, as a user would. */
record CommandProcess(int exitCode, String out, String err) {
  private static final long LIMIT_SECONDS = 120;

  /** Runs a command line, with its output in files of a directory. */
  static CommandProcess run(Path directory, Object... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(List.of("-jar", NodeProcess.JAR.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Path out = Files.createTempFile(directory, "command", ".out");
    Path err = Files.createTempFile(directory, "command", ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("command did not end within " + LIMIT_SECONDS + " s: " + command);
    }
    return new CommandProcess(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
