package dev.slotstream.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.log.LogRetention;
import dev.slotstream.slot.SlotLayout;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What making one piece of a backup costs at most: the rate can be kept by pauses between them. */
class BackupPiecesTest {
  private static final int CHUNK = 2_000;
  private static final int HEAD = BackupLayout.BODY + BackupLayout.SLOTS_SIZE;

  @TempDir(factory = MemoryDirectory.class)
  Path temp;

  @Test
  void slotsThatWereNeverWrittenAreLookedAtSoManyAtATime() throws Exception {
    int slots = 10_000;
    Shape shape = new Shape(1, 0, new SlotLayout(8, 24), Content.EXACT);
    EngineOptions options =
        new EngineOptions(
            temp.resolve("empty"),
            shape,
            Durability.OS,
            slots,
            16 << 10,
            new LogRetention(0, 0),
            false);
    try (SlotEngine engine = SlotEngine.open(options);
        BackupSource source = BackupSource.whole(engine, InstantSource.system(), CHUNK)) {
      int looked = 0;
      while (source.next() != null) {
        int next = source.progress().nextSlot();
        assertTrue(next - looked <= CHUNK / 64 + 1, "slots in one piece: " + (next - looked));
        looked = next;
      }
      assertEquals(slots, looked);
    }
  }

  @Test
  void noPieceReadsMoreThanItMayHold() throws Exception {
    EngineOptions options =
        WrittenStore.options(temp.resolve("deleted"), Durability.OS, Long.MAX_VALUE);
    int most = CHUNK + WrittenStore.LAYOUT.slotSize();
    try (WrittenStore store = new WrittenStore(options, new SplittableRandom(5))) {
      store.work(600);
      store.settle();
      int slots = 0;
      try (BackupSource source =
          BackupSource.whole(store.engine(), InstantSource.system(), CHUNK)) {
        for (byte[] piece = source.next(); piece != null; piece = source.next()) {
          assertTrue(source.worked() >= piece.length, "sent is work, too");
          assertTrue(source.worked() <= most + HEAD, "worked=" + source.worked());
          if (source.worked() > piece.length) {
            slots++; // deleted ones were read as a whole, and only their meta words are told
          }
        }
      }
      assertTrue(slots > 0, "no piece cost more than its bytes");
    }
  }
}
