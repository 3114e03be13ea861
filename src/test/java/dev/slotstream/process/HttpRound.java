package dev.slotstream.process;

import dev.slotstream.crash.Operation;
import dev.slotstream.crash.Operation.Kind;
import dev.slotstream.crash.Operation.Outcome;
import dev.slotstream.process.HttpConnection.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients over HTTP that fight for a few keys, and what they were told: a number of operations,
 * while the node may be killed, halted and stopped. A key belongs to one round.
 */
final class HttpRound {
  static final int CLIENTS = 8;
  private static final int KEYS = 5;
  private static final Duration PATIENCE = Duration.ofMillis(400);
  private static final int NO_CONTENT = 204;
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int UNAVAILABLE = 503;
  private static final long NEVER = Long.MAX_VALUE;

  private final NodeProcess node;
  private final int number;
  private final int limit;
  private final AtomicInteger begun = new AtomicInteger();
  private final List<Long> deaths = new CopyOnWriteArrayList<>();
  private final List<FutureTask<List<Operation>>> clients = new ArrayList<>();

  /** Which value a tag of a key stands for: never two. */
  private final Map<String, Long> tagged = new ConcurrentHashMap<>();

  /**
   * A round.
   *
   * @param number of the round, which its keys and values are made of
   * @param limit operations of all clients
   */
  HttpRound(NodeProcess node, int number, int limit) {
    this.node = node;
    this.number = number;
    this.limit = limit;
  }

  String key(int n) {
    return "r%d-k%d".formatted(number, n);
  }

  /** The round's keys. */
  List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (int k = 0; k < KEYS; k++) {
      keys.add(key(k));
    }
    return keys;
  }

  HttpRound start() {
    for (int c = 0; c < CLIENTS; c++) {
      clients.add(new FutureTask<>(new Client(c)::run));
      Thread.ofPlatform().name("client-" + c).start(clients.getLast());
    }
    return this;
  }

  /** True once so many operations have begun. */
  boolean hasBegun(int operations) {
    if (clients.stream().anyMatch(Future::isDone) && begun.get() < limit) {
      throw new AssertionError("a client gave up", failure());
    }
    return begun.get() >= operations;
  }

  private Throwable failure() {
    return clients.stream()
        .filter(client -> client.state() == Future.State.FAILED)
        .map(Future::exceptionNow)
        .findFirst()
        .orElse(null);
  }

  /** The node's process has ended: what it was asked and did not answer it will not do any more. */
  void nodeIsGone() {
    deaths.add(System.nanoTime());
  }

  /** Waits for all clients; what they did. */
  List<Operation> end() throws InterruptedException, ExecutionException {
    List<Operation> all = new ArrayList<>();
    for (FutureTask<List<Operation>> client : clients) {
      for (Operation operation : client.get()) {
        all.add(
            operation.outcome() == Outcome.MAYBE
                ? operation.unanswered(goneAfter(operation.called()))
                : operation);
      }
    }
    return all;
  }

  private long goneAfter(long time) {
    return deaths.stream().mapToLong(Long::longValue).filter(d -> d > time).min().orElse(NEVER);
  }

  /** One client. */
  private final class Client {
    private final int client;
    private final SplittableRandom random;
    private final Map<String, Seen> seen = new HashMap<>();
    private final List<Operation> done = new ArrayList<>();
    private HttpConnection connection;
    private long nextValue;

    /** What it has last seen of a key. */
    private record Seen(long value, String tag) {}

    private Client(int client) {
      this.client = client;
      this.random = new SplittableRandom((long) number << 8 | client);
      this.nextValue = (long) (number + 1) << 32 | (long) client << 24;
    }

    private List<Operation> run() throws IOException {
      while (begun.get() < limit) {
        if (connect()) {
          begun.incrementAndGet();
          act();
        } else {
          LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
      }
      if (connection != null) {
        connection.close();
      }
      return done;
    }

    /** False when nobody is there: nothing is asked then. */
    private boolean connect() {
      try {
        if (connection == null) {
          connection = new HttpConnection(node.httpPort(), PATIENCE);
        }
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    private void act() throws IOException {
      String key = key(random.nextInt(KEYS));
      Seen known = seen.get(key);
      int dice = random.nextInt(10);
      if (dice < 4 || (dice > 6 && known == null)) {
        ask(new Operation(key, client, Kind.GET, 0, 0, null, System.nanoTime(), 0), "");
        return;
      }
      Kind kind =
          switch (dice) {
            case 4 -> Kind.PUT;
            case 5 -> Kind.PUT_IF_ABSENT;
            case 6 -> Kind.DELETE;
            case 7 -> Kind.DELETE_IF;
            default -> Kind.PUT_IF;
          };
      boolean conditional = kind == Kind.PUT_IF || kind == Kind.DELETE_IF;
      boolean deletes = kind == Kind.DELETE || kind == Kind.DELETE_IF;
      String header =
          conditional
              ? "If-Match: " + known.tag() + "\r\n"
              : kind == Kind.PUT_IF_ABSENT ? "If-None-Match: *\r\n" : "";
      long expected = conditional ? known.value() : 0;
      long value = deletes ? 0 : ++nextValue;
      ask(new Operation(key, client, kind, expected, value, null, System.nanoTime(), 0), header);
    }

    private void ask(Operation asked, String header) throws IOException {
      String method =
          switch (asked.kind()) {
            case GET -> "GET";
            case PUT, PUT_IF_ABSENT, PUT_IF -> "PUT";
            case DELETE, DELETE_IF -> "DELETE";
          };
      String body = method.equals("PUT") ? text(asked.value()) : "";
      try {
        note(asked, connection.send(method, asked.key(), header, body), System.nanoTime());
      } catch (IOException lost) {
        // Killed, halted or stopped: a read that was not answered says nothing.
        connection.close();
        connection = null;
        if (asked.kind() != Kind.GET) {
          done.add(asked.unanswered(NEVER));
        }
      }
    }

    private void note(Operation asked, Answer answer, long now) {
      boolean get = asked.kind() == Kind.GET;
      boolean absent = answer.status() == NOT_FOUND;
      if (answer.status() == UNAVAILABLE) {
        return; // it was not done
      }
      if (answer.status() <= NO_CONTENT || (get && absent)) {
        long value = get ? (absent ? 0 : value(answer.body())) : asked.value();
        saw(asked.key(), value, answer.etag());
        done.add(ended(asked, value, Outcome.OK, now));
      } else if (!get && (absent || answer.status() == PRECONDITION_FAILED)) {
        seen.remove(asked.key());
        done.add(ended(asked, asked.value(), Outcome.REFUSED, now));
      } else {
        throw new AssertionError("%s answered %s".formatted(asked, answer));
      }
    }

    private static Operation ended(Operation asked, long value, Outcome outcome, long now) {
      return new Operation(
          asked.key(),
          asked.client(),
          asked.kind(),
          asked.expected(),
          value,
          outcome,
          asked.called(),
          now);
    }

    private void saw(String key, long value, String tag) {
      if (value == 0) {
        seen.remove(key);
        return;
      }
      Long other = tagged.putIfAbsent(key + " " + tag, value);
      if (other != null && other != value) {
        throw new AssertionError(
            "one tag for two values, key=%s tag=%s values=%d, %d"
                .formatted(key, tag, other, value));
      }
      seen.put(key, new Seen(value, tag));
    }
  }

  /** A value's text, of a length that depends on it. */
  private static String text(long value) {
    return value + "-" + "x".repeat((int) (value % 300));
  }

  private static long value(String text) {
    long value = Long.parseLong(text, 0, Math.max(0, text.indexOf('-')), 10);
    if (!text.equals(text(value))) {
      throw new AssertionError("value is not whole: " + text);
    }
    return value;
  }
}
