package dev.slotstream.cli;

import dev.slotstream.backup.BackupDownload;
import dev.slotstream.backup.BackupDownload.Fetched;
import dev.slotstream.backup.BackupDownload.Patience;
import dev.slotstream.backup.BackupException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code backup}: fetches a node's store to a file, while it is written to. */
@Command(
    name = "backup",
    description = {
      "Fetches the store of a running leader or follower to a file: its content at one position"
          + " per shard.",
      "A backup that was broken off is gone on with when the command is repeated."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the backup is complete and on disk",
      "1:it is not; the message says why",
      "2:the command line is wrong",
      "3:it is complete, and slots that were damaged on the node are not in it"
    })
final class BackupCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int DAMAGED = 3;

  @Parameters(index = "0", paramLabel = "<url>", description = "The node, like http://host:8080.")
  private URI node;

  @Parameters(
      index = "1",
      paramLabel = "<file-or-dir>",
      description =
          "The backup's file, or an existing directory for one that is named by the time.")
  private Path target;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path file = BackupName.in(target, Clock.systemUTC());
    long start = System.nanoTime();
    PrintWriter err = spec.commandLine().getErr();
    try (ProgressBar bar = bar(System.console() != null)) {
      Fetched fetched =
          new BackupDownload(node, file, Patience.USUAL, bytes -> stepTo(bar, bytes)).run();
      report(file, fetched, (System.nanoTime() - start) / 1e9);
      return fetched.counts().damaged() > 0 ? DAMAGED : 0;
    } catch (BackupException e) {
      err.println("backup failed, reason=%s: %s".formatted(e.kind().tag(), e.getMessage()));
      return FAILED;
    } catch (IOException e) {
      err.println("backup failed: " + e.getMessage());
      return FAILED;
    }
  }

  /** Null where nobody looks. */
  static ProgressBar bar(boolean seen) {
    return seen
        ? new ProgressBarBuilder().setTaskName("backup").setUnit(" KiB", 1024).build()
        : null;
  }

  static void stepTo(ProgressBar bar, long bytes) {
    if (bar != null) {
      bar.stepTo(bytes);
    }
  }

  private void report(Path file, Fetched fetched, double seconds) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        String.format(
            Locale.ROOT,
            "backup is complete, file=%s bytes=%d seconds=%.1f slots=%d records=%d damaged=%d"
                + " connections=%d",
            file,
            fetched.bytes(),
            seconds,
            fetched.counts().slots(),
            fetched.counts().records(),
            fetched.counts().damaged(),
            fetched.attempts()));
    out.println("positions=" + BackupName.positions(fetched.positions()));
  }
}
