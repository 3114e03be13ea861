package dev.slotstream.cli;

import dev.slotstream.backup.BackupException;
import dev.slotstream.backup.Restore;
import dev.slotstream.backup.Restored;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.file.DiskStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code restore}: makes a data directory of a backup. */
@Command(
    name = "restore",
    description = {
      "Makes a data directory of a backup. Started as a leader it serves the backup's content;"
          + " started as a follower of the store's leader it goes on from there.",
      "A restore that was broken off leaves a directory that no node opens: repeat the command."
    },
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "<backup>", description = "The backup's file.")
  private Path backup;

  @Parameters(
      index = "1",
      paramLabel = "<data-dir>",
      description = "A directory that is empty or does not exist.")
  private Path directory;

  @Option(
      names = "--without-damaged",
      description = "Do without slots that were damaged when they were copied.")
  private boolean withoutDamaged;

  @Mixin private Output output;

  /** What {@code --json} shows. Key and value bytes are those of the slots' fields. */
  record Done(
      String directory,
      double seconds,
      String storeId,
      String madeAt,
      int shards,
      int shardPrefixBits,
      String codec,
      int keyFieldBytes,
      int valueFieldBytes,
      long slots,
      long records,
      List<String> missing,
      List<String> positions)
      implements Report {
    static Done of(Path directory, Restored restored, double seconds) {
      Shape shape = restored.shape();
      return new Done(
          directory.toString(),
          seconds,
          restored.storeId().toString(),
          Instant.ofEpochSecond(restored.madeAtSeconds()).toString(),
          shape.shards(),
          shape.prefixBits(),
          shape.content() == Content.EXACT ? "exact" : "framed",
          restored.keyFieldBytes(),
          restored.valueFieldBytes(),
          restored.counts().slots(),
          restored.counts().records(),
          restored.missing().stream().map(m -> m.shard() + ":" + m.slot()).toList(),
          BackupNames.positions(restored.positions()));
    }

    @Override
    public List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add(
          String.format(
              Locale.ROOT,
              "restore is complete, directory=%s seconds=%.1f slots=%d records=%d made=%s",
              directory,
              seconds,
              slots,
              records,
              madeAt));
      missing.forEach(slot -> lines.add("missing, shard:slot=" + slot));
      lines.add("positions=" + String.join(",", positions));
      lines.add(
          "store=%s shards=%d shard-prefix-bits=%d codec=%s key field=%d value field=%d"
              .formatted(storeId, shards, shardPrefixBits, codec, keyFieldBytes, valueFieldBytes));
      return lines;
    }
  }

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    try (Progress bar = output.progress("restore", "B", Files.size(backup))) {
      Restore restore =
          new Restore(new DiskStorage(), directory, withoutDamaged, BackupCommand.steps(bar));
      Restored restored = restore.run(backup);
      output.print(Done.of(directory, restored, (System.nanoTime() - start) / 1e9));
      return restored.missing().isEmpty() ? ExitCode.OK : ExitCode.DIFFERENCE;
    } catch (BackupException e) {
      throw new CommandException(e.kind().tag() + ": " + e.getMessage(), e);
    }
  }
}
