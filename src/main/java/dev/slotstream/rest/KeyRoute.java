package dev.slotstream.rest;

import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

/**
 * The first that sees a target: the server checks none. Leads requests for keys to {@link
 * KeyResource}, by their raw target. A route with a path would match the tidied path, where {@code
 * /kv/..} is no key at all.
 */
@Singleton
final class KeyRoute {
  /** Behind Quarkus' filters, such as authentication; before anything that looks at a body. */
  private static final int ORDER = -10;

  private static final String KEYS = "kv/";

  private final String prefix;
  private final Instance<KeyResource> resources;
  private volatile KeyResource resource;

  KeyRoute(VertxHttpBuildTimeConfig http, Instance<KeyResource> resources) {
    String rootPath = http.rootPath();
    this.prefix = (rootPath.endsWith("/") ? rootPath : rootPath + "/") + KEYS;
    this.resources = resources;
  }

  void install(@Observes Router router) {
    router.route().order(ORDER).handler(this::handle);
  }

  private void handle(RoutingContext routing) {
    RawTarget target = RawTarget.of(routing.request().uri());
    if (target.path().startsWith(prefix)) {
      resource().serve(routing, target, target.path().substring(prefix.length()));
    } else if (target.isValid()) {
      routing.next();
    } else {
      refuse(routing, ProblemMapper.of(new RequestError.BadTarget()));
    }
  }

  private static void refuse(RoutingContext routing, Problem problem) {
    routing.request().resume(); // a body that comes anyway runs by
    routing
        .response()
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
        .end(Buffer.buffer(problem.json()));
  }

  /** Not before the first request: when routes are installed, the store is not open yet. */
  private KeyResource resource() {
    KeyResource known = resource;
    if (known == null) {
      known = resources.get();
      resource = known;
    }
    return known;
  }
}
