package dev.slotstream.cli;

import dev.slotstream.backup.BackupDownload;
import dev.slotstream.backup.BackupDownload.Patience;
import dev.slotstream.backup.BackupException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Asks a node for everything that it has an answer to, often enough that the JVM profiles it all as
 * one. Code that was compiled for writes alone is given up at the first other answer, and writers
 * wait until it is compiled anew: the first backup of a busy leader's life would be noticed.
 *
 * <p>Writes and reads are most of it, as they are of a node's life: what is rare here is compiled
 * as rare.
 */
final class Rehearsal {
  private static final int ROUNDS = 1_500;

  /** A backup and a dump come once in so many rounds, so that they are all among the others. */
  private static final int ROUNDS_PER_STREAM = 100;

  private static final int ROUNDS_PER_LAST_WORDS = 10;

  private static final int KEYS_PER_ROUND = 8;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Said by clients of several kinds, each in its own way. */
  private static final List<List<String>> HEADERS =
      List.of(
          List.of("Accept", "*/*"),
          List.of("accept-encoding", "gzip", "user-agent", "Go-http-client/1.1"),
          List.of("Content-Type", "text/plain;charset=UTF-8", "X-Request-Id", "4711"),
          List.of("Cache-Control", "no-cache", "Accept", "text/html, */*; q=.2"));

  private final URI node;
  private final Path directory;
  private int round;

  /** A rehearsal that keeps what it is sent in a directory. */
  Rehearsal(String base, Path directory) {
    this.node = URI.create(base);
    this.directory = directory;
  }

  void run() throws IOException {
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (round = 0; round < ROUNDS; round++) {
        answers(http, writes());
        answers(http, others());
        if (round % ROUNDS_PER_STREAM == ROUNDS_PER_STREAM / 2) {
          backup();
          answers(http, List.of(get("/dump"), get("/q/metrics"), get("/q/openapi")));
          lastWords("/backup");
        }
        if (round % ROUNDS_PER_LAST_WORDS == 0) {
          lastWords(key(0));
        }
      }
    }
  }

  /** All at once, over as many connections. */
  private static void answers(HttpClient http, List<HttpRequest> requests) throws IOException {
    List<CompletableFuture<HttpResponse<Void>>> all = new ArrayList<>();
    for (HttpRequest request : requests) {
      all.add(http.sendAsync(request, BodyHandlers.discarding()));
    }
    try {
      all.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      throw new IOException("node does not answer while it is recorded", e.getCause());
    }
  }

  /** Of new keys, and of keys that are there. */
  private List<HttpRequest> writes() {
    List<HttpRequest> requests = new ArrayList<>();
    for (int i = 0; i < KEYS_PER_ROUND; i++) {
      requests.add(put(key(i), text("value-" + round)));
      requests.add(put("/kv/same-" + i, text("value-" + round + "x".repeat(round % 64))));
    }
    return requests;
  }

  private List<HttpRequest> others() {
    List<HttpRequest> requests = new ArrayList<>();
    for (int i = 0; i < KEYS_PER_ROUND; i++) {
      requests.add(get(key(i)));
    }
    requests.addAll(conditional());
    requests.addAll(
        List.of(
            get("/kv/none"),
            to(key(3)).HEAD().build(),
            to(key(4)).DELETE().build(),
            to("/kv/none").DELETE().build(),
            to("/kv/same-1").POST(text("refused")).build(),
            get("/kv/"),
            get("/no/such/path"),
            get("/q/health/live"),
            get("/q/health/ready"),
            get("/engine"),
            get("/replication")));
    return requests;
  }

  private List<HttpRequest> conditional() {
    return List.of(
        to(key(0)).header("If-None-Match", "*").PUT(text("refused")).build(),
        to(key(1)).header("If-Match", "\"0\"").PUT(text("refused")).build(),
        to(key(2)).header("If-None-Match", "*").GET().build(),
        put(key(5) + "?ttl=60s", text("short-lived")),
        put(key(6), chunked("of unknown length")),
        put(key(7), text("y".repeat(16 << 10))));
  }

  private String key(int number) {
    return "/kv/key-" + round + "-" + number;
  }

  private HttpRequest get(String path) {
    return to(path).GET().build();
  }

  private HttpRequest put(String path, BodyPublisher body) {
    return to(path).PUT(body).build();
  }

  private HttpRequest.Builder to(String path) {
    List<String> headers = HEADERS.get(round % HEADERS.size());
    return HttpRequest.newBuilder(node.resolve(path))
        .timeout(TIMEOUT)
        .headers(headers.toArray(String[]::new));
  }

  private static BodyPublisher text(String text) {
    return BodyPublishers.ofString(text);
  }

  private static BodyPublisher chunked(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
  }

  /** Asked on a connection that the node is to close. The client of the others keeps its own. */
  private void lastWords(String path) throws IOException {
    try (Socket socket = new Socket(node.getHost(), node.getPort())) {
      socket.setSoTimeout((int) TIMEOUT.toMillis());
      String request =
          "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
              .formatted(path, node.getHost());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }
  }

  private void backup() throws IOException {
    Path file = directory.resolve("rehearsed.backup");
    try {
      BackupDownload download = new BackupDownload(node, file, Patience.USUAL, soFar -> {});
      download.run();
    } catch (BackupException e) {
      throw new IOException("backup failed while the node is recorded", e);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
