package dev.slotstream.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of docs/storage.md says what the constants say. */
class KeptIndexLayoutTest {
  private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| \\d+ \\| .*");

  private static List<Integer> offsets() throws IOException {
    List<Integer> offsets = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("docs", "storage.md"))) {
      inside = line.startsWith("#") ? line.equals("### index.kept") : inside;
      Matcher row = ROW.matcher(line);
      if (inside && row.matches()) {
        offsets.add(Integer.parseInt(row.group(1)));
      }
    }
    return offsets;
  }

  @Test
  void theTableIsTrue() throws IOException {
    assertEquals(
        List.of(
            KeptIndexLayout.MAGIC,
            KeptIndexLayout.VERSION,
            KeptIndexLayout.SHARD,
            KeptIndexLayout.SHARD + 1,
            KeptIndexLayout.DIRECTORY_ID,
            KeptIndexLayout.STORE_ID,
            KeptIndexLayout.GENERATION,
            KeptIndexLayout.SEQUENCE,
            KeptIndexLayout.EPOCH,
            KeptIndexLayout.SLOTS,
            KeptIndexLayout.KEY_LENGTH,
            KeptIndexLayout.VALUE_LENGTH,
            KeptIndexLayout.VALUE_LENGTH + 2,
            KeptIndexLayout.LAST_SEQUENCE,
            KeptIndexLayout.SLOTS_CHANGED,
            KeptIndexLayout.FILE_BYTES,
            KeptIndexLayout.DAMAGED,
            KeptIndexLayout.DUPLICATES,
            KeptIndexLayout.REVIEW_FROM,
            KeptIndexLayout.LISTS_CRC,
            KeptIndexLayout.TABLES,
            KeptIndexLayout.HEADER_CRC),
        offsets());
    assertEquals(8192, KeptIndexLayout.HEADER_SIZE);
    assertEquals(256, KeptIndexLayout.TABLE_COUNT);
  }
}
