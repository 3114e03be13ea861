package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ForceGroupTest {
  private static final long FORCE = 200_000;

  private final ForceGroup group = new ForceGroup();

  private void forced(int times, int ended, int waiting) {
    for (int n = 0; n < times; n++) {
      group.forced(ended, waiting, FORCE);
    }
  }

  @Test
  void nobodyIsWaitedForAtFirst() {
    assertEquals(0, group.enough());
    assertEquals(0, group.patienceNanos());
  }

  @Test
  void oneWriterAloneNeverWaits() {
    forced(100, 1, 0);
    assertTrue(group.enough() <= 1, "enough=" + group.enough());
  }

  @Test
  void twoWritersWhoTakeTurnsNeverWait() {
    forced(100, 1, 1);
    assertTrue(group.enough() <= 1, "enough=" + group.enough());
  }

  @Test
  void mostOfThoseWhoWroteLatelyAreWaitedFor() {
    forced(1, 12, 20);
    assertEquals(24, group.enough());
  }

  @Test
  void whoStoppedWritingIsForgotten() {
    forced(1, 64, 0);
    forced(10, 1, 0);
    assertTrue(group.enough() < 12, "enough=" + group.enough());
    forced(15, 1, 0);
    assertTrue(group.enough() <= 1, "enough=" + group.enough());
  }

  @Test
  void patienceIsNoLongerThanAForce() {
    forced(200, 8, 8);
    long patience = group.patienceNanos();
    assertTrue(patience > FORCE * 9 / 10 && patience <= FORCE, "patience=" + patience);
  }

  @Test
  void aSlowDiskIsNotWaitedForTwice() {
    for (int n = 0; n < 200; n++) {
      group.forced(8, 8, 50_000_000);
    }
    assertEquals(500_000, group.patienceNanos());
  }
}
