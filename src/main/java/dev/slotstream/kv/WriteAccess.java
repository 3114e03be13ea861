package dev.slotstream.kv;

import java.net.URI;
import java.util.Optional;

/** Whether this node takes writes. */
public sealed interface WriteAccess {
  /** It does. */
  record Leader() implements WriteAccess {}

  /**
   * It does not.
   *
   * @param leader host and port of the leader's replication
   * @param redirect where writers are sent; empty when they are refused
   */
  record Follower(String leader, Optional<URI> redirect) implements WriteAccess {}

  /** The role's name. */
  default String role() {
    return switch (this) {
      case Leader l -> "leader";
      case Follower f -> "follower";
    };
  }

  /** Why writes are refused; empty when they are not. */
  default Optional<KvError> refusal() {
    return switch (this) {
      case Leader l -> Optional.empty();
      case Follower(String leader, Optional<URI> redirect) ->
          Optional.of(new KvError.NotLeader(leader, redirect));
    };
  }
}
