package dev.slotstream.cli;

import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.OfflineStore;
import dev.slotstream.engine.StoreFacts;
import dev.slotstream.kv.EntryLine;
import dev.slotstream.kv.FieldCodec;
import dev.slotstream.kv.KvError;
import dev.slotstream.slot.SlotLayout;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes the entries of a directory, such as one of armdb's, into a node or a new store. */
@Command(
    name = "import",
    description = {
      "Takes all entries of a directory that armdb or Slotstream has closed into a running node, or"
          + " into a new directory. The source is not changed in any byte.",
      "A directory of armdb's can also be opened by a node as it is; import is for another codec,"
          + " another number of shards, or a store that has entries already."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all entries were taken",
      "1:some are damaged, or were refused; they are named, and the others were taken",
      "2:wrong usage",
      "3:the source cannot be read, the node not be reached, or the target not be written"
    })
final class ImportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SOURCE", description = "A directory that nobody has open.")
  private Path source;

  @ArgGroup(multiplicity = "1")
  private Target target;

  @Option(
      names = "--codec",
      paramLabel = "CODEC",
      description =
          "With --to: framed or exact (default: the source's). Framed takes keys and values of any"
              + " length up to the source's.")
  private Content codec;

  @Option(
      names = "--shards",
      paramLabel = "N",
      description = "With --to: number of shards (default: the source's).")
  private Integer shards;

  @Mixin private Concurrency concurrency;

  @Mixin private Output output;

  /** Where the entries go: one of the two. */
  static final class Target {
    @Option(names = "--url", paramLabel = "URL", description = "A running node.")
    private URI url;

    @Option(names = "--to", paramLabel = "DIRECTORY", description = "A new store's directory.")
    private Path directory;
  }

  /**
   * What was done.
   *
   * @param taken entries that are in the target now
   * @param refused entries that the target does not take
   * @param damaged entries, or findings, of the source
   */
  record ImportReport(
      String source,
      String target,
      long taken,
      long refused,
      long damaged,
      List<String> refusals,
      List<Findings.Line> findings)
      implements Report {
    @Override
    public List<String> lines() {
      return List.of(
          "%s: %,d entries taken into %s, %,d refused, %,d damaged"
              .formatted(source, taken, target, refused, damaged));
    }
  }

  @Override
  public Integer call() throws Exception {
    Findings findings = new Findings();
    try (OfflineStore store = OfflineStore.open(source, findings);
        Progress progress = output.progress("import", "bytes", store.bytes())) {
      findings.show(progress);
      ImportReport report =
          target.url == null ? intoStore(store, findings) : intoNode(store, findings);
      List<String> details = new ArrayList<>(findings.lines());
      details.addAll(report.refusals());
      output.print(report, details);
      return report.refused() + report.damaged() == 0 ? ExitCode.OK : ExitCode.DIFFERENCE;
    }
  }

  private ImportReport intoNode(OfflineStore store, Findings findings) throws InterruptedException {
    try (NodeClient node = NodeClient.at(target.url)) {
      node.json("/engine"); // a node that is not there is told before anything is read
      Loader loader = new Loader(node, Progress.HIDDEN, concurrency.requests(), true);
      long[] number = new long[1];
      try {
        Entries.read(store, findings, entry -> loader.put(++number[0], entry));
      } finally {
        loader.await();
      }
      if (loader.failure() != null) {
        throw loader.failure();
      }
      return report(
          node.base(),
          loader.created() + loader.replaced(),
          loader.refused(),
          loader.refusals(),
          findings);
    }
  }

  private ImportReport intoStore(OfflineStore store, Findings findings) throws IOException {
    StoreFacts facts = store.facts();
    try (StoreWriter writer =
        StoreWriter.create(
            target.directory,
            shards == null ? facts.shards() : shards,
            facts.prefixBits(),
            targetCodec(facts))) {
      Refusals refusals = new Refusals();
      long[] taken = new long[1];
      Entries.read(
          store,
          findings,
          entry -> {
            Optional<KvError> refusal = writer.refuse(entry);
            if (refusal.isEmpty()) {
              writer.put(entry);
              taken[0]++;
            } else {
              refusals.add(entry, refusal.get());
            }
            return true;
          });
      writer.complete();
      return report(
          target.directory.toString(), taken[0], refusals.count, refusals.first, findings);
    }
  }

  private FieldCodec targetCodec(StoreFacts facts) {
    FieldCodec from = Entries.codec(facts);
    if (codec == null || codec == facts.content()) {
      return from;
    }
    return codec == Content.FRAMED
        ? FieldCodec.framed(from.maxKeyBytes(), from.maxValueBytes())
        : FieldCodec.of(codec, new SlotLayout(from.maxKeyBytes(), from.maxValueBytes()));
  }

  /** Entries that a new store does not take. */
  private static final class Refusals {
    private static final int MOST_KEPT = 100;

    private final List<String> first = new ArrayList<>();
    private long count;

    void add(EntryLine entry, KvError why) {
      count++;
      if (first.size() < MOST_KEPT) {
        first.add(
            "not taken, key=%s %s"
                .formatted(entry.key() == null ? entry.key64() : entry.key(), why.detail()));
      }
    }
  }

  private ImportReport report(
      String into, long taken, long refused, List<String> refusals, Findings findings) {
    return new ImportReport(
        source.toString(), into, taken, refused, findings.damage(), refusals, findings.kept());
  }
}
