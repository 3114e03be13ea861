package dev.slotstream.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.slotstream.engine.Finding;
import dev.slotstream.engine.Finding.Kind;
import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  @TempDir Path temp;
  private Path store;

  @BeforeEach
  void fill() throws IOException {
    store = TestStores.framed(temp.resolve("data"));
  }

  @Test
  void aStoreThatIsWholeIsFine() {
    Run run = Run.of("verify", store);
    assertEquals(ExitCode.OK, run.exitCode(), run::toString);
    assertTrue(run.out().contains("203 entries in 2 shards"), run.out());
    assertTrue(run.out().endsWith("no damage\n"), run.out());
    assertEquals("", run.err());
    JsonNode json = Run.of("verify", store, "--json").json();
    assertEquals(203, json.path("entries").asInt());
    assertEquals(203, json.path("records").asInt());
    assertEquals(0, json.path("damage").asInt());
    assertEquals(0, json.path("findings").size());
  }

  @Test
  void damageIsNamedWithFileAndOffset() {
    Path slots = store.resolve("shard_001").resolve("fixed.data");
    TestFiles.flip(slots, TestStores.HEADER + 20, 0);
    Run run = Run.of("verify", store);
    assertEquals(ExitCode.DIFFERENCE, run.exitCode());
    assertTrue(run.out().contains("DAMAGED: 1 findings"), run.out());
    assertTrue(
        run.err().contains("file=%s offset=%d".formatted(slots, TestStores.HEADER)), run.err());
    Run json = Run.of("verify", store, "--json");
    assertEquals(ExitCode.DIFFERENCE, json.exitCode());
    JsonNode finding = json.json().path("findings").path(0);
    assertEquals("damage", finding.path("kind").asText());
    assertEquals(TestStores.HEADER, finding.path("offset").asLong());
    assertEquals("", json.err());
  }

  @Test
  void moreFindingsThanAnybodyReadsAreCounted() {
    Findings findings = new Findings();
    for (int f = 0; f < 1_005; f++) {
      findings.found(new Finding(Kind.NOTE, store, -1, "number " + f));
    }
    assertEquals(1_000, findings.kept().size());
    assertEquals("and 5 more", findings.lines().getLast());
    assertEquals(ExitCode.OK, findings.exitCode());
  }

  @Test
  void whatIsNoStoreCannotBeRead() throws IOException {
    Run nowhere = Run.of("verify", temp.resolve("nowhere"));
    assertEquals(ExitCode.FAILED, nowhere.exitCode());
    assertTrue(nowhere.err().startsWith("slotstream verify: no such directory"), nowhere.err());
    assertEquals(1, nowhere.err().lines().count());
    Path empty = Files.createDirectory(temp.resolve("empty"));
    assertEquals(ExitCode.FAILED, Run.of("verify", empty).exitCode());
    Run json = Run.of("verify", empty, "--json");
    assertTrue(json.json().path("error").asText().contains("no store"), json.out());
  }

  @Test
  void usageErrorsAreTold() {
    assertEquals(ExitCode.USAGE, Run.of("verify").exitCode());
    assertEquals(ExitCode.USAGE, Run.of("verify", store, "--url", "http://x").exitCode());
    assertEquals(ExitCode.USAGE, Run.of("verify", store, "--fast").exitCode());
    Run url = Run.of("verify", "--url", "ftp://here");
    assertEquals(ExitCode.FAILED, url.exitCode());
    assertTrue(url.err().contains("not the address of a node"), url.err());
  }

  @Test
  void inspectShowsIdentitySlotsHistoryAndLog() {
    Run run = Run.of("inspect", store);
    assertEquals(ExitCode.OK, run.exitCode(), run::toString);
    for (String shown :
        new String[] {
          "codec framed, keys 20 bytes, values 50 bytes",
          "2 shards by whole keys",
          "last run   os ",
          "shard 1",
          "closed",
          "epoch 1 from 1",
          "redo-0000000000000001.log  records 1 to "
        }) {
      assertTrue(run.out().contains(shown), () -> shown + " in " + run.out());
    }
    JsonNode json = Run.of("inspect", store, "--json").json();
    assertEquals(203, sum(json, "occupied"));
    JsonNode shard = json.path("shards").path(0);
    assertEquals(
        shard.path("checkpoint").path("sequence").asLong(),
        shard.path("log").path(0).path("lastSequence").asLong());
    assertEquals(json.path("directoryId").asText(), shard.path("history").path("storeId").asText());
    assertEquals(1, shard.path("history").path("epochs").path(0).path("firstSequence").asInt());
  }

  private static int sum(JsonNode json, String count) {
    int sum = 0;
    for (JsonNode shard : json.path("shards")) {
      sum += shard.path("counts").path(count).asInt();
    }
    return sum;
  }

  @Test
  void inspectShowsWhatItCanOfADamagedStore() throws IOException {
    Files.delete(store.resolve("shard_000").resolve("fixed.data"));
    Run run = Run.of("inspect", store);
    assertEquals(ExitCode.DIFFERENCE, run.exitCode());
    assertTrue(run.out().contains("shard 1"), run.out());
    assertTrue(run.out().contains("cannot be read"), run.out());
    assertTrue(run.err().contains("file is missing"), run.err());
  }
}
