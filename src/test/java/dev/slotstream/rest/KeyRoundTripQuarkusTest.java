package dev.slotstream.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.Seeded;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Every legal key is a key of its own, whatever it looks like. */
@QuarkusTest
class KeyRoundTripQuarkusTest {
  private static final int RANDOM_KEYS = 10_000;
  private static final int CONNECTIONS = 16;
  private static final int MAX_KEY_BYTES = 64;
  private static final String[] NASTY_PARTS = {
    "/", "//", ".", "..", "/../", "/./", "%2F", "%", "%%", "?", "#", "+", " ", "&", "=", ";", ":",
    "\0", "\n", "\r\n", "\\", "\"", "<", "|", "{", "[", "^", "`", "é", "😀", "%00", "*", "@"
  };

  @TestHTTPResource("/")
  URI server;

  /** Each of these paths is a key that no other of them is. */
  @Test
  void noPathIsTidied() throws IOException {
    String[] paths = {
      "..",
      ".",
      "a/../b",
      "b",
      "%2E%2E%2F",
      "a//b/",
      "a/b/",
      "a/b",
      "a//b",
      "/a/b",
      "a/./b",
      "/",
      "//",
      "a%252Fb",
      "a+b",
      "a%20b",
      "a%3Fb",
      "a%23b",
      "a%00b",
      "a%00",
      "a",
      "kv/",
      "q/health",
      "../q/health",
      "/../../engine",
      "%F0%9F%98%80",
      "%FF",
      "http://host/",
      ";a=b",
      "a;b",
      "*"
    };
    try (RawHttp http = new RawHttp(server.getPort())) {
      for (String path : paths) {
        http.exchange("DELETE", "/kv/" + path); // the random keys may have hit it
      }
      for (String path : paths) {
        assertEquals(201, http.exchange("PUT", "/kv/" + path, path.getBytes(UTF_8)).status(), path);
      }
      for (String path : paths) {
        RawHttp.Answer get = http.exchange("GET", "/kv/" + path);
        assertEquals(200, get.status(), path);
        assertEquals(path, get.text());
      }
      for (String path : paths) {
        assertEquals(204, http.exchange("DELETE", "/kv/" + path).status(), path);
        assertEquals(404, http.exchange("GET", "/kv/" + path).status(), path);
      }
    }
  }

  @Test
  void oneKeyCanBeWrittenInSeveralWays() throws IOException {
    try (RawHttp http = new RawHttp(server.getPort())) {
      http.exchange("PUT", "/kv/ways/a%2fb", new byte[] {1});
      String[] ways = {
        "/kv/ways/a/b",
        "/kv/ways%2Fa%2Fb",
        "/kv/%77%61%79%73/a/b",
        "http://test/kv/ways/a/b",
        "/kv/776179732f612f62?encoding=hex",
        "/kv/776179732F612F62?encoding=hex",
        "/kv/d2F5cy9hL2I?encoding=base64url",
        "/kv/d2F5cy9hL2I=?encoding=base64url"
      };
      for (String way : ways) {
        assertEquals(200, http.exchange("GET", way).status(), way);
      }
    }
  }

  @Test
  void tenThousandRandomKeysRoundTrip() {
    Seeded.run(
        20_261_124,
        random -> {
          Map<String, byte[]> keys = new LinkedHashMap<>();
          while (keys.size() < RANDOM_KEYS) {
            byte[] key = randomKey(random);
            keys.put(HexFormat.of().formatHex(key), key);
          }
          List<byte[]> all = List.copyOf(keys.values());
          assertEquals(List.of(), inParallel(all, this::putAll));
          assertEquals(List.of(), inParallel(all, this::readAll));
        });
  }

  private static byte[] randomKey(SplittableRandom random) {
    int length = 1 + random.nextInt(MAX_KEY_BYTES);
    byte[] key = new byte[length];
    random.nextBytes(key);
    if (random.nextBoolean()) {
      int at = 0;
      while (at < length) {
        byte[] part = NASTY_PARTS[random.nextInt(NASTY_PARTS.length)].getBytes(UTF_8);
        int fits = Math.min(part.length, length - at);
        System.arraycopy(part, 0, key, at, fits);
        at += fits;
      }
    }
    return key;
  }

  /** The value of a key is the key, so that a mix-up shows. */
  private List<String> putAll(List<byte[]> keys) throws IOException {
    List<String> wrong = new ArrayList<>();
    try (RawHttp http = new RawHttp(server.getPort())) {
      for (byte[] key : keys) {
        int status = http.exchange("PUT", "/kv/" + RawHttp.escape(key), key).status();
        if (status != 201) {
          wrong.add("PUT " + HexFormat.of().formatHex(key) + " " + status);
        }
      }
    }
    return wrong;
  }

  private List<String> readAll(List<byte[]> keys) throws IOException {
    List<String> wrong = new ArrayList<>();
    try (RawHttp http = new RawHttp(server.getPort())) {
      for (byte[] key : keys) {
        String hex = HexFormat.of().formatHex(key);
        String[] targets = {
          "/kv/" + RawHttp.escape(key),
          "/kv/" + RawHttp.escapeAll(key),
          "/kv/" + hex + "?encoding=hex",
          "/kv/" + Base64.getUrlEncoder().encodeToString(key) + "?encoding=base64url"
        };
        for (String target : targets) {
          RawHttp.Answer get = http.exchange("GET", target);
          if (get.status() != 200 || !hex.equals(HexFormat.of().formatHex(get.body()))) {
            wrong.add("GET " + target + " " + get.status());
          }
        }
      }
    }
    return wrong;
  }

  /** Work on a part of the keys; answers what went wrong. */
  private interface Work {
    List<String> on(List<byte[]> keys) throws IOException;
  }

  private static List<String> inParallel(List<byte[]> keys, Work work)
      throws InterruptedException, ExecutionException {
    List<String> wrong = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(CONNECTIONS)) {
      List<Future<List<String>>> parts = new ArrayList<>();
      int size = keys.size() / CONNECTIONS + 1;
      for (int from = 0; from < keys.size(); from += size) {
        List<byte[]> part = keys.subList(from, Math.min(keys.size(), from + size));
        parts.add(pool.submit(() -> work.on(part)));
      }
      for (Future<List<String>> part : parts) {
        wrong.addAll(part.get());
      }
    }
    assertTrue(keys.size() >= RANDOM_KEYS);
    return wrong;
  }
}
