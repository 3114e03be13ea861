package dev.slotstream.rest;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kv.KeyValueStore;
import dev.slotstream.kv.PutOptions;
import dev.slotstream.kv.WriteAnswer;
import dev.slotstream.kv.WriteOptions;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@QuarkusTest
class DumpQuarkusTest {
  private static final PutOptions CSV =
      new PutOptions(Optional.of("text/csv"), Optional.empty(), WriteOptions.NONE);

  @Inject KeyValueStore store;

  @TestHTTPResource("/dump")
  URI dump;

  private void fill(String prefix, int keys, String value) {
    List<CompletableFuture<WriteAnswer>> answers = new ArrayList<>();
    for (int k = 0; k < keys; k++) {
      CompletableFuture<WriteAnswer> answer = new CompletableFuture<>();
      store.put(bytes(prefix + k), bytes(value), CSV, answer::complete);
      answers.add(answer);
    }
    answers.forEach(answer -> assertInstanceOf(WriteAnswer.Stored.class, answer.join()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void hasEveryEntryAndAnEnd() {
    int count = 3_000;
    String value = "v".repeat(100);
    fill("dump/", count, value);
    given().body(new byte[] {0, (byte) 0xFF}).put("/kv/ff00dd?encoding=hex").then().statusCode(201);
    given().body("brief").put("/kv/dump/brief?ttl=1h").then().statusCode(201);
    List<String> lines =
        RestAssured.get("/dump").then().statusCode(200).extract().asString().lines().toList();
    Set<String> keys = new HashSet<>();
    for (String line : lines.subList(0, lines.size() - 1)) {
      JsonObject entry = new JsonObject(line);
      assertTrue(keys.add(entry.getString("key", entry.getString("key64"))), line);
      if (entry.getString("key", "").matches("dump/[0-9]+")) {
        assertEquals(value, entry.getString("value"));
        assertEquals("text/csv", entry.getString("type"));
        assertFalse(entry.containsKey("expires"));
      }
    }
    for (int k = 0; k < count; k++) {
      assertTrue(keys.contains("dump/" + k));
    }
    assertTrue(lines.contains("{\"key64\":\"/wDd\",\"value64\":\"AP8=\"}"), "bytes");
    String brief = lines.stream().filter(line -> line.contains("brief")).findFirst().orElseThrow();
    assertTrue(new JsonObject(brief).containsKey("expires"), brief);
    JsonObject end = new JsonObject(lines.getLast());
    assertEquals(lines.size() - 1, end.getInteger("entries"));
    assertEquals(0, end.getInteger("damaged"));
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    when()
        .get("/dump?prefix=a")
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("type", is("urn:slotstream:problem:unknown-parameter"));
    when().delete("/dump").then().statusCode(405).header("Allow", "GET");
  }

  /** A client that asks and does not read: the dump is longer than all buffers on its way. */
  private Socket idleReader() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), dump.getPort()));
    socket.getOutputStream().write(bytes("GET /dump HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    assertEquals('H', socket.getInputStream().read(), "it has begun");
    return socket;
  }

  @Test
  void clientsThatDoNotReadHoldTheirPlacesAndNothingElse() throws IOException {
    fill("big/", 15_000, "w".repeat(1_000));
    try (Socket one = idleReader();
        Socket other = idleReader()) {
      Response third = RestAssured.get("/dump");
      assertEquals(503, third.statusCode());
      assertEquals("1", third.header("Retry-After"));
      assertTrue(third.jsonPath().getString("detail").contains("limit=2"), third.asString());
      when().get("/kv/big/7").then().statusCode(200);
      assertFalse(one.isClosed() || other.isClosed());
    }
    Awaitility.await().until(() -> RestAssured.get("/dump").statusCode() == 200);
  }

  /** The connection fills up and drains again and again: no slot is read twice, or by two. */
  @Test
  void aDumpThatWaitsForItsClientManyTimesIsComplete() throws IOException, InterruptedException {
    int count = 15_000;
    fill("long/", count, "x".repeat(1_000));
    HttpRequest request = HttpRequest.newBuilder(dump).build();
    List<String> lines = new ArrayList<>();
    try (HttpClient http = HttpClient.newHttpClient();
        BufferedReader body =
            new BufferedReader(
                new InputStreamReader(
                    http.send(request, BodyHandlers.ofInputStream()).body(),
                    StandardCharsets.UTF_8))) {
      body.lines().forEach(lines::add);
    }
    Set<String> keys = new HashSet<>();
    for (String line : lines.subList(0, lines.size() - 1)) {
      JsonObject entry = new JsonObject(line);
      assertTrue(keys.add(entry.getString("key", entry.getString("key64"))), line);
    }
    for (int k = 0; k < count; k++) {
      assertTrue(keys.contains("long/" + k), "missing: long/" + k);
    }
    assertEquals(
        new JsonObject().put("entries", keys.size()).put("damaged", 0),
        new JsonObject(lines.getLast()));
  }
}
