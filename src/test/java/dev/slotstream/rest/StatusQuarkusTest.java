package dev.slotstream.rest;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class StatusQuarkusTest {
  @Test
  void engineTellsShapeRecoveryAndShards() {
    given().body("x").when().put("/kv/status").then().statusCode(equalTo(201));
    when()
        .get("/engine")
        .then()
        .statusCode(200)
        .contentType("application/json")
        .body("storeId", matchesPattern("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"))
        .body("epoch", is(1))
        .body("durability", is("fsync"))
        .body("shape.codec", is("framed"))
        .body("shape.maxKeyBytes", is(64))
        .body("shape.maxValueBytes", is(1024))
        .body("recovery.created", is(true))
        .body("recovery.damagedSlots", is(0))
        .body("shards.writable", everyItem(is(true)))
        .body("shards.slotsUsed.sum()", greaterThan(0))
        .body("shards.committedSequence.sum()", greaterThan(0));
  }

  @Test
  void replicationTellsRoleFollowersAndLinks() {
    when()
        .get("/replication")
        .then()
        .statusCode(200)
        .contentType("application/json")
        .body("role", is("leader"))
        .body("storeId", matchesPattern("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"))
        .body("epoch", is(1))
        .body("leader", nullValue())
        .body("followers", is(empty()))
        .body("links", hasSize(0))
        .body("$", notNullValue());
  }
}
