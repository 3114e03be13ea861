package dev.slotstream.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.rest.RawHttp.Answer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class KeyQuarkusTest {
  private static final byte[] VALUE = "value".getBytes(UTF_8);

  @TestHTTPResource("/")
  URI server;

  private RawHttp http;

  @BeforeEach
  void connect() throws IOException {
    http = new RawHttp(server.getPort());
  }

  @AfterEach
  void disconnect() throws IOException {
    http.close();
  }

  @Test
  void aNewValueIsCreatedAndAnOldOneReplaced() throws IOException {
    Answer created = http.exchange("PUT", "/kv/put", VALUE);
    Answer replaced = http.exchange("PUT", "/kv/put", VALUE);
    assertEquals(201, created.status());
    assertEquals(204, replaced.status());
    assertTrue(created.header("ETag").matches("\"[0-9a-f]+\\.[0-9a-f]+\""));
    assertTrue(created.header("Slotstream-Position").matches("[01]:1:[0-9]+"));
    assertNotEquals(created.header("ETag"), replaced.header("ETag"));
    assertNull(created.header("Slotstream-Expires"));
  }

  @Test
  void aValueIsReadWithItsTagAndType() throws IOException {
    Answer put = http.exchange("PUT", "/kv/get", VALUE, "Content-Type: text/plain; charset=utf-8");
    Answer get = http.exchange("GET", "/kv/get");
    assertEquals(200, get.status());
    assertEquals("value", get.text());
    assertEquals(put.header("ETag"), get.header("ETag"));
    assertEquals("text/plain;charset=UTF-8", get.header("Content-Type"));
    assertEquals("no-cache", get.header("Cache-Control"));
    assertEquals("nosniff", get.header("X-Content-Type-Options"));
  }

  @Test
  void headIsGetWithoutTheValue() throws IOException {
    http.exchange("PUT", "/kv/head", VALUE, "Content-Type: application/json");
    Answer get = http.exchange("GET", "/kv/head");
    Answer head = http.exchange("HEAD", "/kv/head");
    assertEquals(200, head.status());
    assertEquals(get.headers(), head.headers());
    assertEquals("5", head.header("Content-Length"));
    assertEquals(404, http.exchange("HEAD", "/kv/head-absent").status());
  }

  @Test
  void anUnknownOrAbsentTypeIsReadAsBytes() throws IOException {
    http.exchange("PUT", "/kv/type", VALUE, "Content-Type: application/x-own");
    assertEquals(
        "application/octet-stream", http.exchange("GET", "/kv/type").header("Content-Type"));
    http.exchange("PUT", "/kv/type", VALUE);
    assertEquals(
        "application/octet-stream", http.exchange("GET", "/kv/type").header("Content-Type"));
  }

  @Test
  void aValueMayBeEmptyOrOfTheGreatestLength() throws IOException {
    for (int length : new int[] {0, 1, 1023, 1024}) {
      byte[] value = "v".repeat(length).getBytes(UTF_8);
      http.exchange("PUT", "/kv/length", value);
      Answer get = http.exchange("GET", "/kv/length");
      assertEquals(200, get.status());
      assertEquals(length, get.body().length);
    }
  }

  @Test
  void aRemovedValueIsNotFoundAndRemovedOnce() throws IOException {
    http.exchange("PUT", "/kv/delete", VALUE);
    Answer removed = http.exchange("DELETE", "/kv/delete");
    assertEquals(204, removed.status());
    assertTrue(removed.header("Slotstream-Position").matches("[01]:1:[0-9]+"));
    assertProblem(http.exchange("DELETE", "/kv/delete"), 404, "not-found", "key has no value");
    assertProblem(http.exchange("GET", "/kv/delete"), 404, "not-found", "key has no value");
  }

  @Test
  void compareAndSetNeedsTheTag() throws IOException {
    String first = http.exchange("PUT", "/kv/cas", VALUE).header("ETag");
    Answer second = http.exchange("PUT", "/kv/cas", VALUE, "If-Match: \"0.0\", " + first);
    assertEquals(204, second.status());
    assertProblem(
        http.exchange("PUT", "/kv/cas", VALUE, "If-Match: " + first),
        412,
        "precondition-failed",
        "precondition does not hold, current=" + second.header("ETag"));
    assertEquals(412, http.exchange("DELETE", "/kv/cas", null, "If-Match: " + first).status());
    assertEquals(204, http.exchange("DELETE", "/kv/cas", null, "If-Match: *").status());
    assertEquals(412, http.exchange("DELETE", "/kv/cas", null, "If-Match: *").status());
    assertEquals(412, http.exchange("PUT", "/kv/cas", VALUE, "If-Match: *").status());
  }

  @Test
  void createsOnlyWhereThereIsNone() throws IOException {
    assertEquals(201, http.exchange("PUT", "/kv/new", VALUE, "If-None-Match: *").status());
    assertEquals(412, http.exchange("PUT", "/kv/new", VALUE, "If-None-Match: *").status());
    assertEquals(412, http.exchange("DELETE", "/kv/new", null, "If-None-Match: *").status());
  }

  @Test
  void aReaderThatHasItAlreadyIsToldSo() throws IOException {
    String tag = http.exchange("PUT", "/kv/known", VALUE).header("ETag");
    for (String method : new String[] {"GET", "HEAD"}) {
      Answer known = http.exchange(method, "/kv/known", null, "If-None-Match: W/" + tag);
      assertEquals(304, known.status());
      assertEquals(tag, known.header("ETag"));
      assertEquals(0, known.body().length);
      Answer other = http.exchange(method, "/kv/known", null, "If-None-Match: \"0.0\"");
      assertEquals(200, other.status());
    }
    assertEquals(412, http.exchange("GET", "/kv/known", null, "If-Match: \"0.0\"").status());
    assertEquals(404, http.exchange("GET", "/kv/known-not", null, "If-None-Match: *").status());
  }

  @Test
  void aValueExpires() throws IOException {
    Instant before = Instant.now();
    Answer put = http.exchange("PUT", "/kv/ttl?ttl=2s", VALUE);
    Instant expires = Instant.parse(put.header("Slotstream-Expires"));
    assertFalse(expires.isBefore(before.plusSeconds(2)));
    assertFalse(expires.isAfter(Instant.now().plusSeconds(3)));
    Answer get = http.exchange("GET", "/kv/ttl");
    assertEquals(put.header("Slotstream-Expires"), get.header("Slotstream-Expires"));
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> http.exchange("GET", "/kv/ttl").status() == 404);
    assertFalse(Instant.now().isBefore(expires));
    assertEquals(404, http.exchange("DELETE", "/kv/ttl").status());
    assertEquals(201, http.exchange("PUT", "/kv/ttl", VALUE, "If-None-Match: *").status());
    assertNull(http.exchange("GET", "/kv/ttl").header("Slotstream-Expires"));
  }

  @Test
  void tellsItsMethods() throws IOException {
    Answer options = http.exchange("OPTIONS", "/kv/options");
    assertEquals(204, options.status());
    assertEquals("GET, HEAD, PUT, DELETE, OPTIONS", options.header("Allow"));
    for (String method : new String[] {"POST", "PATCH", "TRACE", "PROPFIND"}) {
      Answer refused = http.exchange(method, "/kv/options");
      assertProblem(
          refused,
          405,
          "method-not-allowed",
          "method is not allowed, method=" + method + " expected=GET, HEAD, PUT, DELETE, OPTIONS");
      assertEquals("GET, HEAD, PUT, DELETE, OPTIONS", refused.header("Allow"));
    }
  }

  @Test
  void aClientThatWaitsForContinueGetsIt() throws IOException {
    http.sendHead(
        "PUT /kv/continue HTTP/1.1", "Host: test", "Expect: 100-continue", "Content-Length: 5");
    assertEquals(100, http.read("PUT").status());
    http.send(VALUE);
    assertEquals(201, http.read("PUT").status());
    assertEquals("value", http.exchange("GET", "/kv/continue").text());
  }

  @Test
  void chunksAreTaken() throws IOException {
    http.sendHead("PUT /kv/chunks HTTP/1.1", "Host: test", "Transfer-Encoding: chunked");
    http.send("2\r\nva\r\n3\r\nlue\r\n0\r\n\r\n");
    assertEquals(201, http.read("PUT").status());
    assertEquals("value", http.exchange("GET", "/kv/chunks").text());
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws IOException {
    http.sendHead("PUT /kv/pipe HTTP/1.1", "Host: test", "Content-Length: 1");
    http.send("1");
    http.sendHead("GET /kv/pipe HTTP/1.1", "Host: test");
    http.sendHead("DELETE /kv/pipe HTTP/1.1", "Host: test");
    http.sendHead("GET /kv/pipe HTTP/1.1", "Host: test");
    assertEquals(201, http.read("PUT").status());
    assertEquals("1", http.read("GET").text());
    assertEquals(204, http.read("DELETE").status());
    assertEquals(404, http.read("GET").status());
  }

  @Test
  void aBodyThatNobodyAskedForDoesNoHarm() throws IOException {
    http.exchange("PUT", "/kv/body", VALUE);
    assertEquals("value", http.exchange("GET", "/kv/body", "stray".getBytes(UTF_8)).text());
    assertEquals(204, http.exchange("DELETE", "/kv/body", "stray".getBytes(UTF_8)).status());
    assertEquals(404, http.exchange("GET", "/kv/body").status());
  }

  static void assertProblem(Answer answer, int status, String name, String detail) {
    assertEquals(status, answer.status());
    assertEquals("application/problem+json", answer.header("Content-Type"));
    JsonObject problem = new JsonObject(answer.text());
    assertEquals("urn:slotstream:problem:" + name, problem.getString("type"));
    assertEquals(status, problem.getInteger("status"));
    assertEquals(detail, problem.getString("detail"));
  }
}
