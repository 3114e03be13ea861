package dev.slotstream.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.crash.CrashPoint.Phase;
import dev.slotstream.crash.LinearizabilityChecker.Verdict;
import dev.slotstream.engine.Durability;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a test of the campaign does again and again. One thread. */
final class Campaigner {
  static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));

  /** Processes that end at each point. */
  static final int HALTS_PER_POINT = FULL ? 20 : 1;

  private static final int LIVES_PER_STORE = 20;
  private static final long SEED = Long.getLong("slotstream.seed", 1);

  private final String name;
  private final StoreCampaign campaign;
  private final LinearizabilityChecker checker;
  private int livesAtEnd;
  private final SplittableRandom random = new SplittableRandom(SEED);

  /** Skips the test where there is no checker. */
  Campaigner(String name, StoreCampaign campaign) throws IOException, InterruptedException {
    this.name = name;
    this.campaign = campaign;
    this.checker = LinearizabilityChecker.build();
  }

  /** A process that is killed some time after its store was opened. */
  void kill(Durability durability, int fromMillis, int toMillis)
      throws IOException, InterruptedException {
    campaign.kill(durability, random.nextInt(fromMillis, toMillis));
  }

  /** A process that halts at a point, when it comes there for a time that is drawn. */
  void halt(CrashPoint point, Durability durability) throws IOException, InterruptedException {
    halt(point, 1 + random.nextInt(point.often()), durability);
  }

  /** A process that halts when it comes to a point for the n-th time, or else for the first. */
  void halt(CrashPoint point, int n, Durability durability)
      throws IOException, InterruptedException {
    boolean reached = campaign.halt(point, n, durability);
    assertTrue(
        reached || campaign.halt(point, 1, durability),
        () -> "point was not reached, point=%s n=%d seed=%d".formatted(point, n, SEED));
  }

  /** A process that works, closes its store, and ends. */
  void close(Durability durability) throws IOException, InterruptedException {
    campaign.close(durability);
  }

  /** A process that works, and halts at a point while it closes its store. */
  void haltClosing(CrashPoint point, Durability durability)
      throws IOException, InterruptedException {
    campaign.haltClosing(point, 1 + random.nextInt(point.often()), durability);
  }

  /** Has the store opened and closed by a process that does not die. */
  void closeCleanly() {
    campaign.closeCleanly();
  }

  /** {@link #end}, when a store has had enough processes: it has grown, and so has its history. */
  void renewSometimes() throws IOException, InterruptedException {
    if (campaign.lives() - livesAtEnd >= LIVES_PER_STORE) {
      end();
    }
  }

  /** Has everything checked up to now, and goes on with an empty store. */
  void end() throws IOException, InterruptedException {
    campaign.renew();
    livesAtEnd = campaign.lives();
    Verdict verdict = campaign.check(checker, name + "-" + campaign.lives());
    assertTrue(verdict.linearizable(), () -> "seed=" + SEED + ": " + verdict.report());
    System.out.printf(
        "%s: %d processes ended, %,d operations, %s, slowest opening %.2f s%n",
        name, campaign.lives(), campaign.operations(), verdict.report(), campaign.slowestOpening());
  }

  /** A process must have ended at every point of a phase, often enough. */
  void assertEveryPointWasHit(Phase phase) {
    PointCounters counters = campaign.counters();
    List<CrashPoint> missed = new ArrayList<>();
    for (CrashPoint point : CrashPoint.of(phase)) {
      System.out.printf(
          "%s: passed %,d times, halted %d times%n",
          point, counters.passes(point), counters.halts(point));
      if (counters.halts(point) < HALTS_PER_POINT) {
        missed.add(point);
      }
    }
    assertEquals(List.of(), missed, "points that were not hit " + HALTS_PER_POINT + " times");
  }

  /** Draws one of the two durabilities in which a write has more than one step. */
  Durability durability() {
    return draw(2) == 0 ? Durability.FSYNC : Durability.INTERVAL;
  }

  /** Draws a number from 0 on, below this bound. */
  int draw(int bound) {
    return random.nextInt(bound);
  }
}
