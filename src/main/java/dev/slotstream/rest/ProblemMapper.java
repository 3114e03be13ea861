package dev.slotstream.rest;

import dev.slotstream.backup.Refusal;
import dev.slotstream.kv.KvError;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** Every error's status code, name and title. */
final class ProblemMapper {
  private static final int BAD_REQUEST = 400;
  private static final int INTERNAL = 500;
  private static final int UNAVAILABLE = 503;
  private static final String RETRY_AFTER_SECONDS = "1";

  private ProblemMapper() {}

  /**
   * What an error of the store looks like.
   *
   * @param target path and query of the request, for a redirect
   */
  static Problem of(KvError error, String target) {
    return switch (error) {
      case KvError.BadKey e -> problem(BAD_REQUEST, e, "The key is not valid");
      case KvError.BadTtl e -> problem(BAD_REQUEST, e, "The time to live is not valid");
      case KvError.WrongValueLength e -> problem(BAD_REQUEST, e, "The value has the wrong length");
      case KvError.NotFound e -> problem(404, e, "The key has no value");
      case KvError.PreconditionFailed e -> problem(412, e, "The precondition does not hold");
      case KvError.ValueTooLarge e -> problem(413, e, "The value is too large");
      case KvError.KeyTooLong e -> problem(414, e, "The key is too long");
      case KvError.NotLeader e -> notLeader(e, target);
      case KvError.PositionLost e ->
          problem(409, e, "The write that this position names is not in this node's history");
      case KvError.NotCaughtUp e ->
          problem(UNAVAILABLE, e, "The node has not caught up", retryAfter());
      case KvError.NotEnoughFollowers e ->
          problem(UNAVAILABLE, e, "Too few followers are in sync", retryAfter());
      case KvError.ReplicationTimeout e ->
          problem(504, e, "The write stands, and too few followers have it");
      case KvError.NotAwaited e ->
          problem(UNAVAILABLE, e, "The write stands, and the node is shutting down");
      case KvError.Overloaded e -> problem(UNAVAILABLE, e, "Too many requests wait", retryAfter());
      case KvError.ShuttingDown e ->
          problem(UNAVAILABLE, e, "The node is shutting down", retryAfter());
      case KvError.WritesStopped e ->
          problem(UNAVAILABLE, e, "The node takes no more writes: its disk failed");
      case KvError.DiskFull e -> problem(507, e, "The disk is full");
      case KvError.Damaged e -> problem(INTERNAL, e, "The stored value is damaged");
      case KvError.Internal e -> problem(INTERNAL, e, "The node failed");
    };
  }

  /** What a request looks like that is wrong in itself. */
  static Problem of(RequestError error) {
    String detail = error.detail();
    return switch (error) {
      case RequestError.MethodNotAllowed e ->
          new Problem(
              405,
              "method-not-allowed",
              "The method is not allowed",
              detail,
              Map.of("Allow", RequestError.ALLOW));
      case RequestError.BadTarget e ->
          new Problem(BAD_REQUEST, "bad-target", "The target is not a valid path", detail);
      case RequestError.BodyTooSlow e ->
          new Problem(408, "request-timeout", "The value did not arrive in time", detail);
      case RequestError.LengthRequired e ->
          new Problem(411, "length-required", "The length of the value is required", detail);
      case RequestError.UnknownParameter e ->
          new Problem(BAD_REQUEST, "unknown-parameter", "The parameter is not known", detail);
      case RequestError.BadParameter e ->
          new Problem(BAD_REQUEST, "bad-parameter", "The parameter is not valid", detail);
      case RequestError.BadPrecondition e ->
          new Problem(BAD_REQUEST, "bad-precondition", "The precondition is not valid", detail);
      case RequestError.PartialPut e ->
          new Problem(BAD_REQUEST, "partial-put", "A part of a value cannot be put", detail);
      case RequestError.UnsupportedCoding e ->
          new Problem(
              415,
              "unsupported-coding",
              "Coded values are not taken",
              detail,
              Map.of("Accept-Encoding", "identity"));
    };
  }

  /** Why there is no backup. */
  static Problem of(Refusal refusal) {
    int status =
        switch (refusal.reason()) {
          case BAD_BACKUP_TOKEN -> BAD_REQUEST;
          case FOREIGN_BACKUP, BACKUP_OUTDATED, LOG_PURGED -> 409;
          case TOO_MANY_BACKUPS -> 429;
          case NOT_CAUGHT_UP, NOT_COMMITTED, STALLED, SHUTTING_DOWN -> UNAVAILABLE;
          case LOG_DAMAGED -> INTERNAL;
        };
    return new Problem(
        status,
        refusal.reason().tag(),
        "The backup is not made",
        refusal.getMessage(),
        status == 429 || status == UNAVAILABLE ? retryAfter() : Map.of());
  }

  /** A path that nobody serves, or a method that it does not know. */
  static Problem ofStatus(int status, String path) {
    return switch (status) {
      case 404 -> new Problem(404, "no-such-path", "There is no such path", "path=" + path);
      case 405 ->
          new Problem(405, "method-not-allowed", "The method is not allowed", "path=" + path);
      case 406 -> new Problem(406, "not-acceptable", "No such media type here", "path=" + path);
      default -> new Problem(status, "http-" + status, "The request failed", "path=" + path);
    };
  }

  private static Problem notLeader(KvError.NotLeader error, String target) {
    String title = "This node takes no writes";
    Optional<URI> url = error.redirect();
    return url.isEmpty()
        ? problem(UNAVAILABLE, error, title)
        : problem(307, error, title, Map.of("Location", location(url.get(), target)));
  }

  private static String location(URI base, String target) {
    String text = base.toString();
    return (text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + target;
  }

  private static Map<String, String> retryAfter() {
    return Map.of("Retry-After", RETRY_AFTER_SECONDS);
  }

  private static Problem problem(int status, KvError error, String title) {
    return problem(status, error, title, Map.of());
  }

  private static Problem problem(
      int status, KvError error, String title, Map<String, String> headers) {
    return new Problem(status, error.name(), title, error.detail(), headers);
  }
}
