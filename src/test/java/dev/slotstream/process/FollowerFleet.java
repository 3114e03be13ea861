package dev.slotstream.process;

import dev.slotstream.engine.SlotEngine;
import dev.slotstream.replication.ReplicationClient;
import dev.slotstream.replication.ReplicationClient.ClientOptions;
import dev.slotstream.replication.ReplicationMeter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of its own in which many followers of one leader live. */
final class FollowerFleet implements AutoCloseable {
  private static final long BYTES_OF_A_FLEET = 8L << 30;
  private static final int WINDOW = 32;
  private static final long STOP_SECONDS = 60;

  private final Process process;

  private FollowerFleet(Process process) {
    this.process = process;
  }

  /** Where a follower keeps its store. */
  static Path data(Path directory, int follower) {
    return directory.resolve("follower-" + follower);
  }

  /**
   * Where a fleet keeps its stores so that they are no burden on the leader's disk: in memory, if
   * there is room for them, else in the directory of the test.
   */
  static Path roomFor(Path temp) throws IOException {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory)
            && Files.getFileStore(memory).getUsableSpace() >= BYTES_OF_A_FLEET
        ? Files.createTempDirectory(memory, "fleet-")
        : Files.createDirectory(temp.resolve("fleet"));
  }

  /**
   * Starts so many followers of the leader on a port. They leave the processors to everybody else:
   * elsewhere they would have their own.
   */
  static FollowerFleet start(Path directory, int followers, int shards, int leaderPort)
      throws IOException {
    List<String> command = Elsewhere.prefix();
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx1g",
            "-cp",
            System.getProperty("java.class.path"),
            FollowerFleet.class.getName(),
            directory.toString(),
            Integer.toString(followers),
            Integer.toString(shards),
            Integer.toString(leaderPort)));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true);
    builder.redirectOutput(Redirect.appendTo(directory.resolve("fleet.log").toFile()));
    return new FollowerFleet(builder.start());
  }

  /** The arguments of {@link #start}. Lives until its input ends. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    int followers = Integer.parseInt(arguments[1]);
    int shards = Integer.parseInt(arguments[2]);
    int port = Integer.parseInt(arguments[3]);
    Vertx vertx = Vertx.vertx();
    List<SlotEngine> engines = new ArrayList<>();
    List<ReplicationClient> clients = new ArrayList<>();
    for (int f = 0; f < followers; f++) {
      SlotEngine engine = SlotEngine.open(Cluster.options(data(directory, f), shards));
      engines.add(engine);
      ClientOptions options = new ClientOptions("127.0.0.1", port, "f-%02d".formatted(f), WINDOW);
      ReplicationClient client = new ReplicationClient(engine, options, ReplicationMeter.NONE);
      await(client.start(vertx));
      clients.add(client);
    }
    while (System.in.read() >= 0) {
      // nothing is asked of it
    }
    for (ReplicationClient client : clients) {
      await(client.stop());
    }
    engines.forEach(SlotEngine::close);
    await(vertx.close());
  }

  private static void await(Future<?> future) throws Exception {
    future.toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
  }

  /** The process' id. */
  long pid() {
    return process.pid();
  }

  /** Ends the followers, and waits for that. */
  void stop() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("followers did not stop, seconds=" + STOP_SECONDS);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
