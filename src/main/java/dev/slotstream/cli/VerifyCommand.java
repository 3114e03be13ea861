package dev.slotstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.slotstream.engine.OfflineShard;
import dev.slotstream.engine.OfflineStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks a store: all files of a directory, or what a running node knows of its own. */
@Command(
    name = "verify",
    description = {
      "Checks a store without changing a byte of it.",
      "With a directory: every file, every record of the log, every slot. With --url: what the node"
          + " itself has found; it reads all its slots over and over."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:nothing is wrong",
      "1:damage was found, and is named",
      "2:wrong usage",
      "3:the store cannot be read, or the node not be reached"
    })
final class VerifyCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 200;

  @ArgGroup(multiplicity = "1")
  private StoreOrNode where;

  @Option(
      names = "--wait",
      description = "With --url: wait until the node has read all its slots once more.")
  private boolean wait;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      description = "How long --wait waits (default: ${DEFAULT-VALUE}).",
      defaultValue = "3600")
  private long limitSeconds;

  @Mixin private Output output;

  /**
   * What a directory's check found.
   *
   * @param entries whole ones, once the log is replayed
   * @param records of the log
   * @param bytes of slot files and logs, all of them read
   * @param findings the first thousand of them
   */
  record StoreReport(
      String directory,
      int shards,
      long entries,
      long records,
      long bytes,
      long damage,
      long notes,
      List<Findings.Line> findings)
      implements Report {
    @Override
    public List<String> lines() {
      return List.of(
          "%s: %,d entries in %d shards, %,d log records, %,d bytes read"
              .formatted(directory, entries, shards, records, bytes),
          damage == 0 ? "no damage" : "DAMAGED: %,d findings".formatted(damage));
    }
  }

  /**
   * What a node says of its store.
   *
   * @param damagedSlots whose checksums fail
   * @param stoppedShards that take no writes because their disk failed
   * @param scrubs how often all slots of all shards were read, since the node was started
   */
  record NodeReport(
      String url, int shards, long entries, long damagedSlots, int stoppedShards, long scrubs)
      implements Report {
    boolean fine() {
      return damagedSlots == 0 && stoppedShards == 0;
    }

    @Override
    public List<String> lines() {
      return List.of(
          "%s: %,d entries in %d shards, all slots read %d times since the node was started"
              .formatted(url, entries, shards, scrubs),
          fine()
              ? "no damage"
              : "DAMAGED: %,d slots, %d shards take no writes"
                  .formatted(damagedSlots, stoppedShards));
    }
  }

  @Override
  public Integer call() throws Exception {
    if (where.directory().isPresent()) {
      return verifyStore(where.directory().get());
    }
    try (NodeClient node = where.client()) {
      return verifyNode(node);
    }
  }

  private int verifyStore(Path directory) throws IOException {
    Findings findings = new Findings();
    try (OfflineStore store = OfflineStore.open(directory, findings)) {
      long bytes = store.bytes();
      long entries = 0;
      long records = 0;
      try (Progress progress = output.progress("verify", "bytes", bytes)) {
        findings.show(progress);
        for (int s = 0; s < store.facts().shards(); s++) {
          try (OfflineShard shard = store.open(s)) {
            records +=
                shard.segments().stream()
                    .mapToLong(file -> file.lastSequence() - file.firstSequence() + 1)
                    .sum();
            entries += shard.check().occupied();
          }
        }
      }
      output.print(
          new StoreReport(
              directory.toString(),
              store.facts().shards(),
              entries,
              records,
              bytes,
              findings.damage(),
              findings.notes(),
              findings.kept()),
          findings.lines());
      return findings.exitCode();
    }
  }

  private int verifyNode(NodeClient node) throws InterruptedException {
    NodeReport report = ask(node);
    if (wait) {
      // The reader goes from shard to shard: the round that it is in, and one of each.
      long enough = sumOfScrubs(node) + report.shards() + 1;
      long deadline = System.nanoTime() + Duration.ofSeconds(limitSeconds).toNanos();
      while (sumOfScrubs(node) < enough) {
        if (System.nanoTime() - deadline > 0) {
          throw new CommandException(
              ("node has not read all its slots in time, url=%s limit=%ds:"
                      + " see its option slotstream.scrub.rate")
                  .formatted(node.base(), limitSeconds));
        }
        Thread.sleep(POLL_MILLIS);
      }
      report = ask(node);
    }
    output.print(report);
    return report.fine() ? ExitCode.OK : ExitCode.DIFFERENCE;
  }

  private static long sumOfScrubs(NodeClient node) throws InterruptedException {
    long sum = 0;
    for (JsonNode shard : node.json("/engine").path("shards")) {
      sum += shard.path("scrubs").asLong();
    }
    return sum;
  }

  private static NodeReport ask(NodeClient node) throws InterruptedException {
    List<JsonNode> shards = new ArrayList<>();
    node.json("/engine").path("shards").forEach(shards::add);
    if (shards.isEmpty()) {
      throw new CommandException("not a node of Slotstream, url=" + node.base());
    }
    return new NodeReport(
        node.base(),
        shards.size(),
        shards.stream().mapToLong(shard -> shard.path("slotsUsed").asLong()).sum(),
        shards.stream().mapToLong(shard -> shard.path("slotsDamaged").asLong()).sum(),
        (int) shards.stream().filter(shard -> !shard.path("writable").asBoolean()).count(),
        shards.stream().mapToLong(shard -> shard.path("scrubs").asLong()).min().orElse(0));
  }
}
