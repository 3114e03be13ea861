package dev.slotstream.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ConditionalRaceQuarkusTest {
  private static final int WRITERS = 4;
  private static final int ROUNDS = 100;

  @TestHTTPResource("/")
  URI server;

  @Test
  void oneOfManyCreatorsWins() throws Exception {
    CyclicBarrier together = new CyclicBarrier(WRITERS);
    List<List<Integer>> statuses = race(() -> create(together));
    for (int round = 0; round < ROUNDS; round++) {
      int thisRound = round;
      assertEquals(
          1,
          statuses.stream().filter(one -> one.get(thisRound) == 201).count(),
          "winners of round " + round);
      assertEquals(WRITERS - 1, statuses.stream().filter(one -> one.get(thisRound) == 412).count());
    }
  }

  private List<Integer> create(CyclicBarrier together) throws Exception {
    List<Integer> statuses = new ArrayList<>();
    try (RawHttp http = new RawHttp(server.getPort())) {
      for (int round = 0; round < ROUNDS; round++) {
        together.await();
        statuses.add(
            http.exchange("PUT", "/kv/race/" + round, new byte[] {1}, "If-None-Match: *").status());
      }
    }
    return statuses;
  }

  @Test
  void noCompareAndSetIsLost() throws Exception {
    try (RawHttp http = new RawHttp(server.getPort())) {
      http.exchange("PUT", "/kv/counter", "0".getBytes(UTF_8));
      race(this::count);
      assertEquals(Integer.toString(WRITERS * ROUNDS), http.exchange("GET", "/kv/counter").text());
    }
  }

  /** Counts up by one, as often as there are rounds. */
  private List<Integer> count() throws IOException {
    int done = 0;
    try (RawHttp http = new RawHttp(server.getPort())) {
      while (done < ROUNDS) {
        RawHttp.Answer now = http.exchange("GET", "/kv/counter");
        byte[] next = Integer.toString(Integer.parseInt(now.text()) + 1).getBytes(UTF_8);
        RawHttp.Answer put =
            http.exchange("PUT", "/kv/counter", next, "If-Match: " + now.header("ETag"));
        done += put.status() == 204 ? 1 : 0;
      }
    }
    return List.of();
  }

  private static List<List<Integer>> race(Callable<List<Integer>> writer)
      throws InterruptedException, ExecutionException {
    List<List<Integer>> results = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<List<Integer>>> all = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        all.add(pool.submit(writer));
      }
      for (Future<List<Integer>> one : all) {
        results.add(one.get());
      }
    }
    return results;
  }
}
