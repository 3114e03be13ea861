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
 * connection lives on; else, or when that takes too long, the connection is closed. It is not
 * closed at once: with bytes that nobody read it would be reset, and the client might never see
 * why.
 */
final class UnreadBody {
  private static final long MAX_RUN_BY = 64 << 10;
  private static final long RUN_BY_MILLIS = 10_000;
  private static final long LINGER_MILLIS = 500;
  private static final long NO_ERROR = 0;

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final ValueBody body;
  private boolean left;
  private boolean tooSlow;

  UnreadBody(Vertx vertx, HttpServerRequest request, ValueBody body) {
    this.vertx = vertx;
    this.request = request;
    this.body = body;
    this.left = request.method().equals(HttpMethod.PUT) && body.hasEnd();
  }

  void nothingLeft() {
    left = false;
  }

  /** What is left has had its time. */
  void tooSlow() {
    tooSlow = true;
  }

  /** Ends the response. */
  void endWith(Buffer content) {
    HttpServerResponse response = request.response();
    if (!left) {
      response.end(content);
    } else if (runsBy()) {
      response.end(content);
      discard(RUN_BY_MILLIS, false);
    } else {
      if (!sharesConnection()) {
        response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      }
      response.end(content).onComplete(sent -> discard(LINGER_MILLIS, true));
    }
  }

  private boolean runsBy() {
    return !tooSlow
        && !body.awaitsContinue()
        && body.announced().isPresent()
        && body.announced().getAsLong() <= MAX_RUN_BY;
  }

  /** Reads what is left and forgets it; closes the connection after a while. */
  private void discard(long atMostMillis, boolean closeAtEnd) {
    if (request.isEnded()) {
      end(closeAtEnd);
      return;
    }
    long timer = vertx.setTimer(atMostMillis, late -> cut());
    request.handler(bytes -> {});
    request.exceptionHandler(broken -> vertx.cancelTimer(timer));
    request.endHandler(
        ended -> {
          vertx.cancelTimer(timer);
          end(closeAtEnd);
        });
    // The last: the body's end may be here already.
    request.resume();
  }

  private void end(boolean close) {
    if (close) {
      cut();
    }
  }

  /** In HTTP/2 only this stream ends: others share the connection. */
  private void cut() {
    if (sharesConnection()) {
      request.response().reset(NO_ERROR);
    } else {
      request.connection().close();
    }
  }

  private boolean sharesConnection() {
    return request.version() == HttpVersion.HTTP_2;
  }
}
