package dev.slotstream.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.slotstream.kit.Seeded;
import dev.slotstream.kv.KvError.BadKey;
import dev.slotstream.kv.KvException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyEncodingTest {
  @ParameterizedTest
  @CsvSource({
    "a, a",
    "a/b//c/, a/b//c/",
    "../.., ../..",
    "a%2Fb, a/b",
    "a%2fb, a/b",
    "a+b, a+b",
    "%3F%23%25, ?#%",
    "%F0%9F%98%80, 😀",
    "%252F, %2F",
    "!$&'()*;=:@~_-., !$&'()*;=:@~_-."
  })
  void plainIsThePercentDecodedPath(String raw, String key) {
    assertArrayEquals(key.getBytes(UTF_8), KeyEncoding.PLAIN.decode(raw));
  }

  @Test
  void everyByteCanBeEscaped() {
    Seeded.run(
        7,
        random -> {
          byte[] key = new byte[256];
          random.nextBytes(key);
          assertArrayEquals(key, KeyEncoding.PLAIN.decode(RawHttp.escapeAll(key)));
          assertArrayEquals(key, KeyEncoding.PLAIN.decode(RawHttp.escape(key)));
          String hex = HexFormat.of().formatHex(key);
          assertArrayEquals(key, KeyEncoding.HEX.decode(hex));
          assertArrayEquals(key, KeyEncoding.HEX.decode(hex.toUpperCase(Locale.ROOT)));
          String base64 = Base64.getUrlEncoder().encodeToString(key);
          assertArrayEquals(key, KeyEncoding.BASE64URL.decode(base64));
          assertArrayEquals(key, KeyEncoding.BASE64URL.decode(base64.replace("=", "")));
          assertArrayEquals(key, KeyEncoding.BASE64URL.decode(base64.replace("=", "%3D")));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "%2", "%zz", "a%", "%%20", "% 20", "%+1", "a b", "a#b", "é", "\n"})
  void whatIsNotWellEscapedIsABadKey(String raw) {
    assertBadKey(KeyEncoding.PLAIN, raw);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0g", "00 ", "0x00", "é0", "0/0"})
  void whatIsNoHexIsABadKey(String raw) {
    assertBadKey(KeyEncoding.HEX, raw);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a+b/", "ab=c", "====", "a/bc"})
  void whatIsNoBase64IsABadKey(String raw) {
    assertBadKey(KeyEncoding.BASE64URL, raw);
  }

  @Test
  void saysWhereAnEscapeIsWrong() {
    KvException bad = assertThrows(KvException.class, () -> KeyEncoding.PLAIN.decode("ab%zzc"));
    assertEquals(
        "key cannot be decoded: percent sign is not followed by two hex digits, found=%zz index=2",
        bad.error().detail());
  }

  @Test
  void knowsTwoEncodingsByName() {
    assertEquals(KeyEncoding.HEX, KeyEncoding.named("hex"));
    assertEquals(KeyEncoding.BASE64URL, KeyEncoding.named("base64url"));
    RequestException bad = assertThrows(RequestException.class, () -> KeyEncoding.named("base64"));
    assertEquals(
        "encoding is not known, encoding=base64 expected=hex or base64url", bad.error().detail());
  }

  private static void assertBadKey(KeyEncoding encoding, String raw) {
    KvException bad = assertThrows(KvException.class, () -> encoding.decode(raw));
    assertInstanceOf(BadKey.class, bad.error());
  }
}
