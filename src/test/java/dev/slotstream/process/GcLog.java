package dev.slotstream.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node's collector says of itself: the heap that was in use after each collection. */
final class GcLog {
  private static final Pattern PAUSE =
      Pattern.compile("^\\[(\\d+\\.\\d+)s].*Pause.* \\d+M->(\\d+)M\\(");

  private final Path file;

  private GcLog(Path file) {
    this.file = file;
  }

  /** Of a node that has not started yet. */
  static GcLog of(NodeProcess node) {
    Path file = node.data().resolveSibling(node.name() + ".gc");
    node.jvm("-Xlog:gc:file=" + file + ":uptime");
    return new GcLog(file);
  }

  /** A collection's end. */
  record Collection(double atSeconds, int heapMiB) {}

  /** All collections until now. */
  List<Collection> collections() throws IOException {
    List<Collection> all = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      Matcher pause = PAUSE.matcher(line);
      if (pause.find()) {
        all.add(
            new Collection(Double.parseDouble(pause.group(1)), Integer.parseInt(pause.group(2))));
      }
    }
    return all;
  }

  /** The least heap in use after one of these collections: what lives, and little else. */
  static int liveMiB(List<Collection> of) {
    return of.stream().mapToInt(Collection::heapMiB).min().orElse(0);
  }
}
