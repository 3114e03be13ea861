package dev.slotstream.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a dump reads on. Its worker thread and its connection are driven by hand. */
class DumpStreamTest {
  /** Steps that were begun; the scan itself is asked by none of them. */
  private final List<Promise<Boolean>> steps = new ArrayList<>();

  private Handler<Void> drained;
  private Handler<Void> closed;
  private boolean full;
  private int ends;

  @BeforeEach
  void start() {
    new DumpStream(vertx(), response(), null, () -> ends++).start();
  }

  private Vertx vertx() {
    return fake(
        Vertx.class,
        (name, arguments) -> {
          assertEquals("executeBlocking", name);
          Promise<Boolean> step = Promise.promise();
          steps.add(step);
          return step.future();
        });
  }

  @SuppressWarnings("unchecked")
  private HttpServerResponse response() {
    return fake(
        HttpServerResponse.class,
        (name, arguments) -> {
          switch (name) {
            case "drainHandler" -> drained = (Handler<Void>) arguments[0];
            case "closeHandler" -> closed = (Handler<Void>) arguments[0];
            default -> {}
          }
          return name.equals("writeQueueFull") ? (Object) full : null;
        });
  }

  /** What a call answers; null for the object itself. */
  private interface Calls {
    Object call(String name, Object[] arguments);
  }

  private static <T> T fake(Class<T> type, Calls calls) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object answer = calls.call(method.getName(), arguments);
              return answer == null ? proxy : answer;
            }));
  }

  private void endStep() {
    steps.getLast().complete(true);
  }

  @Test
  void readsOnAtOnceWhileThereIsRoom() {
    assertEquals(1, steps.size());
    endStep();
    assertEquals(2, steps.size());
  }

  @Test
  void readsOnOnceWhenThereIsRoomAgain() {
    full = true;
    endStep();
    assertEquals(1, steps.size(), "waits for room");
    full = false;
    drained.handle(null);
    assertEquals(2, steps.size());
  }

  @Test
  void neverReadsTwiceAtATimeHoweverOftenItHearsOfRoom() {
    full = true;
    endStep();
    full = false;
    drained.handle(null);
    drained.handle(null);
    assertEquals(2, steps.size(), "a step is under way");
    endStep();
    assertEquals(3, steps.size());
    drained.handle(null);
    assertEquals(3, steps.size(), "a step is under way");
  }

  @Test
  void aClientThatIsGoneEndsIt() {
    full = true;
    endStep();
    closed.handle(null);
    closed.handle(null);
    drained.handle(null);
    assertEquals(1, steps.size());
    assertEquals(1, ends);
  }
}
