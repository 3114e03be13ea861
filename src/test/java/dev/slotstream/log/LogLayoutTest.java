package dev.slotstream.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The tables of docs/storage.md say what the constants say. */
class LogLayoutTest {
  private static final Path PAGE = Path.of("docs", "storage.md");
  private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| \\d+ \\| ([a-zA-Z \"]+).*");

  /** The rows of the table under a heading, as "offset name". */
  private static List<String> rows(String heading) throws IOException {
    List<String> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("#")) {
        inside = line.equals(heading);
      }
      Matcher row = ROW.matcher(line);
      if (inside && row.matches()) {
        rows.add(row.group(1) + " " + row.group(2).strip());
      }
    }
    return rows;
  }

  @Test
  void theTableOfTheSegmentIsTrue() throws IOException {
    assertEquals(
        List.of(
            LogLayout.MAGIC + " \"SLOG\"",
            LogLayout.VERSION + " format version",
            LogLayout.SHARD + " shard",
            (LogLayout.SHARD + 1) + " zero",
            LogLayout.FIRST_SEQUENCE + " first sequence",
            LogLayout.STORE_ID + " store id",
            LogLayout.HEADER_CRC + " CRC",
            LogLayout.DURABLE_MARK + " durable mark"),
        rows("### Log segment"));
    assertEquals(128, LogLayout.HEADER_SIZE);
  }

  @Test
  void theTableOfTheRecordIsTrue() throws IOException {
    assertEquals(
        List.of(
            LogLayout.LENGTH + " length of the whole record",
            LogLayout.CRC + " CRC",
            LogLayout.SEQUENCE + " sequence",
            LogLayout.DURABLE + " durable",
            LogLayout.EPOCH + " epoch",
            LogLayout.SLOT + " slot",
            LogLayout.META + " meta",
            LogLayout.KEY_LENGTH + " key length k",
            LogLayout.VALUE_LENGTH + " value length v"),
        rows("### Redo record"));
    assertEquals(40, LogLayout.BODY);
  }
}
