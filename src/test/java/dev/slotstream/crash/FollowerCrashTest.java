package dev.slotstream.crash;

import dev.slotstream.crash.CrashPoint.Phase;
import dev.slotstream.engine.Durability;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As {@link StoreCrashTest}, with a follower in the process that dies while it takes its leader's
 * records or all of its slots. Whenever both are back it must come to hold what its leader holds,
 * to the last version.
 */
class FollowerCrashTest {
  @TempDir Path temp;

  @Test
  void followsAfterAHaltAtAnyPointOfAnApply() throws Exception {
    Campaigner campaigner = new Campaigner("apply", campaign());
    for (int halt = 0; halt < Campaigner.HALTS_PER_POINT; halt++) {
      for (CrashPoint point : CrashPoint.of(Phase.FOLLOWING)) {
        campaigner.halt(point, campaigner.durability());
        campaigner.renewSometimes();
      }
    }
    campaigner.end();
    campaigner.assertEveryPointWasHit(Phase.FOLLOWING);
  }

  @Test
  void followsAfterAHaltAtAnyPointOfAFullSync() throws Exception {
    StoreCampaign campaign = campaign();
    Campaigner campaigner = new Campaigner("sync", campaign);
    campaign.kill(Durability.FSYNC, 100);
    for (int halt = 0; halt < Campaigner.HALTS_PER_POINT; halt++) {
      for (CrashPoint point : CrashPoint.of(Phase.SYNCING)) {
        campaign.forgetFollower();
        campaigner.halt(point, campaigner.durability());
        campaigner.renewSometimes();
      }
    }
    campaigner.end();
    campaigner.assertEveryPointWasHit(Phase.SYNCING);
  }

  private StoreCampaign campaign() {
    return new StoreCampaign(temp, CrashPlan.agent(temp), CrashingFollower.class, Optional.empty());
  }
}
