package dev.slotstream.cli;

import dev.slotstream.engine.OfflineStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes all entries of a store, a line of JSON each. */
@Command(
    name = "dump",
    description = {
      "Writes all entries as lines of JSON, from a directory or from a running node.",
      "A line has key and value, or key64 and value64 in base64 where they are no UTF-8, and type"
          + " and expires where the entry has them."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all entries were written",
      "1:some are damaged and were left out; those that can be read were written",
      "2:wrong usage",
      "3:the store cannot be read, the node not be reached, or the file not be written"
    })
final class DumpCommand implements Callable<Integer> {
  private static final int LINES_PER_CHECK = 1_000;

  @ArgGroup(multiplicity = "1")
  private StoreOrNode from;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to write; standard output unless given. Replaced once it is complete.")
  private Path file;

  @Mixin private Output output;

  /**
   * What was written.
   *
   * @param damaged entries, or findings, that kept something from being written
   */
  record DumpReport(String source, long entries, long damaged) implements Report {
    @Override
    public List<String> lines() {
      return List.of(
          "%s: %,d entries written".formatted(source, entries)
              + (damaged == 0 ? "" : ", DAMAGED: %,d findings".formatted(damaged)));
    }
  }

  @Override
  public Integer call() throws Exception {
    if (file == null) {
      DumpReport report = dump(output.data());
      output.data().flush();
      output.printBeside(report);
      return exitCode(report);
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    DumpReport report;
    try (PrintWriter writer =
        new PrintWriter(Files.newBufferedWriter(part, StandardCharsets.UTF_8))) {
      report = dump(writer);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(part);
      throw e;
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    output.print(report);
    return exitCode(report);
  }

  private static int exitCode(DumpReport report) {
    return report.damaged() == 0 ? ExitCode.OK : ExitCode.DIFFERENCE;
  }

  private DumpReport dump(PrintWriter to) throws IOException, InterruptedException {
    DumpReport report;
    if (from.directory().isPresent()) {
      report = dumpStore(from.directory().get(), to);
    } else {
      try (NodeClient node = from.client()) {
        report = dumpNode(node, to);
      }
    }
    requireWritten(to);
    return report;
  }

  private void write(PrintWriter to, String line, long number) {
    to.println(line);
    if (number % LINES_PER_CHECK == 0) {
      requireWritten(to); // whoever has read enough of it does not need the rest
    }
  }

  /** A print writer keeps its errors to itself until it is asked. */
  private void requireWritten(PrintWriter to) {
    if (to.checkError()) {
      throw new CommandException(
          "could not write file=" + (file == null ? "standard output" : file));
    }
  }

  private DumpReport dumpStore(Path directory, PrintWriter to) throws IOException {
    Findings findings = new Findings();
    long[] entries = new long[1];
    try (OfflineStore store = OfflineStore.open(directory, findings);
        Progress progress = output.progress("dump", "bytes", store.bytes())) {
      findings.show(progress);
      Entries.read(
          store,
          findings,
          entry -> {
            write(to, Json.line(entry), entries[0]++);
            return true;
          });
    }
    output.tell(findings.lines());
    return new DumpReport(directory.toString(), entries[0], findings.damage());
  }

  private DumpReport dumpNode(NodeClient node, PrintWriter to)
      throws IOException, InterruptedException {
    try (NodeDump dump = NodeDump.of(node);
        Progress progress = output.progress("dump", "entries", node.keys())) {
      long lines = 0;
      for (String line = dump.next(); line != null; line = dump.next()) {
        write(to, line, lines++);
        progress.stepBy(1);
      }
      return new DumpReport(node.base(), dump.entries(), dump.damaged());
    }
  }
}
