package dev.slotstream.cli;

import dev.slotstream.backup.BackupException;
import dev.slotstream.backup.Restore;
import dev.slotstream.backup.Restored;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.file.DiskStorage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code restore}: makes a data directory of a backup. */
@Command(
    name = "restore",
    description = {
      "Makes a data directory of a backup. Started as a leader it serves the backup's content;"
          + " started as a follower of the node that was backed up it goes on from there.",
      "A restore that was broken off leaves a directory that no node opens: repeat the command."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the directory is complete and on disk",
      "1:it is not; the message says why",
      "2:the command line is wrong"
    })
final class RestoreCommand implements Callable<Integer> {
  private static final int FAILED = 1;

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

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    long start = System.nanoTime();
    PrintWriter err = spec.commandLine().getErr();
    try (ProgressBar bar = BackupCommand.bar(System.console() != null)) {
      Restore restore =
          new Restore(
              new DiskStorage(), directory, withoutDamaged, n -> BackupCommand.stepTo(bar, n));
      report(restore.run(backup), (System.nanoTime() - start) / 1e9);
      return 0;
    } catch (BackupException e) {
      err.println("restore failed, reason=%s: %s".formatted(e.kind().tag(), e.getMessage()));
      return FAILED;
    } catch (IOException e) {
      err.println("restore failed: " + e);
      return FAILED;
    }
  }

  private void report(Restored restored, double seconds) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        String.format(
            Locale.ROOT,
            "restore is complete, directory=%s seconds=%.1f store=%s slots=%d records=%d",
            directory,
            seconds,
            restored.storeId(),
            restored.counts().slots(),
            restored.counts().records()));
    restored
        .missing()
        .forEach(
            slot -> out.println("missing: shard=%d slot=%d".formatted(slot.shard(), slot.slot())));
    out.println("positions=" + BackupName.positions(restored.positions()));
    Shape shape = restored.shape();
    boolean exact = shape.content() == Content.EXACT;
    out.println("The store was made with, and needs:");
    out.println("  slotstream.store.shards=" + shape.shards());
    out.println("  slotstream.store.shard-prefix-bits=" + shape.prefixBits());
    out.println("  slotstream.store.codec=" + (exact ? "exact" : "framed"));
    out.println(
        "  slots of %d + %d bytes%s"
            .formatted(
                shape.layout().keyLength(),
                shape.layout().valueLength(),
                exact
                    ? ": max-key-bytes and max-value-bytes"
                    : ": the node's max-key-bytes and max-value-bytes, framed"));
  }
}
