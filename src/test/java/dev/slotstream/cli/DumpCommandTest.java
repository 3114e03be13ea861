package dev.slotstream.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dumps and imports of directories. */
class DumpCommandTest {
  @TempDir Path temp;
  private Path store;

  @BeforeEach
  void fill() throws IOException {
    store = TestStores.framed(temp.resolve("data"));
  }

  private static Set<String> sorted(String lines) {
    return new TreeSet<>(lines.lines().toList());
  }

  @Test
  void writesEveryEntryThatANodeWouldServe() {
    Run run = Run.of("dump", store);
    assertEquals(ExitCode.OK, run.exitCode(), run::toString);
    List<String> lines = run.out().lines().toList();
    assertEquals(TestStores.KEYS + 2, lines.size(), "without the one that has expired");
    assertTrue(lines.contains("{\"key\":\"key-007\",\"value\":\"value of 7\"}"));
    assertTrue(lines.contains("{\"key64\":\"/wA=\",\"value64\":\"AP+A\",\"type\":\"image/png\"}"));
    assertTrue(
        lines.contains(
            "{\"key\":\"later\",\"value\":\"{}\",\"type\":\"application/json\","
                + "\"expires\":\"2100-01-01T00:00:00Z\"}"));
    assertTrue(run.err().contains("202 entries written"), run.err());
  }

  @Test
  void writesAFileOnceItIsComplete() throws IOException {
    Path file = temp.resolve("dump.ndjson");
    Run run = Run.of("dump", store, "-o", file, "--json");
    assertEquals(ExitCode.OK, run.exitCode(), run::toString);
    assertEquals(202, run.json().path("entries").asInt());
    assertEquals(sorted(Run.of("dump", store).out()), sorted(Files.readString(file)));
    Run failed = Run.of("dump", temp.resolve("nowhere"), "-o", file);
    assertEquals(ExitCode.FAILED, failed.exitCode());
    assertEquals(202, Files.readAllLines(file).size(), "what was there is still there");
    assertFalse(Files.exists(temp.resolve("dump.ndjson.part")));
    Run unwritable = Run.of("dump", store, "-o", temp.resolve("nowhere/dump"));
    assertEquals(ExitCode.FAILED, unwritable.exitCode());
    assertTrue(unwritable.err().contains("nowhere/dump.part"), unwritable.err());
  }

  @Test
  void leavesOutWhatIsDamagedAndSaysSo() {
    TestFiles.flip(store.resolve("shard_000").resolve("fixed.data"), TestStores.HEADER + 12, 1);
    Run run = Run.of("dump", store);
    assertEquals(ExitCode.DIFFERENCE, run.exitCode());
    assertEquals(TestStores.KEYS + 1, run.out().lines().count());
    assertTrue(run.err().contains("checksum does not fit"), run.err());
  }

  @Test
  void importIntoANewStoreKeepsEverything() {
    Path target = temp.resolve("new");
    Run run = Run.of("import", store, "--to", target, "--shards", 3);
    assertEquals(ExitCode.OK, run.exitCode(), run::toString);
    assertEquals(sorted(Run.of("dump", store).out()), sorted(Run.of("dump", target).out()));
    assertEquals(ExitCode.OK, Run.of("verify", target).exitCode());
    Run again = Run.of("import", store, "--to", target);
    assertEquals(ExitCode.FAILED, again.exitCode());
    assertTrue(again.err().contains("exists already"), again.err());
  }

  @Test
  void importNamesWhatTheTargetDoesNotTake() {
    Run run = Run.of("import", store, "--to", temp.resolve("exact"), "--codec", "exact", "--json");
    assertEquals(ExitCode.DIFFERENCE, run.exitCode(), run::toString);
    assertEquals(202, run.json().path("refused").asInt());
    assertEquals(100, run.json().path("refusals").size());
    assertTrue(run.json().path("refusals").path(0).asText().contains("expected=20"), run.out());
  }

  @Test
  void importNeedsOneTarget() {
    assertEquals(ExitCode.USAGE, Run.of("import", store).exitCode());
    assertEquals(
        ExitCode.USAGE, Run.of("import", store, "--to", "a", "--url", "http://b").exitCode());
    assertEquals(ExitCode.USAGE, Run.of("import", store, "--to", "a", "--codec", "b").exitCode());
  }
}
