package dev.slotstream.rest;

import dev.slotstream.kv.Preconditions;
import dev.slotstream.kv.TimeToLive;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A request for a key, read from its target and its headers; its body is not touched. */
final class KeyRequest {
  private static final String ENCODING = "encoding";
  private static final String TTL = "ttl";
  private static final List<String> PARAMETERS = List.of(ENCODING);
  private static final List<String> PUT_PARAMETERS = List.of(ENCODING, TTL);

  private final byte[] key;
  private final Optional<Duration> ttl;
  private final Preconditions when;

  private KeyRequest(byte[] key, Optional<Duration> ttl, Preconditions when) {
    this.key = key;
    this.ttl = ttl;
    this.when = when;
  }

  /**
   * Reads a request.
   *
   * @param rawKey what follows {@code /kv/} in the target's path
   * @throws RequestException when something in it makes no sense
   * @throws dev.slotstream.kv.KvException when key or time to live are not valid
   */
  static KeyRequest of(HttpServerRequest request, RawTarget target, String rawKey) {
    boolean put = request.method().equals(HttpMethod.PUT);
    QueryParameters query = QueryParameters.of(target, put ? PUT_PARAMETERS : PARAMETERS);
    KeyEncoding encoding = query.get(ENCODING).map(KeyEncoding::named).orElse(KeyEncoding.PLAIN);
    return new KeyRequest(
        encoding.decode(rawKey), query.get(TTL).map(TimeToLive::parse), preconditions(request));
  }

  private static Preconditions preconditions(HttpServerRequest request) {
    return new Preconditions(
        TagHeader.IF_MATCH.parse(request.headers().getAll(TagHeader.IF_MATCH.header())),
        TagHeader.IF_NONE_MATCH.parse(request.headers().getAll(TagHeader.IF_NONE_MATCH.header())));
  }

  byte[] key() {
    return key;
  }

  Optional<Duration> ttl() {
    return ttl;
  }

  Preconditions when() {
    return when;
  }
}
