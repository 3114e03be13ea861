package dev.slotstream.rest;

import dev.slotstream.kv.KeyValueStore;
import dev.slotstream.kv.KvError;
import dev.slotstream.kv.KvException;
import dev.slotstream.kv.PutOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/** {@code /kv/{key}}: from a request to the store and back. On the request's event loop. */
@Singleton
final class KeyResource {
  private static final Logger LOG = Logger.getLogger(KeyResource.class);

  private final KeyValueStore store;

  KeyResource(KeyValueStore store) {
    this.store = store;
  }

  /**
   * Serves a request.
   *
   * @param rawKey what follows {@code /kv/} in the target's path
   */
  void serve(RoutingContext routing, RawTarget target, String rawKey) {
    HttpServerRequest request = routing.request();
    ValueBody body = new ValueBody(routing.vertx(), request);
    Reply reply = new Reply(routing.vertx(), request, target, body);
    if (!request.method().equals(HttpMethod.PUT)) {
      request.resume(); // a body that comes anyway runs by
    }
    answering(reply, () -> dispatch(reply, body, request, target, rawKey));
  }

  /** Whatever goes wrong is answered. */
  private static void answering(Reply reply, Runnable action) {
    try {
      action.run();
    } catch (RequestException e) {
      reply.refuse(e.error());
    } catch (KvException e) {
      reply.refuse(e.error());
    } catch (RuntimeException e) {
      LOG.errorf(e, "request failed, %s", reply);
      reply.refuse(new KvError.Internal("request failed, see the log"));
    }
  }

  private void dispatch(
      Reply reply, ValueBody body, HttpServerRequest request, RawTarget target, String rawKey) {
    String method = request.method().name();
    switch (method) {
      case "OPTIONS" -> reply.options();
      case "GET", "HEAD", "PUT", "DELETE" -> {
        KeyRequest asked = KeyRequest.of(request, target, rawKey);
        Executor later = action -> reply.onContext(() -> answering(reply, action));
        switch (method) {
          case "GET" -> store.get(asked.key(), asked.read(), later, reply::send);
          case "HEAD" -> store.head(asked.key(), asked.read(), later, reply::send);
          case "PUT" -> put(reply, body, asked);
          default -> store.delete(asked.key(), asked.write(), reply::sendFromAnywhere);
        }
      }
      default -> reply.refuse(new RequestError.MethodNotAllowed(method));
    }
  }

  private void put(Reply reply, ValueBody body, KeyRequest asked) {
    body.requirePlain();
    Optional<KvError> refusal =
        store.refuseWrite(asked.key()).or(() -> refuseLength(body.announced()));
    if (refusal.isPresent()) {
      reply.refuse(refusal.get());
      return;
    }
    PutOptions options = asked.put(body.mediaType());
    body.collect(
        store.codec().maxValueBytes(),
        new ValueBody.Reader() {
          @Override
          public void whole(byte[] value) {
            reply.bodyIsRead();
            store.put(asked.key(), value, options, reply::sendFromAnywhere);
          }

          @Override
          public void tooLong(long lengthSoFar) {
            refuseLength(OptionalLong.of(lengthSoFar)).ifPresent(reply::refuse);
          }

          @Override
          public void tooSlow(long limitSeconds) {
            reply.refuseSlowBody(new RequestError.BodyTooSlow(limitSeconds));
          }
        });
  }

  private Optional<KvError> refuseLength(OptionalLong length) {
    return length.isPresent()
        ? store.codec().refuseValueLength(length.getAsLong())
        : Optional.empty();
  }
}
