package dev.slotstream.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class OpenApiQuarkusTest {
  private static final Map<String, Set<String>> STATUSES =
      Map.of(
          "get", Set.of("200", "304", "400", "404", "409", "412", "414", "500", "503"),
          "head", Set.of("200", "304", "400", "404", "409", "412", "414", "500", "503"),
          "put",
              Set.of(
                  "201", "204", "307", "400", "408", "411", "412", "413", "414", "415", "500",
                  "503", "504", "507"),
          "delete", Set.of("204", "307", "400", "404", "412", "414", "500", "503", "504", "507"),
          "options", Set.of("204", "405"));

  private JsonObject api;

  @BeforeEach
  void read() {
    api = new JsonObject(RestAssured.get("/q/openapi?format=json").asString());
  }

  @Test
  void hasAllPaths() {
    assertEquals(
        Set.of("/kv/{key}", "/dump", "/engine", "/replication", "/backup"),
        api.getJsonObject("paths").fieldNames());
  }

  @Test
  void aKeyHasAllItsMethodsAndStatuses() {
    JsonObject key = api.getJsonObject("paths").getJsonObject("/kv/{key}");
    STATUSES.forEach(
        (method, statuses) ->
            assertEquals(
                new TreeSet<>(statuses),
                new TreeSet<>(key.getJsonObject(method).getJsonObject("responses").fieldNames()),
                method));
  }

  @Test
  void answersHaveTheirHeaders() {
    assertEquals(
        Set.of("ETag", "Slotstream-Position", "Slotstream-Expires"), headers("put", "201"));
    assertEquals(
        Set.of("ETag", "Slotstream-Position", "Slotstream-Expires"), headers("put", "204"));
    assertEquals(Set.of("Slotstream-Position"), headers("delete", "204"));
    assertTrue(headers("get", "200").containsAll(Set.of("ETag", "Slotstream-Expires")));
    assertEquals(Set.of("ETag"), headers("get", "304"));
    assertEquals(
        Set.of("ETag", "Slotstream-Position", "Slotstream-Expires"), headers("put", "504"));
    assertEquals(Set.of("Slotstream-Position"), headers("delete", "504"));
    assertEquals(Set.of("Retry-After"), headers("get", "503"));
    assertEquals(
        Set.of("Retry-After", "ETag", "Slotstream-Position", "Slotstream-Expires"),
        headers("put", "503"));
    assertEquals(Set.of("Retry-After", "Slotstream-Position"), headers("delete", "503"));
    assertEquals(Set.of("Location"), headers("put", "307"));
    assertEquals(Set.of("Allow"), headers("options", "204"));
  }

  @Test
  void methodsHaveTheirParameters() {
    Set<String> reads = Set.of("position", "Slotstream-Position", "If-Match", "If-None-Match");
    assertEquals(reads, parameters("get"));
    assertEquals(reads, parameters("head"));
    assertEquals(
        Set.of("ttl", "acks", "durability", "If-Match", "If-None-Match"), parameters("put"));
    assertEquals(Set.of("acks", "durability", "If-Match", "If-None-Match"), parameters("delete"));
  }

  private Set<String> parameters(String method) {
    return api
        .getJsonObject("paths")
        .getJsonObject("/kv/{key}")
        .getJsonObject(method)
        .getJsonArray("parameters")
        .stream()
        .map(parameter -> resolved((JsonObject) parameter).getString("name"))
        .collect(Collectors.toSet());
  }

  private Set<String> headers(String method, String status) {
    JsonObject response =
        api.getJsonObject("paths")
            .getJsonObject("/kv/{key}")
            .getJsonObject(method)
            .getJsonObject("responses")
            .getJsonObject(status);
    return resolved(response).getJsonObject("headers").fieldNames();
  }

  private JsonObject resolved(JsonObject node) {
    String reference = node.getString("$ref");
    if (reference == null) {
      return node;
    }
    JsonObject at = api;
    for (String step : reference.substring("#/".length()).split("/", -1)) {
      at = at.getJsonObject(step);
    }
    return at;
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    String text = api.encode();
    for (int at = text.indexOf("\"$ref\""); at >= 0; at = text.indexOf("\"$ref\"", at + 1)) {
      int from = text.indexOf("#/", at);
      String reference = text.substring(from, text.indexOf('"', from));
      assertTrue(
          resolved(new JsonObject().put("$ref", reference)) != null, "dangling " + reference);
    }
  }

  @Test
  void statusPagesHaveTheirSchemas() {
    Set<String> schemas = api.getJsonObject("components").getJsonObject("schemas").fieldNames();
    assertTrue(
        schemas.containsAll(
            Set.of(
                "Problem",
                "EngineStatus",
                "ShardStatus",
                "ReplicationStatus",
                "FollowerStatus",
                "LinkStatus")),
        schemas.toString());
    assertTrue(
        properties("FollowerStatus")
            .containsAll(Set.of("lagBytes", "durableSequence", "lastAckAgeSeconds", "connected")));
    assertTrue(
        properties("LinkStatus").containsAll(Set.of("lagRecords", "lagBytes", "lagSeconds")));
  }

  private Set<String> properties(String schema) {
    return resolved(new JsonObject().put("$ref", "#/components/schemas/" + schema))
        .getJsonObject("properties")
        .fieldNames();
  }
}
