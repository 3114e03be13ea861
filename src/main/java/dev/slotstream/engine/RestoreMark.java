package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.Mismatch;
import dev.slotstream.file.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * {@code slotstream.restoring}: the first file of a directory that a backup is restored to, and the
 * one that goes last. While it is there, the directory is not a store yet: no node opens it, and
 * restoring it begins anew.
 */
public final class RestoreMark {
  /** The file's name. */
  public static final String NAME = "slotstream.restoring";

  private static final String TEXT = "a backup is being restored to this directory\n";

  private RestoreMark() {}

  /** What is asked before a store is opened. */
  @FunctionalInterface
  interface Check {
    void check(Storage storage, Path directory) throws IOException;
  }

  /** Marks a directory, on disk. */
  public static void set(Storage storage, Path directory) throws IOException {
    storage.replace(directory.resolve(NAME), TEXT.getBytes(StandardCharsets.UTF_8));
  }

  /** The directory is a store from now on, on disk. */
  public static void clear(Storage storage, Path directory) throws IOException {
    storage.delete(directory.resolve(NAME));
  }

  static void refuse(Storage storage, Path directory) {
    if (storage.exists(directory.resolve(NAME))) {
      throw new Mismatch(
          "restore into this directory did not come to its end, file=%s: restore it again"
              .formatted(directory.resolve(NAME)));
    }
  }

  static void require(Storage storage, Path directory) {
    if (!storage.exists(directory.resolve(NAME))) {
      throw new Mismatch("directory is not being restored, directory=" + directory);
    }
  }
}
