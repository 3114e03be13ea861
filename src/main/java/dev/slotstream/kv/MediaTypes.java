package dev.slotstream.kv;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The media types that an entry can have, each by its number. Numbers are on the disk: types are
 * only ever appended, never moved. Any other type is stored as number 0.
 */
public final class MediaTypes {
  /** Bytes of which nothing is known. */
  public static final int OCTET_STREAM = 0;

  private static final List<String> NAMES =
      List.of(
          /* 0 */ "application/octet-stream",
          /* 1 */ "text/plain;charset=UTF-8",
          /* 2 */ "application/json",
          /* 3 */ "text/plain",
          /* 4 */ "text/html;charset=UTF-8",
          /* 5 */ "text/html",
          /* 6 */ "text/css",
          /* 7 */ "text/csv",
          /* 8 */ "text/javascript",
          /* 9 */ "application/xml",
          /* 10 */ "text/xml",
          /* 11 */ "application/yaml",
          /* 12 */ "application/cbor",
          /* 13 */ "application/msgpack",
          /* 14 */ "application/x-protobuf",
          /* 15 */ "application/x-www-form-urlencoded",
          /* 16 */ "application/x-ndjson",
          /* 17 */ "application/ld+json",
          /* 18 */ "application/pdf",
          /* 19 */ "application/zip",
          /* 20 */ "application/gzip",
          /* 21 */ "application/zstd",
          /* 22 */ "application/wasm",
          /* 23 */ "image/png",
          /* 24 */ "image/jpeg",
          /* 25 */ "image/gif",
          /* 26 */ "image/webp",
          /* 27 */ "image/svg+xml",
          /* 28 */ "image/avif",
          /* 29 */ "audio/mpeg",
          /* 30 */ "audio/ogg",
          /* 31 */ "video/mp4",
          /* 32 */ "text/markdown;charset=UTF-8",
          /* 33 */ "text/markdown",
          /* 34 */ "application/json;charset=UTF-8");

  private static final Map<String, Integer> NUMBERS = numbers();

  private MediaTypes() {}

  private static Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new HashMap<>();
    for (String name : NAMES) {
      numbers.put(plain(name), numbers.size());
    }
    return Map.copyOf(numbers);
  }

  /** All of them, in the order of their numbers. */
  public static List<String> names() {
    return NAMES;
  }

  /** The number of a Content-Type; 0 when there is none, or it is not in the table. */
  static int number(String contentType) {
    return contentType == null ? OCTET_STREAM : NUMBERS.getOrDefault(plain(contentType), 0);
  }

  /** The media type of a number; a number from a newer version counts as 0. */
  static String name(int number) {
    return NAMES.get(number < NAMES.size() ? number : OCTET_STREAM);
  }

  /** Without what may differ in writing: case, spaces, quotes. */
  private static String plain(String contentType) {
    return contentType.replaceAll("[\\s\"]", "").toLowerCase(Locale.ROOT);
  }
}
