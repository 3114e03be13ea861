package dev.slotstream.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadCommandTest {
  @TempDir Path temp;
  private FakeNode node;

  @BeforeEach
  void start() throws IOException {
    node = new FakeNode();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private Path file(String... lines) throws IOException {
    return Files.write(temp.resolve("dump"), List.of(lines));
  }

  private Run load(Object... arguments) {
    Object[] all = new Object[arguments.length + 3];
    all[0] = "load";
    all[1] = "--url";
    all[2] = node.url();
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Run.of(all);
  }

  @Test
  void putsTextBytesAndWhatIsLeftOfALife() throws IOException {
    Path file =
        file(
            "{\"key\":\"a\",\"value\":\"1\"}",
            "",
            "{\"key64\":\"/w==\",\"value64\":\"Mg==\"}",
            "{\"key\":\"old\",\"value\":\"\",\"expires\":\"2001-01-01T00:00:00Z\"}",
            "{\"entries\":3,\"damaged\":0}");
    Run run = load(file);
    assertEquals(ExitCode.OK, run.exitCode(), run::toString);
    assertEquals("1", node.puts.get("%61"));
    assertEquals("2", node.puts.get("%FF"));
    assertEquals(2, node.puts.size());
    assertTrue(run.out().contains("2 entries created, 0 replaced, 1 expired"), run.out());
  }

  @Test
  void anEntryThatExpiresKeepsItsTime() throws IOException {
    load(file("{\"key\":\"a\",\"value\":\"1\",\"expires\":\"2034-01-01T00:00:00Z\"}"));
    assertTrue(
        node.puts.keySet().iterator().next().matches("%61\\?ttl=[0-9]{9}s"), node.puts::toString);
  }

  @Test
  void asksABusyNodeAgain() throws IOException {
    node.statuses.put("%61", 503);
    Run run = load(file("{\"key\":\"a\",\"value\":\"1\"}"), "--json");
    assertEquals(ExitCode.OK, run.exitCode(), run::toString);
    assertEquals(1, run.json().path("replaced").asInt());
  }

  @Test
  void endsAtTheFirstRefusalAndSaysWhereToGoOn() throws IOException {
    String[] lines =
        IntStream.range(0, 20)
            .mapToObj(n -> "{\"key\":\"%c\",\"value\":\"%d\"}".formatted('a' + n, n))
            .toArray(String[]::new);
    Path file = file(lines);
    node.statuses.put("%63", 413); // the third
    Run run = load(file, "--concurrency", 1);
    assertEquals(ExitCode.DIFFERENCE, run.exitCode());
    assertTrue(run.err().contains("number=3 status=413: because of 413"), run.err());
    assertTrue(run.err().contains("--from-line 3"), run.err());
    assertEquals(Set.of("%61", "%62"), node.puts.keySet());
    node.statuses.clear();
    JsonNode rest = load(file, "--from-line", 3, "--json").json();
    assertEquals(18, rest.path("created").asInt());
    assertEquals(21, rest.path("nextLine").asInt());
    assertEquals(20, node.puts.size());
  }

  @Test
  void goesOnBehindRefusalsWhenItIsTold() throws IOException {
    Path file =
        file(
            "{\"key\":\"a\",\"value\":\"1\"}",
            "{\"key\":\"b\",\"value\":\"2\",\"key64\":\"\"}",
            "{\"key\":\"c\",\"value\":\"2\",\"colour\":\"red\"}",
            "{\"key\":\"d\",\"value64\":\"!\"}",
            "{\"key\":\"e\",\"value\":\"1\",\"expires\":\"soon\"}",
            "nonsense",
            "{\"key\":\"f\",\"value\":\"6\"}");
    node.statuses.put("%61", 400);
    JsonNode report = load(file, "--keep-going", "--json").json();
    assertEquals(6, report.path("refused").asInt(), report::toString);
    assertEquals(6, report.path("refusals").size());
    assertEquals(1, report.path("created").asInt());
    assertEquals(8, report.path("nextLine").asInt());
    assertEquals(Set.of("%66"), node.puts.keySet());
  }

  @Test
  void aNodeThatIsNotThereIsTold() throws IOException {
    String url = node.url();
    node.close();
    Run run = Run.of("load", file("{\"key\":\"a\",\"value\":\"1\"}"), "--url", url);
    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().startsWith("slotstream load: node cannot be reached"), run.err());
    assertEquals(ExitCode.FAILED, Run.of("verify", "--url", url).exitCode());
    assertEquals(ExitCode.FAILED, Run.of("dump", "--url", url).exitCode());
  }

  @Test
  void whatIsWrongWithTheCommandLineIsTold() {
    assertEquals(ExitCode.FAILED, load(temp.resolve("nowhere")).exitCode());
    assertEquals(ExitCode.USAGE, load("--concurrency", 0).exitCode());
    assertEquals(ExitCode.USAGE, load("--from-line", "x").exitCode());
  }

  @Test
  void aLineWithoutEndIsRefused() throws IOException {
    Run run = load(file("x".repeat(LineReader.MOST_BYTES + 1)));
    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().contains("line=1 limit=1048576"), run.err());
  }

  @Test
  void aDumpThatWasCutIsNotTakenForAWholeOne() {
    node.dump = "{\"key\":\"a\",\"value\":\"1\"}\n";
    Run cut = Run.of("dump", "--url", node.url());
    assertEquals(ExitCode.FAILED, cut.exitCode());
    assertTrue(cut.err().contains("not complete"), cut.err());
    node.dump = "{\"key\":\"a\",\"value\":\"1\"}\n{\"entries\":1,\"damaged\":2}\n";
    Run whole = Run.of("dump", "--url", node.url());
    assertEquals(ExitCode.DIFFERENCE, whole.exitCode(), "the node could not read two");
    assertEquals("{\"key\":\"a\",\"value\":\"1\"}\n", whole.out());
    node.dump = "";
    assertEquals(ExitCode.FAILED, Run.of("dump", "--url", node.url()).exitCode());
  }

  @Test
  void verifyTellsWhatTheNodeHasFound() {
    assertEquals(ExitCode.FAILED, Run.of("verify", "--url", node.url()).exitCode(), "no shards");
    node.engine =
        "{\"shards\":[{\"slotsUsed\":7,\"slotsDamaged\":0,\"scrubs\":3,\"writable\":true}]}";
    Run fine = Run.of("verify", "--url", node.url());
    assertEquals(ExitCode.OK, fine.exitCode(), fine::toString);
    assertTrue(fine.out().contains("7 entries in 1 shards"), fine.out());
    Run late = Run.of("verify", "--url", node.url(), "--wait", "--limit", 0);
    assertEquals(ExitCode.FAILED, late.exitCode());
    assertTrue(late.err().contains("scrub.rate"), late.err());
    node.engine = node.engine.replace("\"slotsDamaged\":0", "\"slotsDamaged\":2");
    Run damaged = Run.of("verify", "--url", node.url(), "--json");
    assertEquals(ExitCode.DIFFERENCE, damaged.exitCode());
    assertEquals(2, damaged.json().path("damagedSlots").asInt());
  }
}
