package dev.slotstream.rest;

import static dev.slotstream.rest.KeyQuarkusTest.assertProblem;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(RejectingFollowerQuarkusTest.Rejecting.class)
class RejectingFollowerQuarkusTest {
  @TestHTTPResource("/")
  URI server;

  /** Knows where writes would be taken, and is not to say so. */
  public static final class Rejecting implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "slotstream.role", "follower",
          "slotstream.leader", "127.0.0.1:1",
          "slotstream.follower.writes", "reject",
          "slotstream.follower.leader-url", "http://leader:8080");
    }
  }

  @Test
  void refusesWritersAndNamesTheLeader() throws IOException {
    try (RawHttp http = new RawHttp(server.getPort())) {
      assertProblem(
          http.exchange("PUT", "/kv/a", new byte[] {1}),
          503,
          "not-leader",
          "this node is a follower, leader=127.0.0.1:1");
      assertProblem(
          http.exchange("DELETE", "/kv/a"),
          503,
          "not-leader",
          "this node is a follower, leader=127.0.0.1:1");
    }
  }
}
