package dev.slotstream.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.slot.SlotLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The format's numbers, and that the document tells them. */
class BackupLayoutTest {
  @Test
  void theDocumentTellsEveryKindAndOffset() throws Exception {
    String document = Files.readString(Path.of("docs/backup.md"));
    for (BackupLayout.Kind kind : BackupLayout.Kind.values()) {
      String row = "| %d | %s |".formatted(kind.code(), kind);
      assertTrue(document.contains(row), row);
    }
    for (String row :
        new String[] {
          "| %d | 4 | length".formatted(BackupLayout.LENGTH),
          "| %d | 4 | CRC-32C".formatted(BackupLayout.CRC),
          "| %d | 4 | the CRC".formatted(BackupLayout.BEFORE),
          "| %d | 1 | kind".formatted(BackupLayout.KIND),
          "| %d | 1 | shard".formatted(BackupLayout.SHARD),
          "| %d | … | body".formatted(BackupLayout.BODY),
          "format version: %d".formatted(BackupLayout.FORMAT_VERSION),
          "at most %d KiB".formatted(BackupLayout.MAX_CHUNK >> 10)
        }) {
      assertTrue(document.contains(row), row);
    }
  }

  @Test
  void aFullChunkWithTheLongestEntryFits() {
    int longest = BackupLayout.ENTRY_SIZE + SlotLayout.MAX_SLOT_SIZE;
    int head = BackupLayout.BODY + BackupLayout.SLOTS_SIZE;
    assertTrue(head + BackupLayout.ENTRIES_TARGET + longest <= BackupLayout.MAX_CHUNK);
    assertEquals(
        BackupLayout.SLOTS_SIZE, Math.max(BackupLayout.SLOTS_SIZE, BackupLayout.RECORDS_SIZE));
  }
}
