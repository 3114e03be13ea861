package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointerTest {
  private static final int SEGMENT = 1 << 20;
  private static final int KEYS = 1_000;

  @TempDir Path directory;

  /** A slot has 128 bytes. A checkpoint that comes late is none that came early. */
  @ParameterizedTest
  @CsvSource({"1024, 1", "40960, 2.5", "400000, 4"})
  void comesAfterHalfAsMuchLogAsThereAreSlotsAndOneSegmentToFour(int slots, double segments) {
    TestStore store =
        TestStore.at(directory)
            .shards(1)
            .layout(TestStore.KEY, 112)
            .growSlots(slots)
            .segmentSize(SEGMENT)
            .durability(Durability.OS);
    try (SlotEngine engine = store.open()) {
      Shard shard = engine.shards().getFirst();
      long n = 0;
      while (shard.status().checkpointSequence() == 0) {
        TestStore.put(engine, n % KEYS, n);
        n++;
      }
      long appended = shard.committer().log().endOffset();
      assertTrue(appended >= segments * SEGMENT, "bytes of log: " + appended);
    }
  }
}
