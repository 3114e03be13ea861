package dev.slotstream.kv;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Shard;
import dev.slotstream.kit.MemoryDirectory;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpirerTest {
  private TestKv kv;
  private Expirer expirer;

  @BeforeEach
  void open(@TempDir(factory = MemoryDirectory.class) Path directory) {
    kv = TestKv.framed(directory);
    expirer = kv.store.newExpirer();
  }

  @AfterEach
  void close() {
    expirer.close();
    kv.close();
  }

  @Test
  void removesExpiredEntriesAndNoOthers() {
    for (int n = 0; n < 50; n++) {
      kv.put("short" + n, "v", Duration.ofSeconds(1));
      kv.put("long" + n, "v", Duration.ofSeconds(60));
      kv.put("ever" + n, "v");
    }
    expirer.start();
    kv.clock.advance(Duration.ofSeconds(2));
    await().atMost(Duration.ofSeconds(20)).until(() -> slotsUsed() == 100);
    assertEquals("v", kv.text("long7"));
    assertEquals("v", kv.text("ever7"));
    kv.clock.advance(Duration.ofSeconds(60));
    await().atMost(Duration.ofSeconds(20)).until(() -> slotsUsed() == 50);
    assertEquals(100, kv.metered.stream().filter("EXPIRE ok"::equals).count());
  }

  @Test
  void anEntryThatWasWrittenAnewIsKept() {
    kv.put("k", "1", Duration.ofSeconds(1));
    kv.clock.advance(Duration.ofSeconds(2));
    kv.put("k", "2");
    expirer.lookThroughAll();
    kv.put("fence", "");
    assertEquals("2", kv.text("k"));
  }

  @Test
  void looksOnceAtWhatItDoesNotKnowAndThenOnlyWhenSomethingIsDue() {
    ExpirySchedule schedule = new ExpirySchedule();
    assertTrue(schedule.due(0));
    schedule.restart();
    assertFalse(schedule.due(Integer.MAX_VALUE));
    schedule.note(FieldCodec.NEVER);
    assertFalse(schedule.due(Integer.MAX_VALUE));
    schedule.note(20);
    schedule.note(30);
    assertFalse(schedule.due(19));
    assertTrue(schedule.due(20));
  }

  private int slotsUsed() {
    return kv.engine.shards().stream().mapToInt(Shard::slotsUsed).sum();
  }
}
