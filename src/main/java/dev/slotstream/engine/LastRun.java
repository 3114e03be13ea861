package dev.slotstream.engine;

import dev.slotstream.file.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code slotstream.run}, a line of text: the durability that the store was written in last, and in
 * OS also the run of the operating system.
 *
 * <p>A process that is killed leaves all that it wrote to the kernel. When the operating system
 * ends, too, only what was forced is sure. In OS that can be a slot without its record, although
 * the record was there first.
 */
final class LastRun {
  static final String NAME = "slotstream.run";

  private static final String OS = "os ";

  /** There is no file: the store is new, or was written before there were such files. */
  private static final String NONE = "-";

  private final Storage storage;
  private final Path file;
  private final String found;

  private LastRun(Storage storage, Path file, String found) {
    this.storage = storage;
    this.file = file;
    this.found = found;
  }

  static LastRun open(Storage storage, Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    String found =
        storage.exists(file) ? new String(storage.read(file), StandardCharsets.UTF_8) : NONE;
    return new LastRun(storage, file, found);
  }

  /**
   * Whether slots may hold what no record tells, unless the store was closed. A file that says what
   * nobody writes may have said so.
   */
  boolean mayHaveLostRecords() {
    return !found.equals(NONE)
        && !found.equals(line(Durability.FSYNC))
        && !found.equals(line(Durability.INTERVAL))
        && !storage.systemRun().map(LastRun::os).equals(Optional.of(found));
  }

  private static String line(Durability durability) {
    return durability.name().toLowerCase(Locale.ROOT) + "\n";
  }

  /** Notes this run, before the first write. */
  void begin(Durability durability) throws IOException {
    String now =
        durability == Durability.OS ? os(storage.systemRun().orElse("unknown")) : line(durability);
    if (!found.equals(now)) {
      storage.replace(file, now.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String os(String systemRun) {
    return OS + systemRun + "\n";
  }
}
