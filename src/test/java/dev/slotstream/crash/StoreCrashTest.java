package dev.slotstream.crash;

import dev.slotstream.crash.CrashPoint.Phase;
import dev.slotstream.engine.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes with an engine in them are killed at random, and halted at every point, while eight
 * clients put, delete, compare-and-set and read. What they were told, and what is found at the next
 * opening, must be linearizable: no acknowledged write lost, no deleted key back, every key as it
 * was acknowledged last or as somebody wanted it who was not answered.
 */
class StoreCrashTest {
  private static final int KILLS = Integer.getInteger("slotstream.kills", 12);

  private static final List<Durability> DURABILITIES = List.of(Durability.values());

  @TempDir Path temp;

  private Campaigner campaigner(String name) throws IOException, InterruptedException {
    return new Campaigner(
        name,
        new StoreCampaign(temp, CrashPlan.agent(temp), CrashingStore.class, Optional.empty()));
  }

  @Test
  void nothingIsLostByAKillAtAnyTime() throws Exception {
    Campaigner campaigner = campaigner("kills");
    for (int kill = 0; kill < KILLS; kill++) {
      campaigner.kill(DURABILITIES.get(kill % DURABILITIES.size()), 0, 300);
      campaigner.renewSometimes();
    }
    campaigner.end();
  }

  @Test
  void nothingIsLostByAHaltAtAnyPointOfAWrite() throws Exception {
    Campaigner campaigner = campaigner("halts");
    for (int halt = 0; halt < Campaigner.HALTS_PER_POINT; halt++) {
      for (CrashPoint point : CrashPoint.of(Phase.WRITING)) {
        campaigner.halt(point, durability(campaigner, point));
        campaigner.renewSometimes();
      }
    }
    campaigner.end();
    campaigner.assertEveryPointWasHit(Phase.WRITING);
  }

  @Test
  void nothingIsLostByHaltsInRecovery() throws Exception {
    Campaigner campaigner = campaigner("recovery");
    for (int halt = 0; halt < Campaigner.HALTS_PER_POINT; halt++) {
      Durability durability = campaigner.durability();
      campaigner.kill(durability, 50, 150);
      // One after the other, with nothing done in between: recovery dies again and again.
      for (CrashPoint point : CrashPoint.of(Phase.OPENING)) {
        campaigner.halt(point, 1 + halt % point.often(), durability);
      }
      campaigner.closeCleanly();
      campaigner.halt(CrashPoint.SLOT_TORN, 1, durability);
      campaigner.renewSometimes();
    }
    campaigner.end();
    campaigner.assertEveryPointWasHit(Phase.OPENING);
  }

  @Test
  void nothingIsLostByHaltsBetweenAClosingAndAnOpening() throws Exception {
    Campaigner campaigner = campaigner("closings");
    for (int halt = 0; halt < Campaigner.HALTS_PER_POINT; halt++) {
      Durability durability = campaigner.durability();
      for (CrashPoint point : CrashPoint.of(Phase.CLOSING)) {
        campaigner.haltClosing(point, durability);
      }
      for (CrashPoint point : CrashPoint.of(Phase.REOPENING)) {
        campaigner.close(durability);
        campaigner.halt(point, durability);
      }
      campaigner.renewSometimes();
    }
    campaigner.end();
    campaigner.assertEveryPointWasHit(Phase.CLOSING);
    campaigner.assertEveryPointWasHit(Phase.REOPENING);
  }

  private static Durability durability(Campaigner campaigner, CrashPoint point) {
    String name = point.name();
    if (name.startsWith("ACK_")) {
      return Durability.FSYNC; // elsewhere a writer is answered by its own thread
    }
    boolean anywhere = name.startsWith("SLOT_") || name.startsWith("APPEND_");
    return anywhere && campaigner.draw(3) == 0 ? Durability.OS : campaigner.durability();
  }
}
