package dev.slotstream.rest;

import dev.slotstream.kv.EntryLine;
import dev.slotstream.kv.EntryScan;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;

/**
 * Sends all entries to one client, a line each, as fast as it takes them: the next part is read
 * once the connection has room, on a worker thread, never two parts at a time. Everything else is
 * on the request's event loop.
 */
final class DumpStream {
  private static final Logger LOG = Logger.getLogger(DumpStream.class);
  private static final int PART_BYTES = 64 << 10;

  private final Vertx vertx;
  private final HttpServerResponse response;
  private final EntryScan scan;
  private final Runnable ended;
  private boolean over;

  /** True when no step is under way because the connection is full. */
  private boolean waitsForRoom;

  /**
   * A stream that has not begun.
   *
   * @param ended called once, whatever ends it
   */
  DumpStream(Vertx vertx, HttpServerResponse response, EntryScan scan, Runnable ended) {
    this.vertx = vertx;
    this.response = response;
    this.scan = scan;
    this.ended = ended;
  }

  void start() {
    response.setChunked(true).putHeader("Content-Type", "application/x-ndjson");
    response.exceptionHandler(gone -> end());
    response.closeHandler(gone -> end());
    // Once for all: the connection calls it whenever it has drained, asked or not.
    response.drainHandler(room -> drained());
    next();
  }

  private void drained() {
    if (waitsForRoom && !over) {
      waitsForRoom = false;
      next();
    }
  }

  private void next() {
    Buffer part = Buffer.buffer();
    vertx
        .executeBlocking(() -> read(part), false)
        .onSuccess(more -> send(part, more))
        .onFailure(this::fail);
  }

  private boolean read(Buffer part) {
    return scan.step(
        line -> part.appendString(json(line).encode()).appendByte((byte) '\n'),
        () -> part.length() >= PART_BYTES);
  }

  private static JsonObject json(EntryLine line) {
    JsonObject json = new JsonObject();
    put(json, "key", line.key());
    put(json, "key64", line.key64());
    put(json, "value", line.value());
    put(json, "value64", line.value64());
    put(json, "type", line.type());
    put(json, "expires", line.expires());
    return json;
  }

  private static void put(JsonObject json, String name, String value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  private void send(Buffer part, boolean more) {
    if (over) {
      return;
    }
    if (!more) {
      JsonObject last =
          new JsonObject().put("entries", scan.entries()).put("damaged", scan.damaged());
      response.end(part.appendString(last.encode()).appendByte((byte) '\n'));
      end();
      return;
    }
    if (part.length() > 0) {
      response.write(part);
    }
    waitsForRoom = response.writeQueueFull();
    if (!waitsForRoom) {
      next();
    }
  }

  /** The client must not take what it has for the whole: the connection breaks. */
  private void fail(Throwable why) {
    if (!over) {
      LOG.warnf(why, "dump was broken off, entries=%d", scan.entries());
      response.reset();
      end();
    }
  }

  private void end() {
    if (!over) {
      over = true;
      ended.run();
    }
  }
}
