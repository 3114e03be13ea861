package dev.slotstream.cli;

import dev.slotstream.engine.Finding;
import dev.slotstream.engine.Finding.Kind;
import dev.slotstream.engine.OfflineStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What reading a store brought to light: all counted, and the first ones kept. */
final class Findings implements OfflineStore.Listener {
  private static final int MOST_KEPT = 1_000;

  private final List<Line> kept = new ArrayList<>();
  private long damage;
  private long notes;
  private Progress progress = Progress.HIDDEN;

  /**
   * A finding as it is printed.
   *
   * @param kind damage or note
   * @param offset in the file; null when it is about the whole of it
   */
  record Line(String kind, String file, Long offset, String what) {
    static Line of(Finding finding) {
      return new Line(
          finding.kind().name().toLowerCase(Locale.ROOT),
          finding.file().toString(),
          finding.offset() < 0 ? null : finding.offset(),
          finding.what());
    }

    @Override
    public String toString() {
      String place = offset == null ? "" : " offset=" + offset;
      return "%-7s %s, file=%s%s".formatted(kind, what, file, place);
    }
  }

  /** Shows from now on how much was read. */
  void show(Progress newProgress) {
    progress = newProgress;
  }

  @Override
  public void found(Finding finding) {
    if (finding.kind() == Kind.DAMAGE) {
      damage++;
    } else {
      notes++;
    }
    if (kept.size() < MOST_KEPT) {
      kept.add(Line.of(finding));
    }
  }

  @Override
  public void read(long bytes) {
    progress.stepBy(bytes);
  }

  /** How many say that something is lost. */
  long damage() {
    return damage;
  }

  /** How many only say something worth knowing. */
  long notes() {
    return notes;
  }

  /** The first ones. */
  List<Line> kept() {
    return List.copyOf(kept);
  }

  /** The first ones as text; says so when there are more. */
  List<String> lines() {
    List<String> lines = new ArrayList<>(kept.stream().map(Line::toString).toList());
    long more = damage + notes - kept.size();
    if (more > 0) {
      lines.add("and %,d more".formatted(more));
    }
    return lines;
  }

  /** The exit code that they ask for. */
  int exitCode() {
    return damage == 0 ? ExitCode.OK : ExitCode.DIFFERENCE;
  }
}
