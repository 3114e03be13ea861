package dev.slotstream.rest;

import dev.slotstream.kv.Entry;
import dev.slotstream.kv.KvError;
import dev.slotstream.kv.ReadAnswer;
import dev.slotstream.kv.WriteAnswer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.util.Optional;

/**
 * Answers one request, on its event loop; {@link #sendFromAnywhere} and {@link #onContext} come
 * back to it. Says nothing when the client is gone.
 */
final class Reply {
  /** Where a write stands, or what a read must see. */
  static final CharSequence POSITION = HttpHeaders.createOptimized("Slotstream-Position");

  private static final CharSequence EXPIRES = HttpHeaders.createOptimized("Slotstream-Expires");
  private static final CharSequence NO_SNIFF =
      HttpHeaders.createOptimized("X-Content-Type-Options");

  private final HttpServerRequest request;
  private final RawTarget target;
  private final Context context;
  private final UnreadBody unread;

  Reply(Vertx vertx, HttpServerRequest request, RawTarget target, ValueBody body) {
    this.request = request;
    this.target = target;
    this.context = vertx.getOrCreateContext();
    this.unread = new UnreadBody(vertx, request, body);
  }

  void send(ReadAnswer answer) {
    if (isOver()) {
      return;
    }
    switch (answer) {
      case ReadAnswer.Found(Entry entry) -> found(entry);
      case ReadAnswer.NotModified known ->
          request
              .response()
              .setStatusCode(304)
              .putHeader(HttpHeaders.ETAG, known.tag().toString())
              .end();
      case ReadAnswer.Refused(KvError error) -> refuse(error);
    }
  }

  private void found(Entry entry) {
    HttpServerResponse response = request.response();
    response
        .putHeader(HttpHeaders.ETAG, entry.tag().toString())
        .putHeader(HttpHeaders.CONTENT_TYPE, entry.mediaType())
        // A cache may keep it, and must ask each time whether it is still the value.
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        // What somebody stored is not to run as a script because it looks like one.
        .putHeader(NO_SNIFF, "nosniff");
    expires(entry.expires());
    if (request.method().equals(HttpMethod.HEAD)) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(entry.length())).end();
    } else {
      response.end(Buffer.buffer(entry.value()));
    }
  }

  /** Sends the end of a write, which may come on any thread. */
  void sendFromAnywhere(WriteAnswer answer) {
    onContext(() -> send(answer));
  }

  /** Runs something on the request's event loop; at once when this is it. */
  void onContext(Runnable action) {
    if (context.equals(Vertx.currentContext())) {
      action.run();
    } else {
      context.runOnContext(here -> action.run());
    }
  }

  /** True when the client is gone, or has been answered. */
  private boolean isOver() {
    return request.response().closed() || request.response().ended();
  }

  private void send(WriteAnswer answer) {
    if (isOver()) {
      return;
    }
    switch (answer) {
      case WriteAnswer.Stored stored -> {
        stands(stored);
        request.response().setStatusCode(stored.created() ? 201 : 204).end();
      }
      case WriteAnswer.Removed removed -> {
        stands(removed);
        request.response().setStatusCode(204).end();
      }
      case WriteAnswer.NotReplicated(WriteAnswer.Done done, KvError why) -> {
        stands(done);
        refuse(why);
      }
      case WriteAnswer.Refused(KvError error) -> refuse(error);
    }
  }

  /** What there is to say of a write that stands on this node. */
  private void stands(WriteAnswer.Done done) {
    request.response().putHeader(POSITION, done.position().toString());
    if (done instanceof WriteAnswer.Stored stored) {
      request.response().putHeader(HttpHeaders.ETAG, stored.tag().toString());
      expires(stored.expires());
    }
  }

  private void expires(Optional<Instant> when) {
    when.ifPresent(instant -> request.response().putHeader(EXPIRES, instant.toString()));
  }

  /** The request that it answers. */
  @Override
  public String toString() {
    return "method=%s target=%s".formatted(request.method(), target.whole());
  }

  void options() {
    request.response().setStatusCode(204).putHeader(HttpHeaders.ALLOW, RequestError.ALLOW).end();
  }

  void refuse(KvError error) {
    problem(ProblemMapper.of(error, target.whole()));
  }

  void refuse(RequestError error) {
    problem(ProblemMapper.of(error));
  }

  /** Refuses a body that takes too long, and does not wait for the rest of it. */
  void refuseSlowBody(RequestError error) {
    unread.tooSlow();
    refuse(error);
  }

  private void problem(Problem problem) {
    HttpServerResponse response = request.response();
    if (isOver()) {
      return;
    }
    response
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
    problem.headers().forEach(response::putHeader);
    unread.endWith(Buffer.buffer(problem.json()));
  }

  /** The request's body will be read to its end. */
  void bodyIsRead() {
    unread.nothingLeft();
  }
}
