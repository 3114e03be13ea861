package dev.slotstream.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.slotstream.engine.DamagedLog;
import dev.slotstream.engine.RecoveryReport;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartupSummaryTest {
  @Test
  void saysHowTheStoreWasFound() {
    Duration took = Duration.ofMillis(12);
    assertEquals(
        "created replayed=0 tornBytes=0 damagedSlots=0 duplicateSlots=0 damagedLogs=0 keptIndexes=0"
            + " took=12ms",
        StartupSummary.verdict(
            new RecoveryReport(true, true, 0, 0, 0, 0, List.of(), 0, List.of(), took)));
    assertEquals(
        "clean replayed=0 tornBytes=0 damagedSlots=1 duplicateSlots=2 damagedLogs=1 keptIndexes=3"
            + " took=12ms",
        StartupSummary.verdict(
            new RecoveryReport(
                false,
                true,
                0,
                0,
                1,
                2,
                List.of(new DamagedLog(0, "log is damaged", List.of())),
                3,
                List.of(),
                took)));
    assertEquals(
        "crashed replayed=7 tornBytes=40 damagedSlots=0 duplicateSlots=0 damagedLogs=0 keptIndexes=0"
            + " took=12ms",
        StartupSummary.verdict(
            new RecoveryReport(false, false, 7, 40, 0, 0, List.of(), 0, List.of(), took)));
  }
}
