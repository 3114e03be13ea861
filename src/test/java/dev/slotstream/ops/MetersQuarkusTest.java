package dev.slotstream.ops;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@QuarkusTest
class MetersQuarkusTest {
  private static final String PREFIX = "slotstream.";

  @Inject MeterRegistry registry;

  @Test
  void everyMeterOfOursIsNamedInOnePlace() throws IllegalAccessException {
    Set<String> named = new TreeSet<>();
    for (Field field : Meters.class.getDeclaredFields()) {
      if (Modifier.isPublic(field.getModifiers())) {
        named.add((String) field.get(null));
      }
    }
    Set<String> shown =
        registry.getMeters().stream()
            .map(meter -> meter.getId().getName())
            .filter(name -> name.startsWith(PREFIX))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(named.containsAll(shown), shown + " " + named);
    assertTrue(
        shown.containsAll(
            Set.of(
                Meters.KV_OPERATIONS,
                Meters.SLOTS_USED,
                Meters.SLOTS_CAPACITY,
                Meters.SLOTS_DAMAGED,
                Meters.WRITABLE,
                Meters.STORE_BYTES,
                Meters.LOG_SEQUENCE,
                Meters.LOG_SYNCS,
                Meters.LOG_SYNC_SECONDS,
                Meters.LOG_SYNC_RECORDS,
                Meters.LEADER,
                Meters.EPOCH,
                Meters.FOLLOWERS)),
        shown.toString());
  }

  @Test
  void operationsAreTimedByOutcome() {
    double before = timed("put", "ok");
    given().body("v").put("/kv/metered").then().statusCode(201);
    given().get("/kv/metered-not").then().statusCode(404);
    assertEquals(before + 1, timed("put", "ok"));
    assertTrue(timed("get", "not-found") >= 1);
  }

  private double timed(String op, String outcome) {
    var timer =
        registry.find(Meters.KV_OPERATIONS).tag(Meters.OP, op).tag(Meters.OUTCOME, outcome).timer();
    return timer == null ? 0 : timer.count();
  }

  @Test
  void aWriteShowsInTheFiguresOfItsShard() {
    given().body("v").put("/kv/figures").then().statusCode(201);
    assertTrue(sum(Meters.SLOTS_USED) >= 1);
    assertTrue(sum(Meters.SLOTS_CAPACITY) >= 1024);
    assertTrue(sum(Meters.WRITABLE) >= 1);
    assertTrue(sum(Meters.LOG_SYNC_RECORDS) >= 1);
    assertTrue(sum(Meters.LOG_SYNC_SECONDS) > 0);
    assertEquals(0, sum(Meters.SLOTS_DAMAGED));
    assertEquals(1, sum(Meters.LEADER));
    assertEquals(1, sum(Meters.EPOCH));
  }

  private double sum(String name) {
    double sum = 0;
    for (Meter meter : registry.find(name).meters()) {
      sum += meter.measure().iterator().next().getValue();
    }
    return sum;
  }

  @Test
  void noKeyIsEverATag() {
    given().body("v").put("/kv/secret-key-name").then().statusCode(201);
    given().get("/kv/a/../secret-key-name").then();
    String metrics = RestAssured.get("/q/metrics").asString();
    assertTrue(metrics.contains("uri=\"/kv/{key}\""));
    assertTrue(metrics.contains("slotstream_kv_operations_seconds_count"));
    assertFalse(metrics.contains("secret-key-name"));
  }
}
