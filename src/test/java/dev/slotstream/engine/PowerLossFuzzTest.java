package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.PowerLossRun.Plant;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The promise of each durability, held against power cuts that seeds place: between any two
 * operations of the disk and within them, with any sectors of what was not forced written or not.
 *
 * <p>{@code -Dslotstream.seed=N} repeats one, {@code -Dslotstream.campaign=full} runs until there
 * were 10,000 cuts in each mode.
 */
class PowerLossFuzzTest {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final Long CHOSEN = Long.getLong("slotstream.seed");
  private static final int CUTS = FULL ? 10_000 : 400;

  private static PowerLossRun run(long seed, Durability promised, Plant plant) {
    PowerLossRun run = new PowerLossRun(seed, promised, plant);
    try {
      run.run();
      return run;
    } catch (Exception | AssertionError e) {
      throw new AssertionError("failed with -Dslotstream.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void holdsItsPromiseWheneverThePowerGoes(Durability durability) {
    Plant nothing = Plant.nothing(durability);
    if (CHOSEN != null) {
      assertTrue(run(CHOSEN, durability, nothing).cuts() > 0);
      return;
    }
    int cuts = 0;
    int kept = 0;
    long seed = 0;
    while (cuts < CUTS) {
      PowerLossRun run = run(++seed, durability, nothing);
      cuts += run.cuts();
      kept += run.kept();
    }
    assertTrue(kept > CUTS / 10, "kept=" + kept);
    System.out.printf(
        "%s: %,d power cuts in %,d lives of stores, %,d indexes kept%n",
        durability, cuts, seed, kept);
  }

  @ParameterizedTest
  @EnumSource
  void aSeedIsTheSameAgain(Durability durability) {
    LongStream.range(0, 20)
        .forEach(
            seed ->
                assertEquals(
                    run(seed, durability, Plant.nothing(durability)).trace(),
                    run(seed, durability, Plant.nothing(durability)).trace()));
  }

  /** Runs seeds until one fails as it should; that one fails again, and in the same way. */
  private static void catches(String how, Durability promised, Plant plant) {
    for (long seed = 1; seed <= 300; seed++) {
      long one = seed;
      try {
        run(seed, promised, plant);
      } catch (AssertionError e) {
        assertTrue(Pattern.compile(how).matcher(e.getMessage()).find(), e.getMessage());
        AssertionError again = assertThrows(AssertionError.class, () -> run(one, promised, plant));
        assertEquals(e.getMessage(), again.getMessage());
        return;
      }
    }
    throw new AssertionError("not seen: " + how);
  }

  @Test
  void catchesSlotsThatAreWrittenBeforeTheirRecordsAreOnTheDisk() {
    catches("expected=", Durability.FSYNC, PowerLossPlants.SLOTS_FIRST);
  }

  @Test
  void catchesAnAcknowledgementBeforeTheForce() {
    catches("records are lost", Durability.FSYNC, PowerLossPlants.ACKNOWLEDGED_FIRST);
  }

  @Test
  void catchesALogThatIsNotForced() {
    catches("log is damaged|segment[ ,]", Durability.FSYNC, PowerLossPlants.LOG_UNFORCED);
  }

  @Test
  void catchesSlotsThatAreNotForcedBeforeTheLogForgetsThem() {
    catches("expected=|log does not reach back", Durability.FSYNC, PowerLossPlants.SLOTS_UNFORCED);
  }

  @Test
  void catchesDirectoriesThatAreNotForced() {
    catches("log |segment ", Durability.FSYNC, PowerLossPlants.DIRECTORIES_UNFORCED);
  }

  @Test
  void catchesRecordsWhoseChecksumsAreNotChecked() {
    catches("expected=|value is not whole", Durability.INTERVAL, PowerLossPlants.RECORDS_UNCHECKED);
  }

  @Test
  void catchesSlotsWhoseChecksumsAreNotChecked() {
    catches("value is not whole", Durability.OS, PowerLossPlants.SLOTS_UNCHECKED);
  }
}
