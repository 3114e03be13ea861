package dev.slotstream.rest;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The body of a request, taken in up to a limit, and within a time. A body that ends early (its
 * connection breaks, or it is shorter than announced) never reaches its reader.
 */
final class ValueBody {
  private static final long MAX_MILLIS = 30_000;
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final HttpServerRequest request;

  ValueBody(Vertx vertx, HttpServerRequest request) {
    this.vertx = vertx;
    this.request = request;
  }

  /** The length that the request announces; empty when it has chunks, or is of HTTP/2. */
  OptionalLong announced() {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(length.strip()));
  }

  /** True when something says where the body ends. */
  boolean hasEnd() {
    return announced().isPresent()
        || request.version() == HttpVersion.HTTP_2
        || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  /** True when the client waits for a word before it sends the body. */
  boolean awaitsContinue() {
    return "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
  }

  /** What the client says it is. */
  Optional<String> mediaType() {
    return Optional.ofNullable(request.getHeader(HttpHeaders.CONTENT_TYPE));
  }

  /**
   * Refuses what cannot be stored as it comes.
   *
   * @throws RequestException when it is coded, a part, or without an end
   */
  void requirePlain() {
    String coding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (coding != null && !coding.equalsIgnoreCase("identity")) {
      throw new RequestException(new RequestError.UnsupportedCoding(coding));
    }
    String transfer = request.getHeader(HttpHeaders.TRANSFER_ENCODING);
    if (transfer != null && !transfer.equalsIgnoreCase("chunked")) {
      throw new RequestException(new RequestError.UnsupportedCoding(transfer));
    }
    if (request.headers().contains("Content-Range")) {
      throw new RequestException(new RequestError.PartialPut());
    }
    if (!hasEnd()) {
      throw new RequestException(new RequestError.LengthRequired());
    }
  }

  /** Takes the body in, and tells the reader how that ended. */
  void collect(int limit, Reader reader) {
    if (awaitsContinue()) {
      request.response().writeContinue();
    }
    Collector collector = new Collector(limit, reader);
    request.handler(collector::add);
    request.endHandler(end -> collector.end());
    // Nothing is to be done: without its end, the body is never handed over.
    request.exceptionHandler(broken -> collector.stop());
    request.resume();
  }

  /** Who wants a body. One of these is called, at most once. */
  interface Reader {
    /** It is complete. */
    void whole(byte[] body);

    /** It is longer than the limit; what follows is not kept. */
    void tooLong(long lengthSoFar);

    /** It takes too long; what follows is not kept. */
    void tooSlow(long limitSeconds);
  }

  private final class Collector {
    private final int limit;
    private final Reader reader;
    private final Buffer body = Buffer.buffer();
    private long timer = NO_TIMER;
    private boolean stopped;

    Collector(int limit, Reader reader) {
      this.limit = limit;
      this.reader = reader;
    }

    void add(Buffer chunk) {
      if (stopped) {
        return;
      }
      long length = (long) body.length() + chunk.length();
      if (length > limit) {
        stop();
        reader.tooLong(length);
        return;
      }
      body.appendBuffer(chunk);
      // Most values come in one piece and need no timer; one that never begins meets the idle
      // limit.
      if (timer == NO_TIMER && length != announced().orElse(-1)) {
        timer = vertx.setTimer(MAX_MILLIS, late -> tooSlow());
      }
    }

    private void tooSlow() {
      if (!stopped) {
        stop();
        reader.tooSlow(TimeUnit.MILLISECONDS.toSeconds(MAX_MILLIS));
      }
    }

    void end() {
      if (!stopped) {
        stop();
        reader.whole(body.getBytes());
      }
    }

    void stop() {
      stopped = true;
      if (timer != NO_TIMER) {
        vertx.cancelTimer(timer);
      }
    }
  }
}
