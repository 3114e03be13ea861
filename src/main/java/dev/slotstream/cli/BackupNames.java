package dev.slotstream.cli;

import dev.slotstream.engine.ShardPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How backups and their positions are called. */
final class BackupNames {
  private static final String PREFIX = "slotstream-";
  private static final String SUFFIX = ".backup";
  private static final String PART = SUFFIX + ".part";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private BackupNames() {}

  /**
   * The file for a target. In a directory it is the one that was broken off last, if there is one,
   * so that a repeated command goes on; else a new one that is named by the time.
   */
  static Path in(Path target, Clock clock) throws IOException {
    if (!Files.isDirectory(target)) {
      return target;
    }
    try (Stream<Path> entries = Files.list(target)) {
      Optional<String> begun =
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> name.startsWith(PREFIX) && name.endsWith(PART))
              .max(String::compareTo);
      String name =
          begun
              .map(part -> part.substring(0, part.length() - ".part".length()))
              .orElseGet(() -> PREFIX + TIME.format(Instant.now(clock)) + SUFFIX);
      return target.resolve(name);
    }
  }

  /** Positions as requests name them, {@code shard:epoch:sequence}. */
  static List<String> positions(List<ShardPosition> positions) {
    return IntStream.range(0, positions.size())
        .mapToObj(s -> s + ":" + positions.get(s).epoch() + ":" + positions.get(s).sequence())
        .toList();
  }
}
