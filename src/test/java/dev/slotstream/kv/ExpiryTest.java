package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExpiryTest {
  private final HandClock clock = new HandClock(Instant.ofEpochMilli(1_000_400));
  private final Expiry expiry = new Expiry(clock);

  @Test
  void anEntryLivesAtLeastItsTimeAndAtMostASecondLonger() {
    long at = expiry.at(Optional.of(Duration.ofSeconds(1)));
    assertEquals(1002, at);
    clock.advance(Duration.ofSeconds(1));
    assertFalse(expiry.passed(at));
    clock.advance(Duration.ofMillis(600));
    assertTrue(expiry.passed(at));
  }

  @Test
  void aWholeSecondIsNotRoundedUp() {
    clock.advance(Duration.ofMillis(600));
    assertEquals(1002, expiry.at(Optional.of(Duration.ofSeconds(1))));
  }

  @Test
  void withoutATimeToLiveItNeverExpires() {
    long at = expiry.at(Optional.empty());
    assertEquals(FieldCodec.NEVER, at);
    clock.advance(Duration.ofDays(100_000));
    assertFalse(expiry.passed(at));
    assertTrue(Expiry.instant(at).isEmpty());
  }
}
