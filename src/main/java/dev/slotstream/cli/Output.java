package dev.slotstream.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * Where a command's answer goes: standard output has the report and nothing else, standard error
 * has progress and errors. To be mixed into every command.
 */
final class Output {
  static final String JSON = "--json";

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(names = JSON, description = "Print the result as one line of JSON.")
  private boolean json;

  @Option(
      names = "--no-progress",
      description = "Show no progress; where standard error is no terminal, none is shown anyway.")
  private boolean noProgress;

  /** Prints the result. */
  void print(Report report) {
    print(report, List.of());
  }

  /** Prints the result; for people also details, on standard error. JSON has them in the result. */
  void print(Report report, List<String> details) {
    tell(details);
    print(report, command.commandLine().getOut());
  }

  /** Tells people something on standard error. */
  void tell(List<String> lines) {
    if (!json) {
      lines.forEach(command.commandLine().getErr()::println);
      command.commandLine().getErr().flush();
    }
  }

  /** Standard output, for a command whose answer is data. */
  PrintWriter data() {
    return command.commandLine().getOut();
  }

  /** Prints the result to standard error, for a command whose standard output is the data. */
  void printBeside(Report report) {
    print(report, command.commandLine().getErr());
  }

  private void print(Report report, PrintWriter to) {
    if (json) {
      to.println(Json.line(report));
    } else {
      report.lines().forEach(to::println);
    }
    to.flush();
  }

  /**
   * Begins to show how far a task is.
   *
   * @param total how many steps it has, or less than 0 when that is not known
   */
  Progress progress(String task, String unit, long total) {
    return noProgress || !StandardError.isTerminal()
        ? Progress.HIDDEN
        : Progress.shown(task, unit, total);
  }
}
