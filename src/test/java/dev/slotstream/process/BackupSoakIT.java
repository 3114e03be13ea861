package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.StoreDigest;
import dev.slotstream.kit.TestFiles;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A leader is backed up by the command while it is written to. What is restored is its content at
 * the backup's positions: a follower that begins there resumes, and ends equal.
 */
class BackupSoakIT {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final Duration WARM = Duration.ofSeconds(FULL ? 15 : 1);
  private static final Duration COMPARED = Duration.ofSeconds(FULL ? 30 : 3);
  private static final Duration MEANWHILE = Duration.ofSeconds(FULL ? 10 : 12);
  private static final int PER_SECOND = FULL ? 10_000 : 1_000;
  private static final int KEYS = FULL ? 500_000 : 20_000;
  private static final int SHARDS = 2;
  private static final String LAST_CHUNK = "\r\n0\r\n\r\n";
  private static final Path JAR =
      Path.of(System.getProperty("slotstream.jar", "target/quarkus-app/quarkus-run.jar"));

  @TempDir Path temp;

  @Test
  void aLeaderUnderLoadIsBackedUpAndAFollowerGoesOnFromTheBackup() throws Exception {
    try (Cluster cluster = new Cluster(temp, SHARDS)) {
      NodeProcess leader = cluster.leader;
      NodeProcess restored = cluster.follower("restored");
      leader.start().awaitReady();
      HttpLoad load = new HttpLoad(leader, KEYS);
      load.run(Duration.ofSeconds(FULL ? 60 : 3)); // every key has a value
      int others = FULL ? writersHardlyNoticeBesideOrdinaryTraffic(leader, load) : 0;
      HttpLoad.Running running = load.begin(MEANWHILE, PER_SECOND);
      Path backup = temp.resolve("leader.backup");
      JsonObject made =
          command("backup", "http://127.0.0.1:" + leader.httpPort(), backup.toString());
      assertEquals(0, running.await().failed());
      System.out.println("made by the command: " + made);
      assertTrue(made.getLong("records") > 0, "nothing was written meanwhile");

      refusesATruncatedOne(backup);
      JsonObject done = command("restore", backup.toString(), restored.data().toString());
      assertEquals(made.getJsonArray("positions"), done.getJsonArray("positions"));
      load.run(Duration.ofSeconds(1), PER_SECOND);
      assertEquals(0, cluster.scans());
      restored.start().awaitReady();
      cluster.awaitCaughtUp();
      assertEquals(0, cluster.scans(), "the restored follower was scanned");
      assertEquals(SHARDS, restored.sumOfLinks("resumes"));
      assertEquals(0, restored.sumOfLinks("fullSyncs"));
      assertNull(load.firstDifference(restored));
      assertEquals(others + 1, leader.metric("slotstream_backups_total", "complete"));
      assertTrue(leader.log().contains("backup is complete, positions="));
      cluster.assertAllEqual();
    }
  }

  @Test
  void aQuietLeaderIsRestoredAsALeaderWithTheSameContentAndAFollowerIsBackedUpToo()
      throws Exception {
    try (Cluster cluster = new Cluster(temp, SHARDS)) {
      NodeProcess follower = cluster.follower("follower");
      cluster.start();
      HttpLoad load = new HttpLoad(cluster.leader, 5_000);
      load.run(Duration.ofSeconds(2));
      cluster.awaitCaughtUp();
      Path backup = temp.resolve("quiet.backup");
      command("backup", "http://127.0.0.1:" + follower.httpPort(), backup.toString());
      Path data = temp.resolve("elsewhere");
      command("restore", backup.toString(), data.toString());
      List<String> expected;
      cluster.leader.kill();
      expected = StoreDigest.of(Cluster.options(cluster.leader.data(), SHARDS));
      Path copy = TestFiles.copyTree(data, temp.resolve("copy"));
      assertEquals(expected, StoreDigest.of(Cluster.options(copy, SHARDS)));
      try (NodeProcess leads = cluster.leader("elsewhere")) {
        leads.start().awaitReady();
        assertNull(load.firstDifference(leads));
        assertTrue(leads.get("/replication").contains("\"role\":\"leader\""));
      }
    }
  }

  /**
   * The same of a leader that was started as a deployment starts it, by the script and from its AOT
   * cache, and that hears nothing but writes once it is ready: its first backup among them, for
   * which its JVM compiles some of the code of all answers anew.
   */
  @Test
  void aLeaderThatHearsNothingButWritesHardlyNoticesItsFirstBackups() throws Exception {
    PackageCopy copy = new PackageCopy(temp.resolve("package"));
    if (FULL) {
      copy.makeCache();
    }
    try (Cluster cluster = new Cluster(temp, SHARDS)) {
      NodeProcess leader = cluster.leader;
      leader.by(copy.script()).start().awaitReady();
      HttpLoad load = new HttpLoad(leader, KEYS);
      load.run(Duration.ofSeconds(FULL ? 60 : 3));
      int backups = writersHardlyNotice(leader, load);
      assertEquals(backups, leader.metric("slotstream_backups_total", "complete"));
    }
  }

  private int writersHardlyNoticeBesideOrdinaryTraffic(NodeProcess leader, HttpLoad load)
      throws Exception {
    try (OrdinaryTraffic traffic = new OrdinaryTraffic(leader)) {
      int backups = writersHardlyNotice(leader, load);
      traffic.assertAnswered();
      return backups;
    }
  }

  /**
   * One backup after the other, between two runs without: no write fails, and in the long form they
   * take no more than twice as long. Answers how many backups there were.
   */
  private int writersHardlyNotice(NodeProcess leader, HttpLoad load) throws Exception {
    load.run(WARM, PER_SECOND);
    HttpLoad.Result before = load.run(COMPARED, PER_SECOND);
    HttpLoad.Running running = load.begin(COMPARED, PER_SECOND);
    int backups = 0;
    do {
      download(leader);
      backups++;
    } while (running.goesOn());
    HttpLoad.Result during = running.await();
    HttpLoad.Result after = load.run(COMPARED, PER_SECOND);
    System.out.printf("before: %s%nduring %d backups: %s%n", before, backups, during);
    System.out.printf("after: %s%n", after);
    assertEquals(0, before.failed() + during.failed() + after.failed());
    double without = (before.p99Millis() + after.p99Millis()) / 2;
    assertTrue(
        !FULL || during.p99Millis() <= 2 * without, "p99: %s, %s".formatted(without, during));
    return backups;
  }

  /**
   * Reads a backup to its end and keeps nothing. The command would do the same, but the start of
   * its JVM alone, on the processors of the leader, takes writes as much longer as all of the
   * backup.
   */
  private static void download(NodeProcess leader) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), leader.httpPort())) {
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(60));
      String request = "GET /backup HTTP/1.1\r\nHost: leader\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      long bytes = 0;
      byte[] read = new byte[64 << 10];
      String end = "";
      while (!end.endsWith(LAST_CHUNK)) {
        int count = socket.getInputStream().read(read);
        assertTrue(count > 0, "answer ended early, bytes=" + bytes);
        bytes += count;
        int kept = Math.min(count, LAST_CHUNK.length());
        String last = new String(read, count - kept, kept, StandardCharsets.ISO_8859_1);
        end = end.substring(Math.min(kept, end.length())) + last;
      }
      assertTrue(bytes > KEYS, "bytes of the answer: " + bytes);
    }
  }

  private void refusesATruncatedOne(Path backup) throws Exception {
    byte[] bytes = TestFiles.read(backup);
    Path half = temp.resolve("half.backup");
    Files.write(half, Arrays.copyOf(bytes, bytes.length / 2));
    Process process = start("restore", half.toString(), temp.resolve("half").toString());
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(3, process.exitValue(), errors);
    assertTrue(errors.contains("truncated"), errors);
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command =
        Elsewhere.prefix(); // whoever makes backups is seldom on the leader's machine
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--sun-misc-unsafe-memory-access=allow", "-Xmx128m", "-jar", JAR.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).start();
  }

  /** Runs a command to its good end; answers what it prints with {@code --json}. */
  private static JsonObject command(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--json");
    Process process = start(all.toArray(String[]::new));
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(300, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), errors);
    return new JsonObject(out);
  }
}
