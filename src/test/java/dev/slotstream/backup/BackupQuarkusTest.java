package dev.slotstream.backup;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.ByteArrayInputStream;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Backups over HTTP. */
@QuarkusTest
class BackupQuarkusTest {
  @Test
  void theWholeStoreIsServed() throws Exception {
    given().body("x").when().put("/kv/in-the-backup").then().statusCode(201);
    byte[] backup =
        when()
            .get("/backup")
            .then()
            .statusCode(200)
            .contentType("application/vnd.slotstream.backup")
            .extract()
            .asByteArray();
    ChunkReader reader = ChunkReader.open(new ByteArrayInputStream(backup));
    while (reader.next() != null) {}
    assertEquals(backup.length, reader.offset());
    assertTrue(reader.progress().total().slots() > 0);
    String metrics = RestAssured.get("/q/metrics").asString();
    assertTrue(metrics.contains("slotstream_backups_total{reason=\"complete\"}"), metrics);
    assertTrue(metrics.contains("slotstream_backups_sent_bytes_total"), metrics);
    assertTrue(metrics.contains("slotstream_backups_running"), metrics);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    given()
        .header(BackupDownload.AFTER, "nonsense")
        .when()
        .get("/backup")
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:slotstream:problem:bad-backup-token"));
    given().body("x").when().post("/backup").then().statusCode(405).header("Allow", "GET");
  }

  @Test
  void aBackupOfAnotherStoreIsRefused() throws Exception {
    byte[] backup = RestAssured.get("/backup").asByteArray();
    ChunkReader reader = ChunkReader.open(new ByteArrayInputStream(backup));
    Chunk.Store store = (Chunk.Store) reader.next();
    Progress other = new Progress();
    other.take(new Chunk.Store(store.shape(), new UUID(1, 2), store.madeAtSeconds()), 0);
    given()
        .header(BackupDownload.AFTER, other.token())
        .when()
        .get("/backup")
        .then()
        .statusCode(409)
        .body("type", containsString("foreign-backup"));
  }
}
