package dev.slotstream.cli;

import dev.slotstream.engine.OfflineShard;
import dev.slotstream.engine.OfflineStore;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.engine.SlotCounts;
import dev.slotstream.engine.StoreFacts;
import dev.slotstream.kv.FieldCodec;
import dev.slotstream.log.SegmentFacts;
import dev.slotstream.slot.Checkpoint;
import dev.slotstream.slot.SlotFileFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows what is in a store's directory. */
@Command(
    name = "inspect",
    description = {
      "Shows what a store's directory holds, without changing a byte of it: identity, shape, slots,"
          + " checkpoints, leaderships, log segments.",
      "Damage is named and the rest shown; verify checks more."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:shown",
      "1:shown, and damage was found",
      "2:wrong usage",
      "3:the store cannot be read"
    })
final class InspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIRECTORY", description = "A store's directory that no node has open.")
  private Path directory;

  @Mixin private Output output;

  /**
   * A store.
   *
   * @param directoryId null where only armdb has written
   * @param lastRun how it was written last; null when it does not say
   */
  record StoreReport(
      String directory,
      String directoryId,
      String codec,
      Integer maxKeyBytes,
      Integer maxValueBytes,
      Integer slotBytes,
      int shardPrefixBits,
      String lastRun,
      List<ShardReport> shards,
      List<Findings.Line> findings)
      implements Report {
    @Override
    public List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add("directory  " + directory);
      lines.add("id         " + (directoryId == null ? "none: armdb's" : directoryId));
      lines.add(
          "shape      codec %s, keys %d bytes, values %d bytes, slots %d bytes, %d shards by %s"
              .formatted(
                  codec,
                  maxKeyBytes,
                  maxValueBytes,
                  slotBytes,
                  shards.size(),
                  shardPrefixBits == 0 ? "whole keys" : shardPrefixBits + " bits of the key"));
      lines.add("last run   " + (lastRun == null ? "not known" : lastRun));
      shards.forEach(shard -> lines.addAll(shard.lines()));
      return lines;
    }
  }

  /**
   * A shard.
   *
   * @param slots that the header counts; null when it cannot be read
   * @param checkpoint null when none can be read
   * @param history null when there is none, or it cannot be read
   * @param keptAside files with records that are in the log no more
   */
  record ShardReport(
      int shard,
      Integer slots,
      SlotCounts counts,
      Checkpoint checkpoint,
      History history,
      List<SegmentFacts> log,
      List<String> keptAside)
      implements Report {
    @Override
    public List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add(
          "shard %-4d %,d slots: %,d occupied, %,d deleted, %,d free, %,d damaged"
              .formatted(
                  shard,
                  slots,
                  counts.occupied(),
                  counts.deleted(),
                  counts.free(),
                  counts.damaged()));
      lines.add("  checkpoint  " + checkpointText());
      if (history != null) {
        lines.add(
            "  history     store %s, last led by %s"
                .formatted(history.storeId(), history.own() ? "this directory" : "a leader"));
        history.epochs().stream()
            .map(
                epoch ->
                    "              epoch %d from %,d"
                        .formatted(epoch.epoch(), epoch.firstSequence()))
            .forEach(lines::add);
      }
      log.stream().map(ShardReport::text).forEach(lines::add);
      keptAside.forEach(file -> lines.add("  kept aside  " + file));
      return lines;
    }

    private String checkpointText() {
      return checkpoint == null
          ? "cannot be read"
          : "sequence %,d, epoch %d%s"
              .formatted(
                  checkpoint.sequence(),
                  checkpoint.epoch(),
                  checkpoint.syncing()
                      ? ", in the middle of a full sync"
                      : checkpoint.clean() ? ", closed" : ", not closed");
    }

    private static String text(SegmentFacts file) {
      return "  log         %s  %s, forced up to %,d, %,d of %,d bytes used"
          .formatted(
              file.file(),
              file.lastSequence() < file.firstSequence()
                  ? "no records"
                  : "records %,d to %,d".formatted(file.firstSequence(), file.lastSequence()),
              file.forcedUpTo(),
              file.usedBytes(),
              file.bytes());
    }
  }

  /** Whose records a shard holds. */
  record History(UUID storeId, boolean own, List<EpochStart> epochs) {
    static History of(ShardHistory history) {
      return new History(history.storeId(), history.own(), history.epochs());
    }
  }

  @Override
  public Integer call() throws IOException {
    Findings findings = new Findings();
    try (OfflineStore store = OfflineStore.open(directory, findings)) {
      StoreReport report = report(store, findings);
      output.print(report, findings.lines());
      return findings.exitCode();
    }
  }

  private StoreReport report(OfflineStore store, Findings findings) throws IOException {
    List<ShardReport> shards = new ArrayList<>();
    try (Progress progress = output.progress("inspect", "bytes", store.bytes())) {
      findings.show(progress);
      for (int s = 0; s < store.facts().shards(); s++) {
        try (OfflineShard shard = store.open(s)) {
          shards.add(report(shard));
        }
      }
    }
    StoreFacts facts = store.facts();
    FieldCodec codec = facts.layout().isEmpty() ? null : Entries.codec(facts);
    return new StoreReport(
        directory.toString(),
        facts.directoryId().map(UUID::toString).orElse(null),
        facts.content().name().toLowerCase(Locale.ROOT),
        codec == null ? null : codec.maxKeyBytes(),
        codec == null ? null : codec.maxValueBytes(),
        codec == null ? null : codec.layout().slotSize(),
        facts.prefixBits(),
        facts.lastRun().orElse(null),
        shards,
        findings.kept());
  }

  private static ShardReport report(OfflineShard shard) {
    SlotCounts counts = shard.forEach(slot -> true);
    return new ShardReport(
        shard.number(),
        shard.header().map(SlotFileFacts::slots).orElse(null),
        counts,
        shard.checkpoint().orElse(null),
        shard.history().map(History::of).orElse(null),
        shard.segments(),
        shard.keptAside());
  }
}
