package dev.slotstream.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TailRepairTest {
  @ParameterizedTest
  @CsvSource({
    "true, 8, 7, CLEAN", "true, 8, 0, CLEAN", "true, 8, 8, DAMAGED", "true, 8, 9, DAMAGED",
    "false, 8, 7, TORN", "false, 8, 0, TORN", "false, 8, 8, DAMAGED", "false, 8, 9, DAMAGED"
  })
  void decidesByTheTable(boolean onlyZeros, long expected, long durable, TailRepair verdict) {
    assertEquals(verdict, TailRepair.decide(onlyZeros, expected, durable));
  }
}
