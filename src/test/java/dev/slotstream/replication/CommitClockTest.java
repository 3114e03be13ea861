package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long ago a sequence was committed. */
class CommitClockTest {
  private static final long SECOND = 1_000_000_000L;

  private final CommitClock clock = new CommitClock();

  @ParameterizedTest
  @CsvSource({"0, 9", "9, 9", "10, 8", "29, 8", "30, 6", "31, 6", "49, 6", "50, 0", "1000, 0"})
  void tellsTheAgeOfWhatComesNext(long sequence, double seconds) {
    clock.sample(10, SECOND);
    clock.sample(30, 2 * SECOND);
    clock.sample(30, 3 * SECOND); // nothing new: not a sample
    clock.sample(50, 4 * SECOND);
    assertEquals(seconds, clock.ageOfNext(sequence, 10 * SECOND), 1e-9);
  }

  @Test
  void knowsNothingBeforeTheFirstSample() {
    assertEquals(0, clock.ageOfNext(0, SECOND));
  }

  @Test
  void forgetsTheOldestSamples() {
    for (int i = 1; i <= 10_000; i++) {
      clock.sample(i, i * SECOND);
    }
    assertEquals(5_999, clock.ageOfNext(0, 10_000 * SECOND), 1e-9);
  }
}
