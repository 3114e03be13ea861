package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Leaders and followers over connections that break and disks that lose what was not forced, in
 * thousands of orders of events; see {@link SimHeld} for what is looked at. A schedule is made from
 * its seed alone: {@code -Dslotstream.seed=N} repeats one, and {@code -Dslotstream.campaign=full}
 * tries many.
 */
class ReplicationSimTest {
  private static final Long CHOSEN = Long.getLong("slotstream.seed");
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final int SCHEDULES = FULL ? 10_000 : 400;

  /**
   * Schedules after which a fault that was planted must have been seen. The one that shows the
   * least, in 7 of 2,000, is a follower that frees nothing.
   */
  private static final int ENOUGH = 2_000;

  /** What happens in every thousand schedules, or they are not worth much. */
  private static final String[] COMMON = {
    "death-kill",
    "death-power_cut",
    "ended-syncing",
    "full-new",
    "full-too-old",
    "full-diverged",
    "full-sync-broken-off",
    "resumes",
    "gone-silent",
    "gone-replaced",
    "gone-not-caught-up",
    "parted"
  };

  private static final Logger LOGGER = Logger.getLogger("dev.slotstream");
  private static Level usual;

  @BeforeAll
  static void beQuiet() {
    usual = LOGGER.getLevel();
    LOGGER.setLevel(Level.OFF); // every schedule loses dozens of connections
  }

  @AfterAll
  static void beAsBefore() {
    LOGGER.setLevel(usual);
  }

  private static SimTrace run(long seed, SimTamper tamper, SimStatistics statistics) {
    return new SimSchedule(seed, tamper, statistics).run();
  }

  @Test
  void everyFollowerBecomesWhatItsLeaderIs() {
    SimStatistics statistics = new SimStatistics();
    if (CHOSEN != null) {
      System.out.println(run(CHOSEN, SimTamper.NONE, statistics));
      return;
    }
    long begin = System.nanoTime();
    for (int seed = 0; seed < SCHEDULES; seed++) {
      run(seed, SimTamper.NONE, statistics);
    }
    System.out.printf(
        "%d schedules in %d ms: %s%n",
        SCHEDULES, (System.nanoTime() - begin) / 1_000_000, statistics);
    for (String what : COMMON) {
      assertTrue(statistics.of(what) > 0, what);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 1_000_001})
  void aSeedMakesTheSameScheduleAgain(long seed) {
    SimTrace first = run(seed, SimTamper.NONE, new SimStatistics());
    SimTrace second = run(seed, SimTamper.NONE, new SimStatistics());
    assertTrue(first.lines().size() > 20, first.toString());
    assertEquals(first.lines(), second.lines());
  }

  /**
   * Plants a fault, and fails unless one of so many schedules ends in this way; none may end
   * because a frame was rejected, as if the fault had been one of the protocol. The failure
   * repeats.
   */
  private static void assertSeen(Supplier<SimTamper> fault, String what) {
    for (int seed = 0; seed < ENOUGH; seed++) {
      String failure = failure(seed, fault.get());
      if (failure != null) {
        assertFalse(failure.contains("rejected a frame"), failure);
        if (failure.contains(what)) {
          assertTrue(failure.startsWith("failed with -Dslotstream.seed=" + seed), failure);
          assertEquals(failure, failure(seed, fault.get()));
          return;
        }
      }
    }
    fail("nobody noticed");
  }

  private static String failure(long seed, SimTamper tamper) {
    try {
      run(seed, tamper, new SimStatistics());
      return null;
    } catch (SimFailure e) {
      return e.getMessage();
    }
  }

  @Test
  void seesThatALeaderSkipsARecord() {
    assertSeen(SimFaults::skipsARecord, "log is not the leader's");
  }

  @Test
  void seesThatALeaderSendsABatchAgain() {
    assertSeen(SimFaults::sendsABatchAgain, "log is not the leader's");
  }

  @Test
  void seesThatAFollowerAcknowledgesBeforeItIsDurable() {
    assertSeen(
        SimFaults::acknowledgesBeforeItIsDurable, "says that it has on disk what it has not");
  }

  @Test
  void seesThatANodeDoesNotForceItsLog() {
    assertSeen(SimFaults::doesNotForceItsLog, "lost records");
  }

  @Test
  void seesThatAFollowerDoesNotFreeWhatTheLeaderDoesNotName() {
    assertSeen(SimFaults::freesNothing, "holds another content");
  }

  @Test
  void seesThatAFollowerTakesItselfForWholeTooEarly() {
    assertSeen(SimFaults::forgetsWhenTheScanEnded, "holds another content");
  }

  @Test
  void seesThatAFollowerForgetsThatItIsAMixture() {
    assertSeen(SimFaults::forgetsThatItIsAMixture, "holds another content");
  }
}
