package dev.slotstream.rest;

import dev.slotstream.backup.BackupSink;
import dev.slotstream.backup.Refusal;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A backup as the answer to a request. Called from the backup's thread; everything is done on the
 * request's event loop. A piece is on its way when the socket has taken it.
 */
final class BackupResponse implements BackupSink {
  private static final String MEDIA_TYPE = "application/vnd.slotstream.backup";

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Context context;
  private boolean begun;

  BackupResponse(RoutingContext routing) {
    this.request = routing.request();
    this.response = routing.response();
    this.context = routing.vertx().getOrCreateContext();
    request.resume(); // a body that comes anyway runs by
  }

  private void onContext(Runnable action) {
    if (context.equals(Vertx.currentContext())) {
      action.run();
    } else {
      context.runOnContext(here -> action.run());
    }
  }

  @Override
  public void refuse(Refusal why) {
    onContext(() -> answer(ProblemMapper.of(why)));
  }

  /** On the event loop. */
  void answer(Problem problem) {
    if (response.closed() || response.ended()) {
      return;
    }
    response
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
    problem.headers().forEach(response::putHeader);
    response.end(Buffer.buffer(problem.json()));
  }

  @Override
  public CompletionStage<Void> write(byte[] bytes) {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    onContext(() -> write(bytes, taken));
    return taken;
  }

  private void write(byte[] bytes, CompletableFuture<Void> taken) {
    if (!begun) {
      begun = true;
      response
          .setChunked(true)
          .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
          .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
    if (response.closed()) {
      taken.completeExceptionally(new IllegalStateException("client is gone"));
      return;
    }
    response
        .write(Buffer.buffer(bytes))
        .onSuccess(taken::complete)
        .onFailure(taken::completeExceptionally);
  }

  @Override
  public void end() {
    onContext(response::end);
  }

  @Override
  public void abort() {
    onContext(() -> request.connection().close());
  }
}
