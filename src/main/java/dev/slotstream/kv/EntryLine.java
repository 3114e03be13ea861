package dev.slotstream.kv;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/**
 * An entry as a line of a dump has it: its components are the members of a JSON object, and what is
 * null is left out. Bytes that are UTF-8 are text; others are in base64.
 *
 * @param key the key; null when it is no text
 * @param key64 the key in base64; null when it is text
 * @param value the value; null when it is no text
 * @param value64 the value in base64; null when it is text
 * @param type its media type; null for bytes of which nothing is known
 * @param expires when it expires, as ISO 8601 has it; null when never
 */
public record EntryLine(
    String key, String key64, String value, String value64, String type, String expires) {

  /** The line of an entry; with these bytes as its value. */
  public static EntryLine of(byte[] key, byte[] value, Entry.Head head) {
    String keyText = text(key);
    String valueText = text(value);
    return new EntryLine(
        keyText,
        keyText == null ? Base64.getEncoder().encodeToString(key) : null,
        valueText,
        valueText == null ? Base64.getEncoder().encodeToString(value) : null,
        head.mediaType() == MediaTypes.OCTET_STREAM ? null : MediaTypes.name(head.mediaType()),
        Expiry.instant(head.expiresAt()).map(Instant::toString).orElse(null));
  }

  /**
   * The line of an entry in a slot.
   *
   * @param bytes of a whole slot, which hold the value that the head tells of
   * @throws KvException when key or value are not as the codec writes them
   */
  public static EntryLine of(FieldCodec codec, byte[] bytes, int keyField, int valueField) {
    byte[] key = codec.readKey(bytes, keyField);
    Entry.Head head = codec.readHead(bytes, valueField);
    return of(key, Arrays.copyOfRange(bytes, head.offset(), head.offset() + head.length()), head);
  }

  private static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /**
   * The key.
   *
   * @throws IllegalArgumentException when there is none, or two, or the base64 is none
   */
  public byte[] keyBytes() {
    return bytes("key", key, key64);
  }

  /**
   * The value.
   *
   * @throws IllegalArgumentException when there is none, or two, or the base64 is none
   */
  public byte[] valueBytes() {
    return bytes("value", value, value64);
  }

  /**
   * When it expires; null when never.
   *
   * @throws java.time.format.DateTimeParseException when that is no time
   */
  public Instant expiresAt() {
    return expires == null ? null : Instant.parse(expires);
  }

  /** The value field, as a codec writes it. */
  public byte[] valueField(FieldCodec codec) {
    Instant end = expiresAt();
    return codec.valueField(
        valueBytes(),
        MediaTypes.number(type),
        end == null ? FieldCodec.NEVER : end.getEpochSecond());
  }

  private static byte[] bytes(String name, String text, String base64) {
    if ((text == null) == (base64 == null)) {
      throw new IllegalArgumentException(
          "exactly one of %s and %s64 must be there".formatted(name, name));
    }
    return text == null
        ? Base64.getDecoder().decode(base64)
        : text.getBytes(StandardCharsets.UTF_8);
  }
}
