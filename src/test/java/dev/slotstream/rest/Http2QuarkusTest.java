package dev.slotstream.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

@QuarkusTest
class Http2QuarkusTest {
  @TestHTTPResource("/")
  URI server;

  /** HTTP/2 needs no length: the stream's end is the value's. */
  @Test
  void valuesRoundTripWithAndWithoutALength() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertEquals(404, send(http, "GET", BodyPublishers.noBody()).statusCode());
      assertEquals(201, send(http, "PUT", BodyPublishers.ofString("one")).statusCode());
      assertEquals("one", send(http, "GET", BodyPublishers.noBody()).body());
      BodyPublisher unknownLength =
          BodyPublishers.ofInputStream(() -> new ByteArrayInputStream("two".getBytes(UTF_8)));
      assertEquals(204, send(http, "PUT", unknownLength).statusCode());
      assertEquals("two", send(http, "GET", BodyPublishers.noBody()).body());
      assertEquals(204, send(http, "DELETE", BodyPublishers.noBody()).statusCode());
    }
  }

  @Test
  void aRefusedValueEndsItsStreamAndNotTheConnection() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertEquals(404, send(http, "DELETE", BodyPublishers.noBody()).statusCode());
      HttpResponse<String> refused =
          send(http, "PUT", BodyPublishers.ofByteArray(new byte[60_000]));
      assertEquals(413, refused.statusCode());
      assertTrue(refused.body().contains("length=60000 limit=1024"), refused.body());
      assertEquals(404, send(http, "GET", BodyPublishers.noBody()).statusCode());
    }
  }

  private HttpResponse<String> send(HttpClient http, String method, BodyPublisher body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(server.resolve("/kv/http2")).method(method, body).build(),
            BodyHandlers.ofString());
    assertEquals(HttpClient.Version.HTTP_2, answer.version());
    return answer;
  }
}
