package dev.slotstream.rest;

import static dev.slotstream.rest.KeyQuarkusTest.assertProblem;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.rest.RawHttp.Answer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client can do wrong, and that nothing is stored then. */
@QuarkusTest
class BadRequestQuarkusTest {
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

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE"})
  void aKeyThatIsTooLongIsToldTheLimit(String method) throws IOException {
    byte[] body = method.equals("PUT") ? VALUE : null;
    assertEquals(
        method.equals("PUT") ? 201 : 404,
        http.exchange(method, "/kv/" + method + "k".repeat(64 - method.length()), body).status());
    assertProblem(
        http.exchange(method, "/kv/" + "k".repeat(65), body),
        414,
        "key-too-long",
        "key is too long, length=65 limit=64");
    assertProblem(
        http.exchange(method, "/kv/" + "%6B".repeat(20_000), body),
        414,
        "key-too-long",
        "key is too long, length=20000 limit=64");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE"})
  void anEmptyKeyIsNone(String method) throws IOException {
    byte[] body = method.equals("PUT") ? VALUE : null;
    assertEquals(400, http.exchange(method, "/kv/", body).status());
    assertEquals(400, http.exchange(method, "/kv/?encoding=hex", body).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "%2", "a%zz", "a%2", "%%30"})
  void aWrongEscapeIsRefused(String path) throws IOException {
    for (Answer answer :
        List.of(http.exchange("GET", "/kv/" + path), http.exchange("PUT", "/kv/" + path, VALUE))) {
      assertEquals(400, answer.status());
      assertEquals("application/problem+json", answer.header("Content-Type"));
      assertTrue(answer.text().contains("urn:slotstream:problem:bad-key"), answer.text());
      assertTrue(answer.text().contains("percent sign is not followed by two"), answer.text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/engine%zz", "/nothing%", "/q/health/%2", "/q/metrics?a=%zz", "/a\"b"})
  void aTargetThatIsNoUriIsRefused(String target) throws IOException {
    String detail =
        "target is not a valid path, expected=RFC 3986 with percent signs before two hex digits";
    assertProblem(http.exchange("GET", target), 400, "bad-target", detail);
    assertProblem(http.exchange("PUT", target, VALUE), 400, "bad-target", detail);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a#b", "0g?encoding=hex", "0?encoding=hex", "a+b?encoding=base64url"})
  void aKeyThatCannotBeDecodedIsRefused(String path) throws IOException {
    Answer answer = http.exchange("GET", "/kv/" + path);
    assertEquals(400, answer.status());
    assertTrue(answer.text().contains("urn:slotstream:problem:bad-key"), answer.text());
    assertTrue(answer.text().contains("key cannot be decoded"), answer.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"os", "interval", "FSYNC", ""})
  void lessThanTheNodePromisesCannotBeAskedFor(String durability) throws IOException {
    assertProblem(
        http.exchange("PUT", "/kv/parameter?durability=" + durability, VALUE),
        400,
        "bad-parameter",
        "durability is not valid, durability=%s expected=fsync".formatted(durability));
    assertEquals(404, http.exchange("GET", "/kv/parameter").status());
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, position=0:1:2, '[encoding, ttl, acks, durability]'",
    "DELETE, ttl=1s, '[encoding, acks, durability]'",
    "DELETE, position=0:1:2, '[encoding, acks, durability]'",
    "GET, acks=1, '[encoding, position]'",
    "GET, durability=os, '[encoding, position]'"
  })
  void aParameterThatAMethodDoesNotHaveIsRefusedAndNotIgnored(
      String method, String query, String known) throws IOException {
    assertProblem(
        http.exchange(method, "/kv/parameter?" + query, method.equals("PUT") ? VALUE : null),
        400,
        "unknown-parameter",
        "parameter is not known here, parameter=%s expected=%s"
            .formatted(query.split("=", -1)[0], known));
    assertEquals(404, http.exchange("GET", "/kv/parameter").status());
    assertEquals(400, http.exchange("HEAD", "/kv/parameter?acks=1").status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "65", "1000", "one", "", "1.0", "+1"})
  void aNumberOfFollowersThatIsNoneIsRefused(String acks) throws IOException {
    for (Answer answer :
        List.of(
            http.exchange("PUT", "/kv/acks?acks=" + acks, VALUE),
            http.exchange("DELETE", "/kv/acks?acks=" + acks))) {
      assertProblem(
          answer,
          400,
          "bad-parameter",
          "number of followers is not valid, acks=%s expected=0 to 64".formatted(acks));
    }
    assertEquals(404, http.exchange("GET", "/kv/acks").status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0:1", "0:1:2,", "0:1:0", "a:1:2", "0:1:99999999999999999999"})
  void aPositionThatIsNoneIsRefused(String position) throws IOException {
    String named = position.endsWith(",") ? "" : position;
    String detail = "position is none, position=%s expected=shard:epoch:sequence".formatted(named);
    assertProblem(http.exchange("GET", "/kv/a?position=" + position), 400, "bad-parameter", detail);
    assertProblem(
        http.exchange("GET", "/kv/a", null, "Slotstream-Position: " + position),
        400,
        "bad-parameter",
        detail);
    assertEquals(400, http.exchange("HEAD", "/kv/a?position=" + position).status());
  }

  @Test
  void aTimeToLiveIsOnlyForPut() throws IOException {
    assertProblem(
        http.exchange("GET", "/kv/a?ttl=1s"),
        400,
        "unknown-parameter",
        "parameter is not known here, parameter=ttl expected=[encoding, position]");
    assertEquals(400, http.exchange("PUT", "/kv/a?ttl=soon", VALUE).status());
    assertEquals(400, http.exchange("PUT", "/kv/a?ttl=0s", VALUE).status());
    assertEquals(400, http.exchange("PUT", "/kv/a?ttl=1s&ttl=1s", VALUE).status());
    assertEquals(400, http.exchange("PUT", "/kv/a?encoding=utf8", VALUE).status());
    assertEquals(404, http.exchange("GET", "/kv/a").status());
  }

  @Test
  void aPreconditionThatCannotBeReadIsRefused() throws IOException {
    assertProblem(
        http.exchange("PUT", "/kv/precondition", VALUE, "If-Match: 1.2"),
        400,
        "bad-precondition",
        "precondition cannot be read, If-Match=1.2 expected=* or \"tag\", \"tag\" ...");
    assertEquals(404, http.exchange("GET", "/kv/precondition").status());
  }

  @Test
  void aValueWithoutALengthIsRefused() throws IOException {
    assertProblem(
        http.exchange("PUT", "/kv/length"),
        411,
        "length-required",
        "length of the value is not given, expected=Content-Length or Transfer-Encoding");
    assertEquals(404, http.exchange("GET", "/kv/length").status());
  }

  @Test
  void aShortValueThatIsTooLargeLeavesTheConnectionOpen() throws IOException {
    assertProblem(
        http.exchange("PUT", "/kv/large", new byte[1025]),
        413,
        "value-too-large",
        "value is too large, length=1025 limit=1024");
    assertEquals(404, http.exchange("GET", "/kv/large").status());
  }

  @Test
  void aLongValueIsRefusedAtOnceAndTheConnectionClosed() throws IOException {
    http.sendHead("PUT /kv/long HTTP/1.1", "Host: test", "Content-Length: 1000000000000");
    Answer refused = http.read("PUT");
    assertProblem(
        refused, 413, "value-too-large", "value is too large, length=1000000000000 limit=1024");
    assertEquals("close", refused.header("Connection"));
    assertTrue(http.isClosed());
  }

  @Test
  void aClientThatWaitsForContinueIsRefusedWithoutIt() throws IOException {
    http.sendHead(
        "PUT /kv/wait HTTP/1.1", "Host: test", "Expect: 100-continue", "Content-Length: 2000");
    assertEquals(413, http.read("PUT").status());
    assertTrue(http.isClosed());
  }

  @Test
  void chunksAreCutAtTheLimit() throws IOException {
    http.sendHead("PUT /kv/cut HTTP/1.1", "Host: test", "Transfer-Encoding: chunked");
    http.send(("200\r\n" + "x".repeat(512) + "\r\n").repeat(3));
    Answer refused = http.read("PUT");
    assertEquals(413, refused.status());
    assertEquals("close", refused.header("Connection"));
    try (RawHttp other = new RawHttp(server.getPort())) {
      assertEquals(404, other.exchange("GET", "/kv/cut").status());
    }
  }

  @Test
  void aClientThatLeavesInMidBodyStoresNothing() throws IOException {
    String[] beginnings = {
      "Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    };
    for (String beginning : beginnings) {
      try (RawHttp leaving = new RawHttp(server.getPort())) {
        leaving.send("PUT /kv/leaves HTTP/1.1\r\nHost: test\r\n" + beginning);
      }
      assertEquals(404, http.exchange("GET", "/kv/leaves").status());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: abc\r\n\r\nabc",
        "Content-Length: -1\r\n\r\nabc",
        "Content-Length: +3\r\n\r\nabc",
        "Content-Length: 99999999999999999999\r\n\r\nabc",
        "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
      })
  void aLengthThatIsNoneIsRefused(String rest) throws IOException {
    http.send("PUT /kv/lies HTTP/1.1\r\nHost: test\r\n" + rest);
    assertEquals(400, http.read("PUT").status());
    try (RawHttp other = new RawHttp(server.getPort())) {
      assertEquals(404, other.exchange("GET", "/kv/lies").status());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Content-Encoding: gzip, 415, unsupported-coding",
    "Transfer-Encoding: gzip, 415, unsupported-coding",
    "Content-Range: bytes 0-4/5, 400, partial-put"
  })
  void whatCannotBeStoredAsItComesIsRefused(String header, int status, String name)
      throws IOException {
    Answer refused = http.exchange("PUT", "/kv/coded", null, header, "Connection: close");
    assertEquals(status, refused.status());
    assertTrue(refused.text().contains("urn:slotstream:problem:" + name), refused.text());
    try (RawHttp other = new RawHttp(server.getPort())) {
      assertEquals(404, other.exchange("GET", "/kv/coded").status());
    }
  }

  @Test
  void anUnknownPathIsAProblemToo() throws IOException {
    assertProblem(http.exchange("GET", "/nothing"), 404, "no-such-path", "path=/nothing");
    assertProblem(http.exchange("POST", "/engine"), 405, "method-not-allowed", "path=/engine");
    assertNull(http.exchange("GET", "/nothing").header("ETag"));
  }
}
