package dev.slotstream.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a write stands in the store's history.
 *
 * @param epoch the leadership that wrote it
 * @param sequence in the shard's log
 */
public record Position(int shard, int epoch, long sequence) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,3}):([0-9]{1,10}):([0-9]{1,19})");

  /** {@code shard:epoch:sequence}. */
  @Override
  public String toString() {
    return shard + ":" + epoch + ":" + sequence;
  }

  /**
   * Reads positions as {@link #toString} writes them, separated by commas; spaces around one do not
   * matter.
   *
   * @throws IllegalArgumentException when one is none; its message names it
   */
  public static List<Position> parseList(String text) {
    List<Position> positions = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      positions.add(parse(one.strip()));
    }
    return positions;
  }

  private static Position parse(String text) {
    Matcher form = FORM.matcher(text);
    if (form.matches()) {
      try {
        Position position =
            new Position(
                Integer.parseInt(form.group(1)),
                Integer.parseInt(form.group(2)),
                Long.parseLong(form.group(3)));
        if (position.epoch() > 0 && position.sequence() > 0) {
          return position;
        }
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(wrong(text), e);
      }
    }
    throw new IllegalArgumentException(wrong(text));
  }

  private static String wrong(String text) {
    return "position is none, position=%s expected=shard:epoch:sequence".formatted(text);
  }
}
