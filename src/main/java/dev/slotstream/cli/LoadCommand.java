package dev.slotstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.slotstream.kv.EntryLine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts the entries of a dump into a running node. */
@Command(
    name = "load",
    description = {
      "Puts the entries of a dump into a running node.",
      "An entry that is there already is replaced, so that a load can be repeated."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all entries are in the node",
      "1:the node, or the form of a line, refused some; they are named",
      "2:wrong usage",
      "3:the file cannot be read, or the node not be reached"
    })
final class LoadCommand implements Callable<Integer> {
  private static final Path STANDARD_INPUT = Path.of("-");

  @Parameters(
      paramLabel = "FILE",
      description = "The dump; - or nothing for standard input.",
      defaultValue = "-")
  private Path file;

  @Mixin private NodeOption node;

  @Option(
      names = "--from-line",
      paramLabel = "N",
      description = "Begin at this line, from 1: what an earlier load said to go on with.",
      defaultValue = "1")
  private long fromLine;

  @Mixin private Concurrency concurrency;

  @Option(
      names = "--keep-going",
      description = "Go on behind entries that are refused, instead of ending at the first.")
  private boolean keepGoing;

  @Mixin private Output output;

  /**
   * What was done.
   *
   * @param created entries that had not been there
   * @param replaced entries that had
   * @param expired entries whose time was over: not put
   * @param refused entries that were not taken
   * @param nextLine every line before it is done
   * @param refusals the first hundred
   */
  record LoadReport(
      String url,
      long created,
      long replaced,
      long expired,
      long refused,
      long nextLine,
      double seconds,
      List<String> refusals)
      implements Report {
    @Override
    public List<String> lines() {
      return List.of(
          "%s: %,d entries created, %,d replaced, %,d expired, %,d refused, in %.1f s"
              .formatted(url, created, replaced, expired, refused, seconds));
    }
  }

  @Override
  public Integer call() throws Exception {
    long start = System.nanoTime();
    try (NodeClient client = node.client();
        LineReader lines = new LineReader(input());
        Progress progress = output.progress("load", "entries", -1)) {
      client.json("/engine"); // a node that is not there is told before anything is read
      Loader loader = new Loader(client, progress, concurrency.requests(), keepGoing);
      try {
        load(lines, loader);
      } finally {
        loader.await();
      }
      LoadReport report =
          new LoadReport(
              client.base(),
              loader.created(),
              loader.replaced(),
              loader.expired(),
              loader.refused(),
              loader.firstNotDone(),
              (System.nanoTime() - start) / 1e9,
              loader.refusals());
      if (loader.failure() != null) {
        throw new CommandException(
            "%s; go on with --from-line %d"
                .formatted(loader.failure().getMessage(), report.nextLine()),
            loader.failure());
      }
      output.print(report, report.refusals());
      if (loader.refused() > 0 && !keepGoing) {
        output.tell(List.of("ended there; go on with --from-line " + report.nextLine()));
      }
      return loader.refused() == 0 ? ExitCode.OK : ExitCode.DIFFERENCE;
    }
  }

  private InputStream input() throws IOException {
    return file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(file);
  }

  private void load(LineReader lines, Loader loader) throws IOException {
    boolean goOn = true;
    for (String line = lines.next(); line != null && goOn; line = lines.next()) {
      if (lines.number() >= fromLine && !line.isBlank()) {
        goOn = load(lines.number(), line, loader);
      }
    }
  }

  private static boolean load(long number, String line, Loader loader) {
    try {
      JsonNode json = Json.MAPPER.readTree(line);
      if (json.has("entries") && json.has("damaged")) {
        return true; // the end of a dump that was not taken with the dump command
      }
      return loader.put(number, Json.MAPPER.treeToValue(json, EntryLine.class));
    } catch (JsonProcessingException e) {
      return loader.refuseLine(number, "no entry: " + e.getOriginalMessage());
    }
  }
}
