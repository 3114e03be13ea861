package dev.slotstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Talks to one node over HTTP. */
final class NodeClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http;
  private final String base;
  private final ObjectMapper json = new ObjectMapper();

  NodeClient(HttpClient http, int port) {
    this.http = http;
    this.base = "http://127.0.0.1:" + port;
  }

  String base() {
    return base;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
  }

  private static String keyPath(String key) {
    // A form's encoding, but for the blank: in a path a plus is a plus.
    return "/kv/" + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Puts a text; the answer's status must be 201 or 204. */
  CompletableFuture<Void> put(String key, String text) {
    HttpRequest put =
        request(keyPath(key))
            .header("Content-Type", "text/plain;charset=UTF-8")
            .PUT(BodyPublishers.ofString(text))
            .build();
    return http.sendAsync(put, BodyHandlers.ofString())
        .thenAccept(
            answer -> {
              if (answer.statusCode() != 201 && answer.statusCode() != 204) {
                throw new IllegalStateException(
                    "PUT failed, key=%s status=%d answer=%s"
                        .formatted(key, answer.statusCode(), answer.body()));
              }
            });
  }

  /** The text under a key, or the status when it is not 200. */
  String get(String key) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(request(keyPath(key)).build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    return answer.statusCode() == 200 ? answer.body() : "status " + answer.statusCode();
  }

  /** A JSON answer. */
  JsonNode json(String path) throws IOException, InterruptedException {
    return json.readTree(http.send(request(path).build(), BodyHandlers.ofString()).body());
  }

  /** True once the node says that it is ready. */
  boolean ready() throws InterruptedException {
    try {
      return http.send(request("/q/health/ready").build(), BodyHandlers.discarding()).statusCode()
          == 200;
    } catch (IOException e) {
      return false; // not listening yet
    }
  }

  /** Keys that the node holds, over all shards. */
  long keys() throws IOException, InterruptedException {
    long keys = 0;
    for (JsonNode shard : json("/engine").path("shards")) {
      keys += shard.path("slotsUsed").asLong();
    }
    return keys;
  }
}
