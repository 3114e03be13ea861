package dev.slotstream.cli;

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

  /** Runs a command line; answers the exit code. */
  public static int execute(String... arguments) {
    return new CommandLine(new SlotstreamCommand()).execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }
}
