package dev.slotstream.process;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One node of the packaged service: its settings stay the same over restarts. */
final class NodeProcess implements AutoCloseable {
  static final Path JAR =
      Path.of(System.getProperty("slotstream.jar", "target/quarkus-app/quarkus-run.jar"));
  private static final List<String> WARNINGS =
      List.of("BlockedThreadChecker", "has been blocked for", "LEAK:");
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final String name;
  private final Path log;
  private final Path data;
  private final HttpClient http;
  private final int httpPort;
  private final List<String> jvmOptions = new ArrayList<>();
  private final List<String> onceOptions = new ArrayList<>();
  private final Map<String, String> settings = new HashMap<>();
  private Process process;
  private boolean wasStopped;
  private Path script;

  NodeProcess(String name, Path directory, HttpClient http) {
    this.name = name;
    this.http = http;
    this.httpPort = freePort();
    this.log = directory.resolve(name + ".log");
    this.data = directory.resolve(name);
    set("QUARKUS_HTTP_PORT", httpPort);
    set("SLOTSTREAM_DATA_DIR", data);
  }

  /** A leader on free ports. */
  static NodeProcess leader(Path directory, HttpClient http, int replicationPort) {
    return new NodeProcess("leader", directory, http)
        .set("SLOTSTREAM_REPLICATION_PORT", replicationPort);
  }

  /** A follower of the leader on this replication port. */
  static NodeProcess follower(String name, Path directory, HttpClient http, int leaderPort) {
    return new NodeProcess(name, directory, http)
        .set("SLOTSTREAM_ROLE", "follower")
        .set("SLOTSTREAM_NODE_NAME", name)
        .set("SLOTSTREAM_REPLICATION_PORT", 0)
        .set("SLOTSTREAM_LEADER", "127.0.0.1:" + leaderPort);
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  NodeProcess set(String variable, Object value) {
    settings.put(variable, value.toString());
    return this;
  }

  NodeProcess jvm(String option) {
    jvmOptions.add(option);
    return this;
  }

  /** An option of the JVM for the next start alone. */
  NodeProcess jvmOnce(String option) {
    onceOptions.add(option);
    return this;
  }

  /** Starts it by a script that takes the options of the JVM in {@code JAVA_OPTS}. */
  NodeProcess by(Path startScript) {
    script = startScript;
    return this;
  }

  /** Starts the process; its output is appended to one log over all starts. */
  NodeProcess start() throws IOException {
    List<String> options = new ArrayList<>(jvmOptions);
    options.addAll(onceOptions);
    onceOptions.clear();
    ProcessBuilder builder =
        new ProcessBuilder(script == null ? command(options) : List.of(script.toString()));
    builder.environment().putAll(settings);
    if (script != null) {
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.environment().put("JAVA_OPTS", String.join(" ", options));
    }
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    process = builder.start();
    return this;
  }

  private static List<String> command(List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(options);
    command.addAll(List.of("-jar", JAR.toString()));
    return command;
  }

  NodeProcess awaitReady() throws IOException, InterruptedException {
    await("ready", this::isReady);
    return this;
  }

  /** True when the node is ready now. */
  boolean isReady() throws InterruptedException {
    return status("/q/health/ready") == 200;
  }

  /** How a start has ended. */
  enum Start {
    READY,
    /** It serves, but a shard's disk failed before it was ready: it takes no writes. */
    SHUT,
    /** It could not be opened, or had to be given up. */
    ENDED
  }

  /** Waits until it is known how the start ends. */
  Start awaitStart() throws InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (process.isAlive() && System.nanoTime() < deadline) {
      if (isReady()) {
        return Start.READY;
      }
      if (saysShut()) {
        return Start.SHUT;
      }
      Thread.sleep(20);
    }
    if (process.isAlive()) {
      throw new AssertionError(name + ": neither ready nor ended");
    }
    return Start.ENDED;
  }

  private boolean saysShut() throws InterruptedException {
    try {
      return readiness().contains("shut");
    } catch (IOException e) {
      return false; // not yet, or not any more
    }
  }

  /** A condition that talks to the node. */
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  void await(String what, Condition condition) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!condition.holds()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError(
            "%s: did not happen: %s; the node's log:%n%s".formatted(name, what, log()));
      }
      Thread.sleep(20);
    }
  }

  /** Waits for a condition; answers how long that took. */
  double secondsUntil(Condition condition) throws IOException, InterruptedException {
    long start = System.nanoTime();
    await("condition", condition);
    return (System.nanoTime() - start) / 1e9;
  }

  /** The node's name. */
  String name() {
    return name;
  }

  /** Where the node keeps its store. */
  Path data() {
    return data;
  }

  /** Where the node serves HTTP. */
  int httpPort() {
    return httpPort;
  }

  /** The process' id. */
  long pid() {
    return process.pid();
  }

  /** The lines of the log that contain all this. */
  List<String> logLines(String... parts) throws IOException {
    return log().lines().filter(line -> List.of(parts).stream().allMatch(line::contains)).toList();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** The answer to a GET; status -1 when the node does not answer. */
  int status(String path) throws InterruptedException {
    try {
      return http.send(request(path).build(), BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return -1;
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
        .timeout(Duration.ofSeconds(30));
  }

  String get(String path) throws IOException, InterruptedException {
    return http.send(request(path).build(), BodyHandlers.ofString(StandardCharsets.UTF_8)).body();
  }

  /** What the node says of its replication. */
  JsonObject replication() throws IOException, InterruptedException {
    return new JsonObject(get("/replication"));
  }

  /** This leader's sessions with a follower, one for each shard, connected or remembered. */
  List<JsonObject> sessionsOf(String follower) throws IOException, InterruptedException {
    return objects("followers").stream()
        .filter(session -> session.getString("follower").equals(follower))
        .toList();
  }

  /** True when this leader has so many sessions with a follower, and all are connected or none. */
  boolean connected(String follower, int sessions, boolean expected)
      throws IOException, InterruptedException {
    List<JsonObject> of = sessionsOf(follower);
    return of.size() == sessions
        && of.stream().allMatch(session -> session.getBoolean("connected") == expected);
  }

  /** This follower's links, one for each shard. */
  List<JsonObject> links() throws IOException, InterruptedException {
    return objects("links");
  }

  /** True when all of this follower's links are live. */
  boolean live() throws IOException, InterruptedException {
    return links().stream().allMatch(link -> link.getString("state").equals("LIVE"));
  }

  /** What the node says of its readiness. */
  String readiness() throws IOException, InterruptedException {
    return get("/q/health/ready");
  }

  /** A figure of this follower's links, added up over its shards. */
  long sumOfLinks(String figure) throws IOException, InterruptedException {
    return links().stream().mapToLong(link -> link.getLong(figure)).sum();
  }

  private List<JsonObject> objects(String list) throws IOException, InterruptedException {
    return replication().getJsonArray(list).stream().map(JsonObject.class::cast).toList();
  }

  /** The value under a key; null when there is none. */
  String value(String key) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(request("/kv/" + key).build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    return switch (answer.statusCode()) {
      case 200 -> answer.body();
      case 404 -> null;
      default -> throw new AssertionError("GET " + key + " answered " + answer.statusCode());
    };
  }

  /** The sum of a metric's values over its tags; 0 when there are none. */
  double metric(String name, String... tags) throws IOException, InterruptedException {
    Matcher line =
        Pattern.compile("(?m)^" + name + "(\\{[^}]*})? (\\S+)$").matcher(get("/q/metrics"));
    double sum = 0;
    while (line.find()) {
      String found = String.valueOf(line.group(1));
      if (List.of(tags).stream().allMatch(found::contains)) {
        sum += Double.parseDouble(line.group(2));
      }
    }
    return sum;
  }

  /** True when every follower of this leader has acknowledged everything. */
  boolean followersCaughtUp(int sessions) throws IOException, InterruptedException {
    String replication = get("/replication");
    Matcher lag = Pattern.compile("\"lagRecords\":(-?\\d+)").matcher(replication);
    int found = 0;
    while (lag.find()) {
      found++;
      if (!lag.group(1).equals("0")) {
        return false;
      }
    }
    return found == sessions;
  }

  /** Sends a signal by its name, such as STOP or CONT. */
  void signal(String signal) throws IOException, InterruptedException {
    wasStopped |= signal.equals("STOP"); // its event loops are blocked then, and say so
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }

  /** False once the process has ended, by itself or otherwise. */
  boolean isAlive() {
    return process.isAlive();
  }

  /** How the process has ended. */
  int exitStatus() {
    return process.exitValue();
  }

  /** Processor time that the process has used. */
  double cpuSeconds() {
    return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  /** kill -9. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
  }

  /** SIGTERM; answers the exit status. */
  int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError(name + " did not end within 30 s of SIGTERM");
    }
    return process.exitValue();
  }

  /** Ends it; a warning in its log that is an error fails the test. */
  @Override
  public void close() {
    if (process == null) {
      return;
    }
    process.destroyForcibly();
    try {
      Optional<String> warning = wasStopped ? Optional.empty() : warning();
      if (warning.isPresent()) {
        throw new AssertionError(name + " logged a warning that is an error: " + warning.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code .ci/run} looks for in the tests' own logs. */
  private Optional<String> warning() throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> WARNINGS.stream().anyMatch(line::contains)).findFirst();
    }
  }
}
