package dev.slotstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Talks to one node over HTTP. Any thread. */
final class NodeClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final int OK = 200;

  private final HttpClient http;
  private final String base;

  private NodeClient(HttpClient http, String base) {
    this.http = http;
    this.base = base;
  }

  /** A client with connections of its own. */
  static NodeClient at(URI url) {
    if (url.getHost() == null || !url.getScheme().matches("https?")) {
      throw new CommandException(
          "not the address of a node, url=%s expected=like http://localhost:8080".formatted(url));
    }
    String text = url.toString();
    return new NodeClient(
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build(),
        text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
  }

  /** A client of a node on this machine. */
  static NodeClient local(int port) {
    return at(URI.create("http://127.0.0.1:" + port));
  }

  String base() {
    return base;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
  }

  private static String path(String key) {
    // Every byte as it is in UTF-8: nothing in a key is special then, also not ".." or "+".
    return "/kv/" + path(key.getBytes(StandardCharsets.UTF_8));
  }

  private static String path(byte[] key) {
    return HexFormat.of().withPrefix("%").withUpperCase().formatHex(key);
  }

  /**
   * Puts a value.
   *
   * @param type its media type; null for none
   * @param ttl how long it lives; empty for ever
   * @return the answer, whatever its status
   */
  CompletableFuture<HttpResponse<String>> put(
      byte[] key, byte[] value, String type, Optional<Duration> ttl) {
    String query = ttl.map(lives -> "?ttl=" + lives.toSeconds() + "s").orElse("");
    HttpRequest.Builder put =
        request("/kv/" + path(key) + query).PUT(BodyPublishers.ofByteArray(value));
    if (type != null) {
      put.header("Content-Type", type);
    }
    return http.sendAsync(put.build(), BodyHandlers.ofString());
  }

  /** Puts a text; the answer's status must be 201 or 204. */
  CompletableFuture<Void> put(String key, String text) {
    return put(
            key.getBytes(StandardCharsets.UTF_8),
            text.getBytes(StandardCharsets.UTF_8),
            "text/plain;charset=UTF-8",
            Optional.empty())
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
        http.send(request(path(key)).build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    return answer.statusCode() == OK ? answer.body() : "status " + answer.statusCode();
  }

  /** Deletes a key, whatever the answer. */
  void delete(String key) throws IOException, InterruptedException {
    http.send(request(path(key)).DELETE().build(), BodyHandlers.discarding());
  }

  /**
   * A JSON answer.
   *
   * @throws CommandException when the node cannot be reached, or answers something else
   */
  JsonNode json(String path) throws InterruptedException {
    try (InputStream body = stream(path)) {
      return Json.MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      throw new CommandException(
          "node's answer is no JSON, url=%s%s: %s".formatted(base, path, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw unreachable(path, e);
    }
  }

  /**
   * The body of an answer as it arrives, however long it takes; to be closed.
   *
   * @throws CommandException when the node cannot be reached, or refuses
   */
  InputStream stream(String path) throws InterruptedException {
    HttpRequest get = HttpRequest.newBuilder(URI.create(base + path)).build();
    try {
      HttpResponse<InputStream> answer = http.send(get, BodyHandlers.ofInputStream());
      if (answer.statusCode() == OK) {
        return answer.body();
      }
      try (InputStream body = answer.body()) {
        String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
        throw new CommandException(
            "node refused, url=%s%s status=%d: %s"
                .formatted(base, path, answer.statusCode(), detail(text)));
      }
    } catch (IOException e) {
      throw unreachable(path, e);
    }
  }

  /** What a problem says in detail; the whole text when it is none. */
  static String detail(String body) {
    try {
      JsonNode detail = Json.MAPPER.readTree(body).path("detail");
      return detail.isTextual() ? detail.textValue() : body;
    } catch (JsonProcessingException e) {
      return body;
    }
  }

  /** A failure to talk to the node, told in a sentence. */
  CommandException unreachable(String path, Throwable cause) {
    String why =
        cause instanceof ConnectException && cause.getMessage() == null
            ? "connection refused"
            : CommandErrors.sentence(cause);
    return new CommandException(
        "node cannot be reached, url=%s%s: %s".formatted(base, path, why), cause);
  }

  /** True once the node says that it is ready. */
  boolean ready() throws InterruptedException {
    try {
      return http.send(request("/q/health/ready").build(), BodyHandlers.discarding()).statusCode()
          == OK;
    } catch (IOException e) {
      return false; // not listening yet
    }
  }

  /** Keys that the node holds, over all shards. */
  long keys() throws InterruptedException {
    long keys = 0;
    for (JsonNode shard : json("/engine").path("shards")) {
      keys += shard.path("slotsUsed").asLong();
    }
    return keys;
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
