package dev.slotstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.slotstream.cli.UnicodeNames.Entry;
import dev.slotstream.file.DirectoryTree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/**
 * Starts a leader and a follower on this machine, puts real data through them, reads it back from
 * the follower, and leaves both running.
 */
@Command(
    name = "demo",
    description = "Runs a leader and a follower here, and puts the names of Unicode through them.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int CONCURRENCY = 64;
  private static final int SAMPLE = 2_000;
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  @Option(names = "--exit", description = "End both nodes when done.")
  private boolean exit;

  @Option(names = "--stop", description = "Only end the nodes that a demo left running.")
  private boolean stop;

  @Option(names = "--dir", description = "Where the nodes keep their data.")
  private Path directory = Path.of("target", "demo");

  @Override
  public Integer call() throws Exception {
    stopOld();
    if (stop) {
      return 0;
    }
    DirectoryTree.delete(directory);
    int leaderPort = freePort(8080);
    int followerPort = freePort(8081);
    int replicationPort = freePort(7400);
    List<ChildNode> nodes = new ArrayList<>();
    try {
      nodes.add(
          start(
              "leader",
              Map.of(
                  "QUARKUS_HTTP_PORT", "" + leaderPort,
                  "SLOTSTREAM_REPLICATION_PORT", "" + replicationPort)));
      nodes.add(
          start(
              "follower",
              Map.of(
                  "QUARKUS_HTTP_PORT",
                  "" + followerPort,
                  "SLOTSTREAM_NODE_NAME",
                  "follower",
                  "SLOTSTREAM_ROLE",
                  "follower",
                  "SLOTSTREAM_REPLICATION_PORT",
                  "0",
                  "SLOTSTREAM_LEADER",
                  "127.0.0.1:" + replicationPort)));
      boolean good = run(nodes, leaderPort, followerPort);
      if (good && !exit) {
        leaveRunning(nodes, leaderPort, followerPort);
        nodes.clear();
      }
      return good ? 0 : 1;
    } finally {
      for (ChildNode node : nodes) {
        ChildNode.stop(node.pid());
      }
    }
  }

  private ChildNode start(String name, Map<String, String> settings) throws IOException {
    return ChildNode.start(
        name, directory, List.of("--sun-misc-unsafe-memory-access=allow"), settings);
  }

  private boolean run(List<ChildNode> nodes, int leaderPort, int followerPort) throws Exception {
    try (NodeClient leader = NodeClient.local(leaderPort);
        NodeClient follower = NodeClient.local(followerPort)) {
      System.out.println("starting a leader and a follower ...");
      ChildNode.awaitReady(leader, nodes, START_LIMIT);
      ChildNode.awaitReady(follower, nodes, START_LIMIT);
      List<Entry> entries = UnicodeNames.all();
      try (LagWatch lag = new LagWatch(leader)) {
        double seconds = load(leader, entries);
        System.out.printf(
            "put      %,d keys in %.1f s: %,.0f a second, each on the leader's disk%n",
            entries.size(), seconds, entries.size() / seconds);
        double caughtUp = awaitCaughtUp(nodes, leader);
        System.out.printf(
            "follower has all of them %.0f ms after the last put; highest lag %,d records, %.2f s%n",
            caughtUp * 1000, lag.highestRecords(), lag.highestSeconds());
      }
      return readBack(leader, follower, entries);
    }
  }

  private static double load(NodeClient leader, List<Entry> entries)
      throws InterruptedException, ExecutionException {
    Semaphore places = new Semaphore(CONCURRENCY);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    long start = System.nanoTime();
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("put")
            .setInitialMax(entries.size())
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(updateMillis())
            .showSpeed()
            .build()) {
      for (Entry entry : entries) {
        places.acquire();
        if (failure.get() != null) {
          break;
        }
        var _ =
            leader
                .put(entry.key(), entry.name())
                .whenComplete(
                    (nothing, failed) -> {
                      failure.compareAndSet(null, failed);
                      bar.step();
                      places.release();
                    });
      }
      places.acquire(CONCURRENCY);
    }
    if (failure.get() != null) {
      throw new ExecutionException(cause(failure.get()));
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Often on a terminal, now and then into a file. */
  private static int updateMillis() {
    return Ansi.AUTO.enabled() ? 200 : 5_000;
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static double awaitCaughtUp(List<ChildNode> nodes, NodeClient leader) throws Exception {
    long start = System.nanoTime();
    while (behind(leader.json("/replication"))) {
      for (ChildNode node : nodes) {
        node.requireAlive();
      }
      if (System.nanoTime() - start > START_LIMIT.toNanos()) {
        throw new IOException("follower did not catch up within " + START_LIMIT);
      }
      Thread.sleep(5);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static boolean behind(JsonNode replication) {
    boolean any = false;
    for (JsonNode follower : replication.path("followers")) {
      any = true;
      if (follower.path("lagRecords").asLong() != 0) {
        return true;
      }
    }
    return !any;
  }

  private static boolean readBack(NodeClient leader, NodeClient follower, List<Entry> entries)
      throws Exception {
    int step = Math.max(1, entries.size() / SAMPLE);
    int read = 0;
    int wrong = 0;
    long start = System.nanoTime();
    for (int i = 0; i < entries.size(); i += step) {
      read++;
      String value = follower.get(entries.get(i).key());
      if (!value.equals(entries.get(i).name())) {
        wrong++;
        System.out.println("wrong: " + entries.get(i) + " is on the follower: " + value);
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "read     %,d of them back from the follower, one by one: %,.0f a second, %d wrong%n",
        read, read / seconds, wrong);
    System.out.println("U+1F40E  is " + follower.get("U+1F40E"));
    long onLeader = leader.keys();
    long onFollower = follower.keys();
    System.out.printf("keys     leader %,d, follower %,d%n", onLeader, onFollower);
    return wrong == 0 && onLeader == onFollower && onLeader == entries.size();
  }

  private void leaveRunning(List<ChildNode> nodes, int leaderPort, int followerPort)
      throws IOException {
    Files.writeString(
        pids(), nodes.stream().map(node -> node.pid() + "\n").reduce("", String::concat));
    System.out.printf(
        """

        Both go on running; their data and logs are in %s
          leader    http://127.0.0.1:%d   try: curl -i http://127.0.0.1:%d/kv/U+1F40E
          follower  http://127.0.0.1:%d   try: curl -s http://127.0.0.1:%d/replication
        End them with: ./demo --stop
        """,
        directory, leaderPort, leaderPort, followerPort, followerPort);
  }

  private Path pids() {
    return directory.resolve("pids");
  }

  private void stopOld() throws IOException, InterruptedException {
    if (Files.exists(pids())) {
      for (String pid : Files.readAllLines(pids())) {
        ChildNode.stop(Long.parseLong(pid));
      }
      Files.delete(pids());
    }
  }

  /** The port that is wanted when it is free, else any. */
  private static int freePort(int wanted) throws IOException {
    try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException taken) {
      return ChildNode.freePort();
    }
  }
}
