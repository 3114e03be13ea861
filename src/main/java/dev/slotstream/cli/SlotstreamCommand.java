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
    subcommands = {
      VerifyCommand.class,
      InspectCommand.class,
      DumpCommand.class,
      LoadCommand.class,
      ImportCommand.class,
      BackupCommand.class,
      RestoreCommand.class,
      DemoCommand.class,
      AotCacheCommand.class
    })
public final class SlotstreamCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** Runs a command line; answers the exit code, see {@link ExitCode}. */
  public static int execute(String... arguments) {
    // Whatever the machine's locale: what is printed can be keys and values.
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int exitCode = execute(out, err, arguments);
    out.flush();
    return exitCode;
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
