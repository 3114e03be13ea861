package dev.slotstream.cli;

import dev.slotstream.kv.EntryLine;
import dev.slotstream.kv.FieldCodec;
import java.io.IOException;
import java.nio.file.Path;

/** Stores as the command line finds them: closed, and in a directory. */
final class TestStores {
  static final int KEYS = 200;

  /** Where the first slot of a shard begins. */
  static final int HEADER = 4096;

  private TestStores() {}

  static EntryLine entry(String key, String value) {
    return new EntryLine(key, null, value, null, null, null);
  }

  /** Two shards of keys up to 20 bytes and values up to 50: 200 texts, and 3 other entries. */
  static Path framed(Path directory) throws IOException {
    try (StoreWriter writer = StoreWriter.create(directory, 2, 0, FieldCodec.framed(20, 50))) {
      for (int k = 0; k < KEYS; k++) {
        writer.put(entry("key-%03d".formatted(k), "value of " + k));
      }
      writer.put(new EntryLine(null, "/wA=", null, "AP+A", "image/png", null));
      writer.put(
          new EntryLine("later", null, "{}", null, "application/json", "2100-01-01T00:00:00Z"));
      writer.put(new EntryLine("gone", null, "x", null, null, "2001-01-01T00:00:00Z"));
      writer.complete();
    }
    return directory;
  }
}
