package dev.slotstream.rest;

import dev.slotstream.backup.BackupDownload;
import dev.slotstream.backup.Backups;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;

/** {@code GET /backup}: the whole store as a stream, or the rest of one. */
@Singleton
final class BackupRoute {
  private final String path;
  private final Instance<Backups> backups;

  BackupRoute(VertxHttpBuildTimeConfig http, Instance<Backups> backups) {
    String root = http.rootPath();
    this.path = (root.endsWith("/") ? root : root + "/") + "backup";
    this.backups = backups;
  }

  void install(@Observes Router router) {
    router.route(path).handler(this::serve);
  }

  /** Not before the first request is the store looked for: it is not open when routes are made. */
  private void serve(RoutingContext routing) {
    BackupResponse response = new BackupResponse(routing);
    if (!routing.request().method().equals(HttpMethod.GET)) {
      response.answer(
          new Problem(
              405,
              "method-not-allowed",
              "The method is not allowed",
              "method is not allowed, method=%s expected=GET".formatted(routing.request().method()),
              Map.of("Allow", "GET")));
      return;
    }
    String after = routing.request().getHeader(BackupDownload.AFTER);
    backups.get().start(Optional.ofNullable(after), response);
  }
}
