package dev.slotstream.rest;

import java.util.Arrays;

/** Turns percent-encoded text into bytes. A plus is a plus. */
final class PercentDecoder {
  private static final int FIRST_VISIBLE = 0x21;
  private static final int LAST_VISIBLE = 0x7E;
  private static final int HEX = 16;
  private static final int ESCAPE_LENGTH = 3;

  private PercentDecoder() {}

  /**
   * Decodes.
   *
   * @throws IllegalArgumentException naming the place, when an escape is not one or a character had
   *     to be escaped
   */
  static byte[] decode(String raw) {
    byte[] bytes = new byte[raw.length()];
    int length = 0;
    for (int at = 0; at < raw.length(); at++) {
      char c = raw.charAt(at);
      if (c == '%') {
        bytes[length++] = escaped(raw, at);
        at += ESCAPE_LENGTH - 1;
      } else if (c < FIRST_VISIBLE || c > LAST_VISIBLE || c == '#') {
        throw new IllegalArgumentException(
            "character must be percent-encoded, code=%d index=%d".formatted((int) c, at));
      } else {
        bytes[length++] = (byte) c;
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  private static byte escaped(String raw, int at) {
    int high = at + 1 < raw.length() ? Character.digit(raw.charAt(at + 1), HEX) : -1;
    int low = at + 2 < raw.length() ? Character.digit(raw.charAt(at + 2), HEX) : -1;
    if (high < 0 || low < 0) {
      throw new IllegalArgumentException(
          "percent sign is not followed by two hex digits, found=%s index=%d"
              .formatted(raw.substring(at, Math.min(raw.length(), at + ESCAPE_LENGTH)), at));
    }
    return (byte) (high * HEX + low);
  }
}
