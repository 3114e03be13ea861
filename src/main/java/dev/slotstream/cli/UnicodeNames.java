package dev.slotstream.cli;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Real data that every JDK carries: the names of all assigned characters of Unicode, about 155,000
 * of them, such as {@code U+1F40E} → {@code HORSE}.
 */
final class UnicodeNames {

  private UnicodeNames() {}

  /** One character: its code point as a key, its name as a value. */
  record Entry(String key, String name) {}

  static List<Entry> all() {
    return IntStream.rangeClosed(Character.MIN_CODE_POINT, Character.MAX_CODE_POINT)
        .filter(UnicodeNames::named)
        .mapToObj(point -> new Entry("U+%04X".formatted(point), Character.getName(point)))
        .toList();
  }

  /** Private and surrogate code points are assigned, but their names say only their blocks. */
  private static boolean named(int point) {
    int type = Character.getType(point);
    return type != Character.UNASSIGNED
        && type != Character.PRIVATE_USE
        && type != Character.SURROGATE;
  }
}
