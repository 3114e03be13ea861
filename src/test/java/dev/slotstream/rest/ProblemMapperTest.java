package dev.slotstream.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kv.EntityTag;
import dev.slotstream.kv.KvError;
import dev.slotstream.kv.Position;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProblemMapperTest {
  private static final Position POSITION = new Position(0, 1, 17);
  private static final String TARGET = "/kv/a%2Fb?ttl=1s";

  static Stream<Arguments> ofTheStore() {
    return Stream.of(
        Arguments.of(new KvError.BadKey("x"), 400, "bad-key"),
        Arguments.of(new KvError.BadTtl("x"), 400, "bad-ttl"),
        Arguments.of(new KvError.WrongValueLength(8, 7), 400, "wrong-value-length"),
        Arguments.of(new KvError.NotFound(), 404, "not-found"),
        Arguments.of(
            new KvError.PreconditionFailed(Optional.of(new EntityTag(1, 2))),
            412,
            "precondition-failed"),
        Arguments.of(new KvError.ValueTooLarge(8, 9), 413, "value-too-large"),
        Arguments.of(new KvError.KeyTooLong(8, 9), 414, "key-too-long"),
        Arguments.of(new KvError.NotLeader("l:1", Optional.empty()), 503, "not-leader"),
        Arguments.of(new KvError.PositionLost(POSITION, 2, 3), 409, "position-lost"),
        Arguments.of(new KvError.NotCaughtUp("x"), 503, "not-caught-up"),
        Arguments.of(new KvError.NotEnoughFollowers(1, 2, 3), 503, "not-enough-followers"),
        Arguments.of(
            new KvError.ReplicationTimeout(POSITION, 1, 2, 1, Duration.ofSeconds(5)),
            504,
            "replication-timeout"),
        Arguments.of(new KvError.NotAwaited(POSITION, 1, 2), 503, "shutting-down"),
        Arguments.of(new KvError.Overloaded("x"), 503, "overloaded"),
        Arguments.of(new KvError.ShuttingDown(), 503, "shutting-down"),
        Arguments.of(new KvError.WritesStopped("x"), 503, "writes-stopped"),
        Arguments.of(new KvError.DiskFull("x"), 507, "disk-full"),
        Arguments.of(new KvError.Damaged("x"), 500, "damaged"),
        Arguments.of(new KvError.Internal("x"), 500, "internal"));
  }

  @ParameterizedTest
  @MethodSource("ofTheStore")
  void errorsOfTheStoreHaveTheirStatusAndType(KvError error, int status, String name) {
    Problem problem = ProblemMapper.of(error, TARGET);
    assertEquals(status, problem.status());
    assertEquals(name, problem.name());
    assertEquals(error.detail(), problem.detail());
    JsonObject json = new JsonObject(problem.json());
    assertEquals("urn:slotstream:problem:" + name, json.getString("type"));
    assertEquals(status, json.getInteger("status"));
    assertTrue(json.getString("title").length() > 5);
  }

  static Stream<Arguments> ofTheRequest() {
    return Stream.of(
        Arguments.of(new RequestError.MethodNotAllowed("POST"), 405, "method-not-allowed"),
        Arguments.of(new RequestError.LengthRequired(), 411, "length-required"),
        Arguments.of(new RequestError.UnknownParameter("a", List.of()), 400, "unknown-parameter"),
        Arguments.of(new RequestError.BadParameter("x"), 400, "bad-parameter"),
        Arguments.of(new RequestError.BadPrecondition("If-Match", "x"), 400, "bad-precondition"),
        Arguments.of(new RequestError.UnsupportedCoding("gzip"), 415, "unsupported-coding"),
        Arguments.of(new RequestError.BodyTooSlow(30), 408, "request-timeout"),
        Arguments.of(new RequestError.PartialPut(), 400, "partial-put"));
  }

  @ParameterizedTest
  @MethodSource("ofTheRequest")
  void errorsOfTheRequestHaveTheirStatusAndType(RequestError error, int status, String name) {
    Problem problem = ProblemMapper.of(error);
    assertEquals(status, problem.status());
    assertEquals(name, problem.name());
    assertEquals(error.detail(), problem.detail());
  }

  @Test
  void limitsAreNamed() {
    assertEquals("key is too long, length=65 limit=64", new KvError.KeyTooLong(64, 65).detail());
    assertEquals("value is too large, length=9 limit=8", new KvError.ValueTooLarge(8, 9).detail());
    assertEquals(
        "precondition does not hold, current=\"1.2\"",
        new KvError.PreconditionFailed(Optional.of(new EntityTag(1, 2))).detail());
    assertEquals(
        "precondition does not hold, current=none",
        new KvError.PreconditionFailed(Optional.empty()).detail());
  }

  @Test
  void whatMayWorkSoonIsToBeTriedAgain() {
    for (KvError error :
        List.of(
            new KvError.Overloaded("x"),
            new KvError.ShuttingDown(),
            new KvError.NotCaughtUp("x"),
            new KvError.NotEnoughFollowers(0, 1, 2))) {
      assertEquals(Map.of("Retry-After", "1"), ProblemMapper.of(error, TARGET).headers());
    }
  }

  /** Whoever repeats it on its own writes a second time. */
  @Test
  void aWriteThatStandsIsNotToBeTriedAgain() {
    for (KvError error :
        List.of(
            new KvError.ReplicationTimeout(POSITION, 1, 2, 1, Duration.ofSeconds(5)),
            new KvError.NotAwaited(POSITION, 1, 2))) {
      assertEquals(Map.of(), ProblemMapper.of(error, TARGET).headers());
    }
  }

  @Test
  void aMethodThatIsNotAllowedIsToldWhichAre() {
    assertEquals(
        Map.of("Allow", "GET, HEAD, PUT, DELETE, OPTIONS"),
        ProblemMapper.of(new RequestError.MethodNotAllowed("POST")).headers());
  }

  @Test
  void aWriterIsSentToTheLeaderWithItsTargetAsItIs() {
    for (String url : List.of("http://leader:8080", "http://leader:8080/")) {
      Problem problem =
          ProblemMapper.of(
              new KvError.NotLeader("leader:7400", Optional.of(URI.create(url))), TARGET);
      assertEquals(307, problem.status());
      assertEquals("http://leader:8080/kv/a%2Fb?ttl=1s", problem.headers().get("Location"));
    }
  }
}
