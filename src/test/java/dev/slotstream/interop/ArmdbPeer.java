package dev.slotstream.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A process of the real armdb. Owns the process and kills it on close, like a crash would; {@link
 * #quit} is the clean end. Every wait is bounded. A failure names the command and quotes the last
 * lines of its standard error, where armdb's own warnings are.
 *
 * <p>The README under {@code src/interop/armdb} lists what a peer can be asked. Never connect to a
 * leader's port just to see whether it is there: armdb takes that for its first follower.
 *
 * <p>Threads: one question at a time, from any thread.
 */
public final class ArmdbPeer implements AutoCloseable {

  /** How long an answer may take when the caller does not say. */
  public static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

  private static final Duration RUN_LIMIT = Duration.ofMinutes(5);
  private static final Duration QUIT_LIMIT = Duration.ofSeconds(20);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
  private static final int STDERR_LINES = 40;

  private final String name;
  private final Process process;
  private final Writer stdin;
  private final BlockingQueue<Output> stdout = new LinkedBlockingQueue<>();
  private final Deque<String> stderr = new ArrayDeque<>();
  private final Thread stderrReader;
  private int port;

  private sealed interface Output {}

  private record Line(String text) implements Output {}

  private record End() implements Output {}

  private ArmdbPeer(String command, List<String> options) throws IOException {
    name = "armdb-peer " + command;
    List<String> arguments = new ArrayList<>();
    arguments.add(ArmdbBuild.executable().toString());
    arguments.add(command);
    arguments.addAll(options);
    process = new ProcessBuilder(arguments).start();
    stdin = process.outputWriter(StandardCharsets.UTF_8);
    startReader("stdout", process.getInputStream(), text -> stdout.add(new Line(text)));
    stderrReader = startReader("stderr", process.getErrorStream(), this::keepStderr);
  }

  /**
   * Call it before each test: builds the program, once. Without cargo the test is skipped, but on
   * CI it fails. (Before all tests of a class, the skip would not show in the reports.)
   */
  public static void assumeAvailable() {
    if (ArmdbBuild.isPossible()) {
      ArmdbBuild.executable();
    } else if ("true".equals(System.getenv("CI"))) {
      Assertions.fail("cargo is not installed, and on CI no test against armdb may be skipped");
    } else {
      Assumptions.abort("skipped: cargo, which builds the real armdb, is not installed");
    }
  }

  /** A leader on a free port of 127.0.0.1. */
  public static ArmdbPeer lead(ArmdbStore store) {
    return lead(store, 0);
  }

  /** A leader on this port of 127.0.0.1, ready for followers. */
  public static ArmdbPeer lead(ArmdbStore store, int port) {
    ArmdbPeer peer = start("lead", store, "--port", Integer.toString(port));
    String ready = peer.awaitReady();
    peer.port = Integer.parseInt(ready.substring(ready.indexOf('=') + 1));
    return peer;
  }

  /** A follower of the leader on this port of 127.0.0.1; not yet connected when this returns. */
  public static ArmdbPeer follow(ArmdbStore store, int leaderPort) {
    ArmdbPeer peer = start("follow", store, "--leader", "127.0.0.1:" + leaderPort);
    peer.awaitReady();
    return peer;
  }

  /** Writes {@link ArmdbContent#written} into a new directory and closes it cleanly, or not. */
  public static void write(ArmdbStore store, long keys, long seed, boolean clean) {
    List<String> options = new ArrayList<>();
    options.addAll(List.of("--keys", Long.toUnsignedString(keys)));
    options.addAll(List.of("--seed", Long.toUnsignedString(seed)));
    if (!clean) {
      options.add("--unclean");
    }
    run("write", store, options.toArray(String[]::new));
  }

  /** All live entries as lines, in the order of the keys. Leaves the directory cleanly closed. */
  public static List<String> dump(ArmdbStore store) {
    return run("dump", store);
  }

  /** Runs a command to its end, which must be a good one, and returns the lines it printed. */
  public static List<String> run(String command, ArmdbStore store, String... options) {
    try (ArmdbPeer peer = start(command, store, options)) {
      List<String> lines = new ArrayList<>();
      long deadline = System.nanoTime() + RUN_LIMIT.toNanos();
      while (peer.next(deadline, command) instanceof Line(String text)) {
        lines.add(text);
      }
      peer.awaitGoodEnd(deadline);
      return lines;
    }
  }

  /** The port that a leader listens on. */
  public int port() {
    return port;
  }

  /** The one line that answers this one. */
  public String ask(String line) {
    return ask(line, ANSWER_LIMIT);
  }

  public synchronized String ask(String line, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      stdin.write(line + "\n");
      stdin.flush();
    } catch (IOException e) {
      throw failure("cannot be asked: " + line, e);
    }
    return answer(deadline, line);
  }

  /** Asks, and fails unless the answer begins with ok. */
  public String command(String line) {
    String answer = ask(line);
    if (!answer.startsWith("ok")) {
      throw failure("was asked: " + line + ", and answered: " + answer);
    }
    return answer;
  }

  public long count() {
    return number("count", "count ");
  }

  /** One of armdb's own counters, such as {@code events_dropped}. */
  public long metric(String name) {
    return number("metric " + name, "metric ");
  }

  /** Waits until a follower has exactly this many keys; fails when it does not within the limit. */
  public void awaitCount(long count, Duration limit) {
    String question = "await " + count + " " + limit.toMillis();
    String answer = ask(question, limit.plus(ANSWER_LIMIT));
    if (!answer.startsWith("ok")) {
      throw failure("was asked: " + question + ", and answered: " + answer);
    }
  }

  /** All live entries of the running peer, as lines in the order of the keys. */
  public List<String> dump() {
    try {
      Path file = Files.createTempFile("armdb-peer-", ".dump");
      try {
        command("dump " + file);
        return Files.readAllLines(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops, closes the directory cleanly, and waits for the end of the process. */
  public void quit() {
    String answer = ask("quit", QUIT_LIMIT);
    if (!answer.equals("ok")) {
      throw failure("does not quit: " + answer);
    }
    awaitGoodEnd(System.nanoTime() + QUIT_LIMIT.toNanos());
  }

  /** Ends the process at once, if it still runs. The directory stays as a crash leaves it. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd(System.nanoTime() + KILL_LIMIT.toNanos());
  }

  @Override
  public void close() {
    kill();
  }

  private static ArmdbPeer start(String command, ArmdbStore store, String... options) {
    List<String> arguments = store.arguments();
    arguments.addAll(List.of(options));
    try {
      return new ArmdbPeer(command, arguments);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start armdb-peer " + command, e);
    }
  }

  private long number(String question, String prefix) {
    String answer = ask(question);
    if (!answer.startsWith(prefix)) {
      throw failure("was asked: " + question + ", and answered: " + answer);
    }
    return Long.parseLong(answer.substring(prefix.length()));
  }

  private String awaitReady() {
    try {
      String ready = answer(System.nanoTime() + ANSWER_LIMIT.toNanos(), "READY?");
      if (!ready.startsWith("READY")) {
        throw failure("is not ready: " + ready);
      }
      return ready;
    } catch (RuntimeException e) {
      kill();
      throw e;
    }
  }

  private String answer(long deadline, String question) {
    return switch (next(deadline, question)) {
      case Line(String text) -> text;
      case End end -> {
        stdout.add(end); // for the next question
        awaitEnd(deadline);
        throw failure("ended with " + process.exitValue() + " instead of answering: " + question);
      }
    };
  }

  private Output next(long deadline, String question) {
    try {
      Output output = stdout.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (output == null) {
        throw failure("does not answer in time: " + question);
      }
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted in the wait for: " + question, e);
    }
  }

  private void awaitGoodEnd(long deadline) {
    awaitEnd(deadline);
    if (process.exitValue() != 0) {
      throw failure("ended with " + process.exitValue());
    }
  }

  private void awaitEnd(long deadline) {
    try {
      if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw failure("does not end in time");
      }
      stderrReader.join(KILL_LIMIT); // so that a failure quotes the last words too
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted in the wait for its end", e);
    }
  }

  private IllegalStateException failure(String what) {
    return failure(what, null);
  }

  private IllegalStateException failure(String what, Exception cause) {
    synchronized (stderr) {
      String lines = stderr.isEmpty() ? "" : "\n  " + String.join("\n  ", stderr);
      return new IllegalStateException(name + " " + what + lines, cause);
    }
  }

  private void keepStderr(String line) {
    synchronized (stderr) {
      if (stderr.size() == STDERR_LINES) {
        stderr.removeFirst();
      }
      stderr.addLast(line);
    }
  }

  private Thread startReader(String stream, InputStream in, Consumer<String> lines) {
    return Thread.ofPlatform()
        .daemon()
        .name(name + " " + stream)
        .start(
            () -> {
              try (BufferedReader reader =
                  new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                reader.lines().forEach(lines);
              } catch (IOException | UncheckedIOException e) {
                keepStderr("(" + stream + " ended: " + e.getMessage() + ")");
              } finally {
                if (stream.equals("stdout")) {
                  stdout.add(new End());
                }
              }
            });
  }
}
