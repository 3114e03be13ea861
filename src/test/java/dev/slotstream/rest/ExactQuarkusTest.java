package dev.slotstream.rest;

import static dev.slotstream.rest.KeyQuarkusTest.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.rest.RawHttp.Answer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A store of keys and values of one length, that acknowledges before the disk, elsewhere. */
@QuarkusTest
@TestProfile(ExactQuarkusTest.Exact.class)
class ExactQuarkusTest {
  @TestHTTPResource("/")
  URI server;

  /** Keys of 4 bytes, values of 8, and all paths below /app. */
  public static final class Exact implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "slotstream.store.codec", "exact",
          "slotstream.store.max-key-bytes", "4",
          "slotstream.store.max-value-bytes", "8",
          "slotstream.durability", "interval",
          "quarkus.http.root-path", "/app");
    }
  }

  @Test
  void storesKeysAndValuesOfItsLengthsOnly() throws IOException {
    try (RawHttp http = new RawHttp(server.getPort())) {
      assertEquals(201, http.exchange("PUT", "/app/kv/a%00/.", new byte[8]).status());
      Answer get = http.exchange("GET", "/app/kv/61002f2e?encoding=hex");
      assertEquals(8, get.body().length);
      assertEquals("application/octet-stream", get.header("Content-Type"));
      assertProblem(
          http.exchange("PUT", "/app/kv/abcd", new byte[7]),
          400,
          "wrong-value-length",
          "value has the wrong length, length=7 expected=8");
      assertProblem(
          http.exchange("PUT", "/app/kv/abcd", new byte[9]),
          400,
          "wrong-value-length",
          "value has the wrong length, length=9 expected=8");
      assertProblem(
          http.exchange("GET", "/app/kv/abc"),
          400,
          "bad-key",
          "key has the wrong length, length=3 expected=4");
      assertProblem(
          http.exchange("PUT", "/app/kv/abcd?ttl=1s", new byte[8]),
          400,
          "bad-ttl",
          "store keeps no time to live, codec=exact");
      assertEquals(404, http.exchange("GET", "/app/kv/abcd").status());
    }
  }

  @Test
  void aWriteCanDemandTheDisk() throws IOException {
    try (RawHttp http = new RawHttp(server.getPort())) {
      Answer put = http.exchange("PUT", "/app/kv/disk?durability=fsync", new byte[8]);
      assertEquals(201, put.status());
      assertEquals("8", http.exchange("HEAD", "/app/kv/disk").header("Content-Length"));
      String[] position = put.header("Slotstream-Position").split(":", -1);
      JsonObject shard =
          new JsonObject(http.exchange("GET", "/app/engine").text())
              .getJsonArray("shards")
              .getJsonObject(Integer.parseInt(position[0]));
      assertTrue(shard.getLong("durableSequence") >= Long.parseLong(position[2]), shard.encode());
      assertEquals(204, http.exchange("DELETE", "/app/kv/disk?durability=fsync").status());
    }
  }

  @Test
  void servesNoKeysOutsideOfItsRoot() throws IOException {
    try (RawHttp http = new RawHttp(server.getPort())) {
      assertEquals(404, http.exchange("PUT", "/kv/abcd", new byte[8]).status());
    }
  }
}
