import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Prints line and branch coverage per package out of JaCoCo's CSV report, given as the only
 * argument.
 */
final class CoverageSummary {
  private static final String ROOT = "dev.slotstream.";

  private CoverageSummary() {}

  private record Count(long missed, long covered) {
    Count plus(Count other) {
      return new Count(missed + other.missed, covered + other.covered);
    }

    @Override
    public String toString() {
      long total = missed + covered;
      return total == 0
          ? "-"
          : String.format(
              Locale.ROOT, "%.1f %% of %d", Math.floor(1000.0 * covered / total) / 10, total);
    }
  }

  private record Coverage(Count branches, Count lines) {
    Coverage plus(Coverage other) {
      return new Coverage(branches.plus(other.branches), lines.plus(other.lines));
    }
  }

  public static void main(String[] args) throws IOException {
    Path report = Path.of(args[0]);
    if (!Files.exists(report)) {
      System.out.println("No coverage report: no test ran with JaCoCo.");
      return;
    }
    List<String> rows = Files.readAllLines(report);
    List<String> columns = List.of(rows.getFirst().split(","));
    var packages = new TreeMap<String, Coverage>();
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split(",");
      var coverage = new Coverage(count(columns, cells, "BRANCH"), count(columns, cells, "LINE"));
      packages.merge(cells[columns.indexOf("PACKAGE")], coverage, Coverage::plus);
    }
    String format = "%-32s %-20s %s%n";
    System.out.printf(format, "Coverage", "branches", "lines");
    packages.forEach(
        (name, coverage) ->
            System.out.printf(
                format,
                name.startsWith(ROOT) ? name.substring(ROOT.length()) : name,
                coverage.branches(),
                coverage.lines()));
  }

  private static Count count(List<String> columns, String[] cells, String kind) {
    return new Count(
        Long.parseLong(cells[columns.indexOf(kind + "_MISSED")]),
        Long.parseLong(cells[columns.indexOf(kind + "_COVERED")]));
  }
}
