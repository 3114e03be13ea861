package dev.slotstream.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How many requests a command has under way at a node. To be mixed in. */
final class Concurrency {
  private static final int MOST = 1_024;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  private int requests;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description =
          "How many requests to the node are under way at a time (default: ${DEFAULT-VALUE}).",
      defaultValue = "64")
  void setRequests(int number) {
    if (number < 1 || number > MOST) {
      throw new ParameterException(
          command.commandLine(),
          "concurrency is out of range, --concurrency=%d (1 to %d)".formatted(number, MOST));
    }
    requests = number;
  }

  int requests() {
    return requests;
  }
}
