package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CommitPaceTest {
  private static final long MILLI = 1_000_000;

  private final CommitPace pace = new CommitPace(5 * MILLI);

  @Test
  void lessThanAMillisecondSaysNothing() {
    assertFalse(pace.isFast(10_000, 6 * MILLI - 1));
    assertTrue(pace.isFast(0, 6 * MILLI));
  }

  @Test
  void twentyFourInAMillisecondAreAStream() {
    assertFalse(pace.isFast(23, 6 * MILLI));
    assertTrue(pace.isFast(24, 7 * MILLI));
    assertTrue(pace.isFast(23, 8 * MILLI - 1), "as before, until a millisecond is over");
    assertFalse(pace.isFast(0, 8 * MILLI));
  }

  @Test
  void aBurstAfterASilenceIsNone() {
    assertFalse(pace.isFast(1_000, 1_005 * MILLI));
    assertTrue(pace.isFast(25, 1_006 * MILLI));
  }
}
