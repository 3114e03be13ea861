package dev.slotstream.rest;

import static dev.slotstream.rest.KeyQuarkusTest.assertProblem;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.rest.RawHttp.Answer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A follower whose leader is not there. */
@QuarkusTest
@TestProfile(FollowerQuarkusTest.Follower.class)
class FollowerQuarkusTest {
  private static final byte[] VALUE = "value".getBytes(UTF_8);

  @TestHTTPResource("/")
  URI server;

  /** Follows nobody, and knows where writes would be taken. */
  public static final class Follower implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "slotstream.role", "follower",
          "slotstream.leader", "127.0.0.1:1",
          "slotstream.follower.leader-url", "http://leader:8080");
    }
  }

  @Test
  void sendsWritersToTheLeader() throws IOException {
    try (RawHttp http = new RawHttp(server.getPort())) {
      Answer put = http.exchange("PUT", "/kv/a%2F..//?ttl=60s", VALUE);
      assertProblem(
          put,
          307,
          "not-leader",
          "this node is a follower, leader=127.0.0.1:1 url=http://leader:8080");
      assertEquals("http://leader:8080/kv/a%2F..//?ttl=60s", put.header("Location"));
      Answer delete = http.exchange("DELETE", "/kv/b");
      assertEquals(307, delete.status());
      assertEquals("http://leader:8080/kv/b", delete.header("Location"));
      assertEquals(404, http.exchange("GET", "/kv/a%2F..//").status());
    }
  }

  /** Whatever a writer asks of followers, it is the leader that is asked. */
  @Test
  void sendsWritersWithTheirDemandsToTheLeader() throws IOException {
    try (RawHttp http = new RawHttp(server.getPort())) {
      Answer put = http.exchange("PUT", "/kv/a?acks=1", VALUE);
      assertEquals(307, put.status());
      assertEquals("http://leader:8080/kv/a?acks=1", put.header("Location"));
    }
  }

  @Test
  void sendsWritersAwayBeforeTheyHaveSentTheValue() throws IOException {
    try (RawHttp http = new RawHttp(server.getPort())) {
      http.sendHead(
          "PUT /kv/a HTTP/1.1", "Host: test", "Expect: 100-continue", "Content-Length: 5");
      assertEquals(307, http.read("PUT").status());
      assertTrue(http.isClosed());
    }
  }

  @Test
  void isLiveAndNotReadyUntilItHasCaughtUp() throws IOException {
    try (RawHttp http = new RawHttp(server.getPort())) {
      assertEquals(200, http.exchange("GET", "/q/health/live").status());
      assertEquals(200, http.exchange("GET", "/q/health/started").status());
      Answer ready = http.exchange("GET", "/q/health/ready");
      assertEquals(503, ready.status());
      assertTrue(ready.text().contains("not caught up yet, shard=0"), ready.text());
      Answer replication = http.exchange("GET", "/replication");
      assertTrue(replication.text().contains("\"role\":\"follower\""), replication.text());
      assertTrue(replication.text().contains("\"leader\":\"127.0.0.1:1\""), replication.text());
      for (String figure : List.of("lagRecords", "lagBytes", "lagSeconds")) {
        assertTrue(replication.text().contains('"' + figure + "\":"), replication.text());
      }
    }
  }
}
