package dev.slotstream.kv;

import dev.slotstream.engine.EngineException;
import java.net.URI;
import java.util.Optional;

/** Why an operation was not done. Each kind says who must act; none of them is a surprise. */
public sealed interface KvError {
  /** A stable name, in lower case with hyphens: for metrics and for the type of an HTTP problem. */
  String name();

  /** What failed, with the limit and the value that broke it. */
  String detail();

  /** The key is empty, cannot be decoded, or has not the length that the store demands. */
  record BadKey(String detail) implements KvError {
    @Override
    public String name() {
      return "bad-key";
    }
  }

  /** The key is longer than the store takes. */
  record KeyTooLong(int limit, int actual) implements KvError {
    @Override
    public String name() {
      return "key-too-long";
    }

    @Override
    public String detail() {
      return "key is too long, length=%d limit=%d".formatted(actual, limit);
    }
  }

  /**
   * The value is longer than the store takes.
   *
   * @param actual the least that it has, where its end was not awaited
   */
  record ValueTooLarge(int limit, long actual) implements KvError {
    @Override
    public String name() {
      return "value-too-large";
    }

    @Override
    public String detail() {
      return "value is too large, length=%d limit=%d".formatted(actual, limit);
    }
  }

  /** The store keeps values of one length only, and this one has another. */
  record WrongValueLength(int expected, long actual) implements KvError {
    @Override
    public String name() {
      return "wrong-value-length";
    }

    @Override
    public String detail() {
      return "value has the wrong length, length=%d expected=%d".formatted(actual, expected);
    }
  }

  /** The time to live is not one, is out of bounds, or cannot be kept by this store. */
  record BadTtl(String detail) implements KvError {
    @Override
    public String name() {
      return "bad-ttl";
    }
  }

  /** The key has no value. */
  record NotFound() implements KvError {
    @Override
    public String name() {
      return "not-found";
    }

    @Override
    public String detail() {
      return "key has no value";
    }
  }

  /**
   * The key's value is not the one that was demanded.
   *
   * @param current of the value that stands there; empty when there is none
   */
  record PreconditionFailed(Optional<EntityTag> current) implements KvError {
    @Override
    public String name() {
      return "precondition-failed";
    }

    @Override
    public String detail() {
      return "precondition does not hold, current="
          + current.map(EntityTag::toString).orElse("none");
    }
  }

  /**
   * This node follows, and takes no writes.
   *
   * @param leader host and port of its replication
   * @param redirect where the leader takes writes; empty when that is not to be told
   */
  record NotLeader(String leader, Optional<URI> redirect) implements KvError {
    @Override
    public String name() {
      return "not-leader";
    }

    @Override
    public String detail() {
      return "this node is a follower, leader="
          + leader
          + redirect.map(url -> " url=" + url).orElse("");
    }
  }

  /** Too much waits already: to be tried again soon. */
  record Overloaded(String detail) implements KvError {
    @Override
    public String name() {
      return "overloaded";
    }
  }

  /** The node is going down. */
  record ShuttingDown() implements KvError {
    @Override
    public String name() {
      return "shutting-down";
    }

    @Override
    public String detail() {
      return "node is shutting down";
    }
  }

  /** The disk failed. A write that waited for it may or may not be there after a restart. */
  record WritesStopped(String detail) implements KvError {
    @Override
    public String name() {
      return "writes-stopped";
    }
  }

  /** The disk has no room for it. */
  record DiskFull(String detail) implements KvError {
    @Override
    public String name() {
      return "disk-full";
    }
  }

  /** What is stored under the key cannot be read. A new write of the key replaces it. */
  record Damaged(String detail) implements KvError {
    @Override
    public String name() {
      return "damaged";
    }
  }

  /** Something that is not expected at this place. */
  record Internal(String detail) implements KvError {
    @Override
    public String name() {
      return "internal";
    }
  }

  /** What the engine's refusal means to a user. */
  static KvError of(EngineException why) {
    return switch (why) {
      case EngineException.Damaged e -> new Damaged(e.getMessage());
      case EngineException.DiskFull e -> new DiskFull(e.getMessage());
      case EngineException.Overloaded e -> new Overloaded(e.getMessage());
      case EngineException.WriteGateShut e -> new WritesStopped(e.getMessage());
      case EngineException.Closed e -> new ShuttingDown();
      case EngineException.OutOfSequence e -> new Internal(e.getMessage());
      case EngineException.Mismatch e -> new Internal(e.getMessage());
      case EngineException.InUse e -> new Internal(e.getMessage());
      case EngineException.Corrupt e -> new Internal(e.getMessage());
      case EngineException.IoFailed e -> new Internal(e.getMessage());
    };
  }
}
