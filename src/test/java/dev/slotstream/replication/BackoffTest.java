package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void doublesUpToTenSecondsWithJitterAndStartsAnew() {
    Backoff backoff = new Backoff(RandomGenerator.of("L64X128MixRandom"));
    long full = Backoff.FIRST_MILLIS;
    for (int attempt = 0; attempt < 12; attempt++) {
      long millis = backoff.nextMillis();
      assertTrue(millis >= full / 2 && millis <= full, "attempt=" + attempt + " millis=" + millis);
      full = Math.min(Backoff.MAX_MILLIS, full * 2);
    }
    backoff.reset();
    assertTrue(backoff.nextMillis() <= Backoff.FIRST_MILLIS);
  }
}
