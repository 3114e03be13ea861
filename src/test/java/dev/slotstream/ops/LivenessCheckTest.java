package dev.slotstream.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class LivenessCheckTest {
  @Test
  void isLiveWhileItsLoopsTurn() {
    assertEquals(Status.UP, LivenessCheck.answer(3_000, 30_000).getStatus());
  }

  @Test
  void isNotLiveWhenAnEventLoopMissesThreeBeats() {
    assertEquals(Status.DOWN, LivenessCheck.answer(3_001, 0).getStatus());
  }

  @Test
  void isNotLiveWhenAnEngineThreadStandsStill() {
    assertEquals(Status.DOWN, LivenessCheck.answer(0, 30_001).getStatus());
  }
}
