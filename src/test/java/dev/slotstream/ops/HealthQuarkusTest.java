package dev.slotstream.ops;

import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
class HealthQuarkusTest {
  private static final String LOOPS = "checks.find { it.name == 'loops' }.data.";
  private static final String SERVING = "checks.find { it.name == 'serving' }.data.";
  private static final String STORE = "checks.find { it.name == 'store' }.data.";

  @Test
  void aRunningLeaderIsLive() {
    when()
        .get("/q/health/live")
        .then()
        .statusCode(200)
        .body("checks.name", is(List.of("loops")))
        .body(LOOPS + "eventLoopSilentMillis", lessThan(3000))
        .body(LOOPS + "engineIdleMillis", greaterThanOrEqualTo(0));
  }

  @Test
  void aRunningLeaderIsReadyAndSaysWhatItIs() {
    when()
        .get("/q/health/ready")
        .then()
        .statusCode(200)
        .body("checks.name", hasItem("serving"))
        .body(SERVING + "role", is("leader"))
        .body(SERVING + "epoch", is(1))
        .body(SERVING + "'shard.0'", is("writable"));
  }

  @Test
  void aRunningLeaderHasStartedAndSaysWhatItFound() {
    when()
        .get("/q/health/started")
        .then()
        .statusCode(200)
        .body(STORE + "clean", is(true))
        .body(STORE + "damagedSlots", is(0));
  }
}
