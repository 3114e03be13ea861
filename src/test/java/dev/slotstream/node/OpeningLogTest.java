package dev.slotstream.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class OpeningLogTest {
  @Test
  void saysHowFarItIsAndHowFastItGoes() {
    assertEquals("store is being opened, its log is read", OpeningLog.line(0, 0, 0));
    assertEquals(
        "store is being opened, slots are read for its index, 25% read=500 slots=2000 perSecond=70",
        OpeningLog.line(500, 2_000, 70));
  }
}
