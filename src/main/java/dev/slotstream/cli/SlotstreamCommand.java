package dev.slotstream.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line. */
@Command(
    name = "slotstream",
    description = "A replicated key-value service. Without a command it runs a node.",
    mixinStandardHelpOptions = true,
    subcommands = {DemoCommand.class, BackupCommand.class, RestoreCommand.class})
public final class SlotstreamCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** Runs a command line; answers the exit code, see {@link ExitCode}. */
  public static int execute(String... arguments) {
    // Whatever the machine's locale: what is printed can be keys and values.
    return execute(
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        arguments);
  }

  /** The same with the places given where it prints. */
  static int execute(PrintWriter out, PrintWriter err, String... arguments) {
    return new CommandLine(new SlotstreamCommand())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(new CommandErrors())
        .execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }
}
