package dev.slotstream.cli;

import dev.slotstream.backup.BackupDownload;
import dev.slotstream.backup.BackupDownload.Fetched;
import dev.slotstream.backup.BackupDownload.Patience;
import dev.slotstream.backup.BackupException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code backup}: fetches a node's store to a file, while it is written to. */
@Command(
    name = "backup",
    description = {
      "Fetches the store of a running leader or follower to a file: its content at one position"
          + " per shard.",
      "A backup that was broken off is gone on with when the command is repeated."
    },
    mixinStandardHelpOptions = true)
final class BackupCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "<url>", description = "The node, like http://host:8080.")
  private URI node;

  @Parameters(
      index = "1",
      paramLabel = "<file-or-dir>",
      description =
          "The backup's file, or an existing directory for one that is named by the time.")
  private Path target;

  @Mixin private Output output;

  /** What {@code --json} shows. */
  record Made(
      String file,
      long bytes,
      double seconds,
      long slots,
      long records,
      long damagedSlots,
      int connections,
      List<String> positions)
      implements Report {
    @Override
    public List<String> lines() {
      return List.of(
          String.format(
              Locale.ROOT,
              "backup is complete, file=%s bytes=%d seconds=%.1f slots=%d records=%d damaged=%d"
                  + " connections=%d",
              file,
              bytes,
              seconds,
              slots,
              records,
              damagedSlots,
              connections),
          "positions=" + String.join(",", positions));
    }
  }

  @Override
  public Integer call() throws IOException {
    Path file = BackupNames.in(target, Clock.systemUTC());
    long start = System.nanoTime();
    try (Progress bar = output.progress("backup", "B", -1)) {
      Fetched fetched = new BackupDownload(node, file, Patience.USUAL, steps(bar)).run();
      output.print(
          new Made(
              file.toString(),
              fetched.bytes(),
              (System.nanoTime() - start) / 1e9,
              fetched.counts().slots(),
              fetched.counts().records(),
              fetched.counts().damaged(),
              fetched.attempts(),
              BackupNames.positions(fetched.positions())));
      return fetched.counts().damaged() > 0 ? ExitCode.DIFFERENCE : ExitCode.OK;
    } catch (BackupException e) {
      throw new CommandException(e.kind().tag() + ": " + e.getMessage(), e);
    }
  }

  /** Turns "so far" into steps; a shard that is begun anew takes none back. */
  static LongConsumer steps(Progress bar) {
    AtomicLong shown = new AtomicLong();
    return soFar -> {
      long before = shown.getAndAccumulate(soFar, Math::max);
      bar.stepBy(Math.max(0, soFar - before));
    };
  }
}
