package dev.slotstream.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A node that answers as a test wants it. */
final class FakeNode implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Values that were put, by the raw path and query behind {@code /kv/}. */
  final Map<String, String> puts = new ConcurrentHashMap<>();

  /** What a put is answered with; 201 for a path that is not there. */
  final Map<String, Integer> statuses = new ConcurrentHashMap<>();

  /** The body of {@code /dump}. */
  volatile String dump = "";

  /** The body of {@code /engine}. */
  volatile String engine = "{\"shards\":[]}";

  FakeNode() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/kv/", this::put);
    server.createContext("/dump", exchange -> answer(exchange, 200, dump));
    server.createContext("/engine", exchange -> answer(exchange, 200, engine));
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private void put(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString().substring("/kv/".length());
    String value = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    int status = statuses.getOrDefault(path, 201);
    if (status == 503) {
      statuses.put(path, 204);
      exchange.getResponseHeaders().add("Retry-After", "1");
    } else if (status < 300) {
      puts.put(path, value);
    }
    answer(exchange, status, status < 300 ? "" : "{\"detail\":\"because of " + status + "\"}");
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
