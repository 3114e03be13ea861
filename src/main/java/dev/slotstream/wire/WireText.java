package dev.slotstream.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The short texts of extensions: well-formed UTF-8 of bounded length, and nothing in it that would
 * make a log line or a terminal do more than show it. Pure functions.
 */
final class WireText {

  private static final int REPLACEMENT = '?';

  private WireText() {}

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The longest beginning that takes at most so many bytes, half characters replaced. */
  static byte[] cut(String text, int maxBytes) {
    ByteBuffer bytes = ByteBuffer.allocate(maxBytes);
    // The charset encoder stops before a character that no longer fits, so none is cut in half.
    StandardCharsets.UTF_8
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .encode(CharBuffer.wrap(text), bytes, true);
    byte[] cut = new byte[bytes.flip().remaining()];
    bytes.get(cut);
    return cut;
  }

  /** Makes a text of ours one that may be sent. */
  static String fit(String text, int maxBytes) {
    int[] fitting = text.codePoints().map(c -> printable(c) ? c : REPLACEMENT).toArray();
    String printable = new String(fitting, 0, fitting.length);
    return new String(cut(printable, maxBytes), StandardCharsets.UTF_8);
  }

  /** Refuses a name of ours that may not be sent as it is. */
  static void requireName(String name, int maxBytes) {
    if (!fit(name, maxBytes).equals(name)) {
      throw new IllegalArgumentException(
          "name is not printable or too long: expected<=%d bytes actual=%d"
              .formatted(maxBytes, utf8(name).length));
    }
  }

  /** A received text; nothing when it is malformed or not printable. */
  static Optional<String> decode(byte[] bytes, int start, int length) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, start, length))
              .toString();
      return text.codePoints().allMatch(WireText::printable) ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static boolean printable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
