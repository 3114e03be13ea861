package dev.slotstream.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What would have processors of its own elsewhere, and must not take them from the node that is
 * measured.
 */
final class Elsewhere {
  private static final Path CHRT = Path.of("/usr/bin/chrt");

  private Elsewhere() {}

  /** What to write before a command, so that it runs when nobody else wants to. Can be added to. */
  static List<String> prefix() {
    return Files.isExecutable(CHRT)
        ? new ArrayList<>(List.of(CHRT.toString(), "--idle", "0"))
        : new ArrayList<>();
  }
}
