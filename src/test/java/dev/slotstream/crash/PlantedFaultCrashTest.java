package dev.slotstream.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.crash.LinearizabilityChecker.Verdict;
import dev.slotstream.engine.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The campaign against stores that have a bug: it must find each. */
class PlantedFaultCrashTest {
  private static final int ATTEMPTS = 8;

  @TempDir Path temp;

  /** Part of a campaign, with what it needs to reach the fault. */
  private interface Lives {
    void run(StoreCampaign campaign, int attempt) throws IOException, InterruptedException;
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "SYNC_NOT_DECLARED")
  void isFoundInAStore(PlantedFault fault) throws Exception {
    assertFound(
        fault,
        CrashingStore.class,
        (campaign, attempt) -> {
          campaign.halt(CrashPoint.FORCE_BEFORE, 10 + attempt, Durability.INTERVAL);
          campaign.kill(Durability.FSYNC, 150);
          campaign.closeCleanly();
          // The first slot that is written: with the fault there is no record of that yet.
          campaign.halt(CrashPoint.SLOT_TORN, 1, Durability.FSYNC);
        });
  }

  @Test
  void isFoundInAFollower() throws Exception {
    assertFound(
        PlantedFault.SYNC_NOT_DECLARED,
        CrashingFollower.class,
        (campaign, attempt) -> {
          campaign.kill(Durability.FSYNC, 100);
          campaign.forgetFollower();
          campaign.halt(CrashPoint.SYNC_SLOT_WRITTEN, 1, Durability.FSYNC);
        });
  }

  private void assertFound(PlantedFault fault, Class<?> main, Lives lives) throws Exception {
    LinearizabilityChecker checker = LinearizabilityChecker.build();
    StoreCampaign campaign =
        new StoreCampaign(temp, CrashPlan.agent(temp), main, Optional.of(fault));
    Optional<String> found = Optional.empty();
    for (int attempt = 0; attempt < ATTEMPTS && found.isEmpty(); attempt++) {
      found = complaint(campaign, checker, lives, attempt);
    }
    System.out.printf(
        "%s: after %d processes: %s%n",
        fault, campaign.lives(), found.map(PlantedFaultCrashTest::firstLine).orElse("not found"));
    assertTrue(found.isPresent(), () -> fault + " was not found");
  }

  private static Optional<String> complaint(
      StoreCampaign campaign, LinearizabilityChecker checker, Lives lives, int attempt)
      throws InterruptedException, IOException {
    try {
      lives.run(campaign, attempt);
      campaign.renew();
    } catch (CampaignFailure e) {
      return Optional.of(e.getMessage());
    }
    Verdict verdict = campaign.check(checker, "planted-" + attempt);
    return verdict.linearizable() ? Optional.empty() : Optional.of(verdict.report());
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
