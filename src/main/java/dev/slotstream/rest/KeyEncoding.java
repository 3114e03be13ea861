package dev.slotstream.rest;

import dev.slotstream.kv.KvError.BadKey;
import dev.slotstream.kv.KvException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/** How a key stands in a path. In all of them the path is percent-decoded first. */
enum KeyEncoding {
  /** As it is. */
  PLAIN,
  /** Two hex digits a byte. */
  HEX,
  /** Base64 with the alphabet for URLs; padding may be left out. */
  BASE64URL;

  /** The encoding that a parameter names. */
  static KeyEncoding named(String name) {
    return switch (name) {
      case "hex" -> HEX;
      case "base64url" -> BASE64URL;
      default ->
          throw new RequestException(
              new RequestError.BadParameter(
                  "encoding is not known, encoding=%s expected=hex or base64url".formatted(name)));
    };
  }

  /**
   * The key.
   *
   * @throws KvException when the path cannot be decoded
   */
  byte[] decode(String rawPath) {
    try {
      byte[] decoded = PercentDecoder.decode(rawPath);
      return switch (this) {
        case PLAIN -> decoded;
        case HEX -> HexFormat.of().parseHex(new String(decoded, StandardCharsets.ISO_8859_1));
        case BASE64URL -> Base64.getUrlDecoder().decode(decoded);
      };
    } catch (IllegalArgumentException e) {
      throw new KvException(new BadKey("key cannot be decoded: " + e.getMessage()));
    }
  }
}
