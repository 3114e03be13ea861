package dev.slotstream.rest;

import dev.slotstream.kv.Position;
import dev.slotstream.kv.Preconditions;
import dev.slotstream.kv.PutOptions;
import dev.slotstream.kv.ReadOptions;
import dev.slotstream.kv.ReplicationDemands;
import dev.slotstream.kv.TimeToLive;
import dev.slotstream.kv.WriteOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** A request for a key, read from its target and its headers; its body is not touched. */
final class KeyRequest {
  private static final String ENCODING = "encoding";
  private static final String TTL = "ttl";
  private static final String ACKS = "acks";
  private static final String DURABILITY = "durability";
  private static final String ON_DISK = "fsync";
  private static final String POSITION = "position";
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,3}");

  /** What each method knows; others are refused, since ignoring one could hurt. */
  private static final Map<HttpMethod, List<String>> PARAMETERS =
      Map.of(
          HttpMethod.GET, List.of(ENCODING, POSITION),
          HttpMethod.HEAD, List.of(ENCODING, POSITION),
          HttpMethod.PUT, List.of(ENCODING, TTL, ACKS, DURABILITY),
          HttpMethod.DELETE, List.of(ENCODING, ACKS, DURABILITY));

  private final byte[] key;
  private final Optional<Duration> ttl;
  private final Preconditions when;
  private final OptionalInt acks;
  private final boolean onDisk;
  private final List<Position> positions;

  private KeyRequest(byte[] key, HttpServerRequest request, QueryParameters query) {
    this.key = key;
    this.ttl = query.get(TTL).map(TimeToLive::parse);
    this.when = preconditions(request);
    this.acks = query.get(ACKS).map(KeyRequest::acks).orElse(OptionalInt.empty());
    this.onDisk = query.get(DURABILITY).map(KeyRequest::onDisk).orElse(false);
    this.positions = positions(request, query);
  }

  /**
   * Reads a request.
   *
   * @param rawKey what follows {@code /kv/} in the target's path
   * @throws RequestException when something in it makes no sense
   * @throws dev.slotstream.kv.KvException when key or time to live are not valid
   */
  static KeyRequest of(HttpServerRequest request, RawTarget target, String rawKey) {
    QueryParameters query = QueryParameters.of(target, PARAMETERS.get(request.method()));
    KeyEncoding encoding = query.get(ENCODING).map(KeyEncoding::named).orElse(KeyEncoding.PLAIN);
    return new KeyRequest(encoding.decode(rawKey), request, query);
  }

  private static Preconditions preconditions(HttpServerRequest request) {
    return new Preconditions(
        TagHeader.IF_MATCH.parse(request.headers().getAll(TagHeader.IF_MATCH.header())),
        TagHeader.IF_NONE_MATCH.parse(request.headers().getAll(TagHeader.IF_NONE_MATCH.header())));
  }

  /** A request can ask for more than the node promises, and never for less. */
  private static boolean onDisk(String text) {
    if (!text.equals(ON_DISK)) {
      throw new RequestException(
          new RequestError.BadParameter(
              "durability is not valid, durability=%s expected=%s".formatted(text, ON_DISK)));
    }
    return true;
  }

  private static OptionalInt acks(String text) {
    int acks = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : -1;
    if (acks < 0 || acks > ReplicationDemands.MAX_ACKS) {
      throw new RequestException(
          new RequestError.BadParameter(
              "number of followers is not valid, acks=%s expected=0 to %d"
                  .formatted(text, ReplicationDemands.MAX_ACKS)));
    }
    return OptionalInt.of(acks);
  }

  /** Of the query, and of the header: there a client sends back what it got. */
  private static List<Position> positions(HttpServerRequest request, QueryParameters query) {
    boolean read = PARAMETERS.get(request.method()).contains(POSITION);
    boolean given = request.headers().contains(Reply.POSITION) || query.get(POSITION).isPresent();
    if (!read || !given) {
      return List.of();
    }
    List<String> texts = new ArrayList<>(request.headers().getAll(Reply.POSITION));
    query.get(POSITION).ifPresent(texts::add);
    List<Position> positions = new ArrayList<>();
    try {
      texts.forEach(text -> positions.addAll(Position.parseList(text)));
    } catch (IllegalArgumentException e) {
      throw new RequestException(new RequestError.BadParameter(e.getMessage()));
    }
    return positions;
  }

  byte[] key() {
    return key;
  }

  ReadOptions read() {
    return new ReadOptions(when, positions);
  }

  WriteOptions write() {
    return new WriteOptions(when, acks, onDisk);
  }

  PutOptions put(Optional<String> mediaType) {
    return new PutOptions(mediaType, ttl, write());
  }
}
