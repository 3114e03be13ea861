package dev.slotstream.replication;

import java.util.ArrayList;
import java.util.List;

/** What happened in a simulation, step by step. The same seed gives the same lines. */
final class SimTrace {
  private final List<String> lines = new ArrayList<>();

  void add(String line) {
    lines.add(line);
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public String toString() {
    return String.join("\n", lines);
  }
}
