package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeToLiveTest {
  @ParameterizedTest
  @CsvSource({
    "1s, PT1S",
    "60s, PT60S",
    "5m, PT5M",
    "12h, PT12H",
    "3650d, P3650D",
    "PT90S, PT90S",
    "pt1h30m, PT1H30M",
    "P2D, P2D",
    "PT1.5S, PT1.5S"
  })
  void readsDurations(String text, Duration expected) {
    assertEquals(expected, TimeToLive.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "60",
        "s",
        "-5s",
        "+5s",
        "5 s",
        "5S",
        "1w",
        "1.5s",
        "P",
        "PT",
        "9999999999s",
        "soon",
        "PT99999999999999999999S"
      })
  void refusesWhatIsNoDuration(String text) {
    KvException refused = assertThrows(KvException.class, () -> TimeToLive.parse(text));
    assertInstanceOf(KvError.BadTtl.class, refused.error());
    assertEquals(
        "time to live is no duration, ttl=%s expected=like 60s, 5m, 2h, 7d or PT60S"
            .formatted(text),
        refused.error().detail());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "PT0.999S", "3651d", "999999999d", "-PT1H", "P99999D"})
  void refusesWhatIsOutOfBounds(String text) {
    KvException refused = assertThrows(KvException.class, () -> TimeToLive.parse(text));
    assertEquals(
        "time to live is out of bounds, ttl=%s expected=1s to 3650d".formatted(text),
        refused.error().detail());
  }

  @Test
  void itsLongestEndFits32BitsUntilTheEndOfTheCentury() {
    long end = Instant.parse("2096-01-01T00:00:00Z").plus(TimeToLive.MAX).getEpochSecond();
    assertEquals(end, Integer.toUnsignedLong((int) end));
  }
}
