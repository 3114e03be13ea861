package dev.slotstream.rest;

import dev.slotstream.kv.KeyValueStore;
import dev.slotstream.kv.KvError;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** {@code GET /dump}: all entries, a line of JSON each. On the request's event loop. */
@Singleton
final class DumpRoute {
  /** Each of them reads all slots: what more would cost is for keys. */
  private static final int MAX_DUMPS = 2;

  private final String path;
  private final Instance<KeyValueStore> stores;
  private final Semaphore places = new Semaphore(MAX_DUMPS);

  DumpRoute(VertxHttpBuildTimeConfig http, Instance<KeyValueStore> stores) {
    String rootPath = http.rootPath();
    this.path = (rootPath.endsWith("/") ? rootPath : rootPath + "/") + "dump";
    this.stores = stores;
  }

  void install(@Observes Router router) {
    router.route(path).handler(this::handle);
  }

  private void handle(RoutingContext routing) {
    routing.request().resume(); // a body that comes anyway runs by
    RawTarget target = RawTarget.of(routing.request().uri());
    Optional<Problem> problem = problem(routing, target);
    if (problem.isPresent()) {
      refuse(routing.response(), problem.get());
      return;
    }
    KeyValueStore store = stores.get();
    Optional<KvError> refusal = store.refuseScan().or(this::refusePlace);
    if (refusal.isPresent()) {
      refuse(routing.response(), ProblemMapper.of(refusal.get(), target.whole()));
      return;
    }
    new DumpStream(routing.vertx(), routing.response(), store.newScan(), places::release).start();
  }

  private static Optional<Problem> problem(RoutingContext routing, RawTarget target) {
    HttpMethod method = routing.request().method();
    if (!method.equals(HttpMethod.GET)) {
      return Optional.of(
          new Problem(
              405,
              "method-not-allowed",
              "The method is not allowed",
              "method=%s expected=GET".formatted(method),
              Map.of("Allow", "GET")));
    }
    try {
      QueryParameters.of(target, List.of());
      return Optional.empty();
    } catch (RequestException e) {
      return Optional.of(ProblemMapper.of(e.error()));
    }
  }

  /** Takes a place, unless all are taken. */
  private Optional<KvError> refusePlace() {
    return places.tryAcquire()
        ? Optional.empty()
        : Optional.of(new KvError.Overloaded("too many dumps run already, limit=" + MAX_DUMPS));
  }

  private static void refuse(HttpServerResponse response, Problem problem) {
    response
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
    problem.headers().forEach(response::putHeader);
    response.end(Buffer.buffer(problem.json()));
  }
}
