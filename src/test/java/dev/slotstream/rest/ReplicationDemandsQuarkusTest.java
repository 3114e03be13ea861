package dev.slotstream.rest;

import static dev.slotstream.rest.KeyQuarkusTest.assertProblem;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.FakeFollowers;
import dev.slotstream.kv.KeyValueStore;
import dev.slotstream.kv.Position;
import dev.slotstream.replication.FollowerPositions;
import dev.slotstream.rest.RawHttp.Answer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Write concern and position reads over HTTP, with followers that are moved by hand. */
@QuarkusTest
@TestProfile(ReplicationDemandsQuarkusTest.WithFollowers.class)
class ReplicationDemandsQuarkusTest {
  private static final byte[] VALUE = "value".getBytes(UTF_8);
  private static final int READERS = 200;

  @TestHTTPResource("/")
  URI server;

  @Inject KeyValueStore store;
  @Inject Followers source;

  private FakeFollowers followers;
  private RawHttp http;

  /** One follower must be in sync; waits are short. */
  public static final class WithFollowers implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "slotstream.replication.min-in-sync", "1",
          "slotstream.replication.ack-timeout", "500ms",
          "slotstream.replication.position-timeout", "2s");
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(Followers.class);
    }
  }

  /** In the place of what replication says. */
  @Alternative
  @Singleton
  public static final class Followers implements Supplier<FollowerPositions> {
    private final FakeFollowers followers = new FakeFollowers();

    @Override
    public FollowerPositions get() {
      return followers;
    }
  }

  @BeforeEach
  void connect() throws IOException {
    followers = source.followers;
    followers.putInSync(1);
    http = new RawHttp(server.getPort());
  }

  @AfterEach
  void disconnect() throws IOException {
    http.close();
  }

  private static Position position(Answer answer) {
    return Position.parseList(answer.header("Slotstream-Position")).getFirst();
  }

  private static Position after(Position position, long further) {
    return new Position(position.shard(), position.epoch(), position.sequence() + further);
  }

  @Test
  void aWriteIsAnsweredOnceAFollowerHasIt() throws IOException {
    Position before = position(http.exchange("PUT", "/kv/acks", VALUE));
    http.sendHead("PUT /kv/acks?acks=1 HTTP/1.1", "Host: test", "Content-Length: 0");
    await().until(() -> store.waitingForFollowers() == 1);
    followers.ack("a", before.shard(), before.sequence() + 1);
    Answer answer = http.read("PUT");
    assertEquals(204, answer.status());
    assertEquals(after(before, 1), position(answer));
  }

  @Test
  void aWriteThatTooFewHaveStandsAndSaysSo() throws IOException {
    Answer put = http.exchange("PUT", "/kv/timeout?acks=64&ttl=1h", VALUE);
    Position position = position(put);
    assertProblem(
        put,
        504,
        "replication-timeout",
        "write stands on this leader, but too few followers have it in time,"
            + " position=%s followers=0 asked=64 known=%d waited=500ms"
                .formatted(position, followers.known(position.shard())));
    assertNotNull(put.header("Slotstream-Expires"));
    assertNull(put.header("Retry-After"));
    Answer get = http.exchange("GET", "/kv/timeout");
    assertEquals("value", get.text());
    assertEquals(get.header("ETag"), put.header("ETag"));

    Answer delete = http.exchange("DELETE", "/kv/timeout?acks=64");
    assertEquals(504, delete.status());
    assertEquals(after(position, 1), position(delete));
    assertNull(delete.header("ETag"));
    assertEquals(404, http.exchange("GET", "/kv/timeout").status());
  }

  @Test
  void withTooFewInSyncNothingIsWritten() throws IOException {
    Position before = position(http.exchange("PUT", "/kv/in-sync", VALUE));
    followers.putInSync(0);
    for (Answer answer :
        List.of(
            http.exchange("PUT", "/kv/in-sync", VALUE), http.exchange("DELETE", "/kv/in-sync"))) {
      assertProblem(
          answer,
          503,
          "not-enough-followers",
          "too few followers are in sync and nothing was written, shard=%d inSync=0 demanded=1"
              .formatted(before.shard()));
      assertEquals("1", answer.header("Retry-After"));
      assertNull(answer.header("Slotstream-Position"));
    }
    followers.putInSync(1);
    assertEquals(after(before, 1), position(http.exchange("DELETE", "/kv/in-sync")));
  }

  @Test
  void aReaderSendsBackWhatItGot() throws IOException {
    Answer put = http.exchange("PUT", "/kv/position", VALUE);
    String position = put.header("Slotstream-Position");
    assertEquals("value", http.exchange("GET", "/kv/position?position=" + position).text());
    Answer get = http.exchange("GET", "/kv/position", null, "slotstream-position: " + position);
    assertEquals("value", get.text());
    assertEquals(200, http.exchange("HEAD", "/kv/position?position=" + position).status());
    int other = 1 - position(put).shard();
    assertEquals(
        200,
        http.exchange(
                "GET",
                "/kv/position?position=" + position + "," + other + ":1:1000000",
                null,
                "Slotstream-Position: 250:9:9",
                "Slotstream-Position: " + position)
            .status());
  }

  @Test
  void aReadOfWhatDoesNotComeIsToBeTriedAgain() throws IOException {
    Position now = position(http.exchange("PUT", "/kv/behind", VALUE));
    Answer answer = http.exchange("GET", "/kv/behind?position=" + after(now, 100));
    assertProblem(
        answer,
        503,
        "not-caught-up",
        "node has not come to this position, shard=%d committed=%d asked=%d"
            .formatted(now.shard(), now.sequence(), now.sequence() + 100));
    assertEquals("1", answer.header("Retry-After"));
  }

  @Test
  void aReadOfAnotherHistoryIsToldThatItsWriteIsLost() throws IOException {
    Position now = position(http.exchange("PUT", "/kv/lost", VALUE));
    Position other = new Position(now.shard(), 9, now.sequence());
    assertProblem(
        http.exchange("GET", "/kv/lost?position=" + other),
        409,
        "position-lost",
        "position is not in this node's history, position=%s epoch here=1 committed=%d"
            .formatted(other, now.sequence()));
  }

  @Test
  void manyReadsWaitForOneWriteAndNeedNoThreads() throws IOException {
    Position now = position(http.exchange("PUT", "/kv/waiting", VALUE));
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    List<RawHttp> readers = new ArrayList<>();
    try {
      for (int n = 0; n < READERS; n++) {
        RawHttp reader = new RawHttp(server.getPort());
        readers.add(reader);
        reader.sendHead("GET /kv/waiting?position=" + after(now, 1) + " HTTP/1.1", "Host: test");
      }
      await().until(() -> store.waitingForPositions() == READERS);
      assertTrue(ManagementFactory.getThreadMXBean().getThreadCount() <= threads + 5);
      http.exchange("PUT", "/kv/waiting", "new".getBytes(UTF_8));
      for (RawHttp reader : readers) {
        assertEquals("new", reader.read("GET").text());
      }
    } finally {
      for (RawHttp reader : readers) {
        reader.close();
      }
    }
  }

  /** A client that went away is not answered, and nobody minds. */
  @Test
  void whoeverGoesAwayWhileItWaitsIsForgottenInTime() throws IOException {
    Position now = position(http.exchange("PUT", "/kv/gone", VALUE));
    try (RawHttp reader = new RawHttp(server.getPort());
        RawHttp writer = new RawHttp(server.getPort())) {
      reader.sendHead("GET /kv/gone?position=" + after(now, 2) + " HTTP/1.1", "Host: test");
      writer.sendHead("PUT /kv/gone?acks=3 HTTP/1.1", "Host: test", "Content-Length: 0");
      await().until(() -> store.waitingForPositions() == 1 && store.waitingForFollowers() == 1);
    }
    await().until(() -> store.waitingForPositions() + store.waitingForFollowers() == 0);
    assertEquals(200, http.exchange("GET", "/kv/gone").status());
  }
}
