package dev.slotstream.rest;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/**
 * What becomes of a value that is refused before it was read. A short one is let run by, and the
 * connection lives on; else the connection is closed, a moment later: closed at once, with bytes
 * that nobody read, it would be reset, and the client might never see why.
 */
final class UnreadBody {
  private static final long MAX_RUN_BY = 64 << 10;
  private static final long LINGER_MILLIS = 500;
  private static final long NO_ERROR = 0;

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final ValueBody body;
  private boolean left;

  UnreadBody(Vertx vertx, HttpServerRequest request, ValueBody body) {
    this.vertx = vertx;
    this.request = request;
    this.body = body;
    this.left = request.method().equals(HttpMethod.PUT) && body.hasEnd();
  }

  void nothingLeft() {
    left = false;
  }

  /** Ends the response. */
  void endWith(Buffer content) {
    HttpServerResponse response = request.response();
    if (!left) {
      response.end(content);
    } else if (request.version() == HttpVersion.HTTP_2) {
      // Only this stream ends: others share the connection.
      response.end(content).onComplete(sent -> response.reset(NO_ERROR));
    } else if (runsBy()) {
      response.end(content);
      discard();
    } else {
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      response.end(content).onComplete(sent -> linger());
    }
  }

  private boolean runsBy() {
    return !body.awaitsContinue()
        && body.announced().isPresent()
        && body.announced().getAsLong() <= MAX_RUN_BY;
  }

  private void discard() {
    if (!request.isEnded()) {
      request.handler(bytes -> {});
      request.resume();
    }
  }

  private void linger() {
    if (request.isEnded()) {
      request.connection().close();
      return;
    }
    long timer = vertx.setTimer(LINGER_MILLIS, late -> request.connection().close());
    request.exceptionHandler(broken -> vertx.cancelTimer(timer));
    // Before the body goes on: its end may be here already.
    request.endHandler(
        end -> {
          vertx.cancelTimer(timer);
          request.connection().close();
        });
    discard();
  }
}
