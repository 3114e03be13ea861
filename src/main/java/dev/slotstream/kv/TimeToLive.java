package dev.slotstream.kv;

import dev.slotstream.kv.KvError.BadTtl;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long an entry lives, as users write it: {@code 60s}, {@code 5m}, {@code 2h}, {@code PT1M}.
 */
public final class TimeToLive {
  /** The shortest: expiry is kept in whole seconds. */
  public static final Duration MIN = Duration.ofSeconds(1);

  /** The longest: its end must fit 32 bits of seconds since 1970. */
  public static final Duration MAX = Duration.ofDays(3650);

  private static final Pattern SIMPLE = Pattern.compile("([0-9]{1,9})([smhd])");

  private TimeToLive() {}

  /**
   * Reads a time to live.
   *
   * @throws KvException when it is not one, or out of bounds
   */
  public static Duration parse(String text) {
    Duration ttl = duration(text);
    if (ttl.compareTo(MIN) < 0 || ttl.compareTo(MAX) > 0) {
      throw new KvException(
          new BadTtl("time to live is out of bounds, ttl=%s expected=1s to 3650d".formatted(text)));
    }
    return ttl;
  }

  private static Duration duration(String text) {
    Matcher simple = SIMPLE.matcher(text);
    if (simple.matches()) {
      long number = Long.parseLong(simple.group(1));
      return switch (simple.group(2).charAt(0)) {
        case 's' -> Duration.ofSeconds(number);
        case 'm' -> Duration.ofMinutes(number);
        case 'h' -> Duration.ofHours(number);
        default -> Duration.ofDays(number);
      };
    }
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new KvException(
          new BadTtl(
              "time to live is no duration, ttl=%s expected=like 60s, 5m, 2h, 7d or PT60S"
                  .formatted(text)));
    }
  }
}
