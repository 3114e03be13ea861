package dev.slotstream.kv;

import dev.slotstream.engine.EngineException;
import java.net.URI;
import java.time.Duration;
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

  /**
   * Too few followers are in sync: nothing was written, and it can be repeated when there are more.
   *
   * @param demanded what the node is configured for
   */
  record NotEnoughFollowers(int shard, int inSync, int demanded) implements KvError {
    @Override
    public String name() {
      return "not-enough-followers";
    }

    @Override
    public String detail() {
      return "too few followers are in sync and nothing was written, shard=%d inSync=%d demanded=%d"
          .formatted(shard, inSync, demanded);
    }
  }

  /**
   * The write stands on this node, and too few followers said in time that they have it.
   *
   * @param holders how many have
   * @param asked how many were to
   * @param known how many followers of the shard there are, connected or not
   */
  record ReplicationTimeout(Position position, int holders, int asked, int known, Duration waited)
      implements KvError {
    @Override
    public String name() {
      return "replication-timeout";
    }

    @Override
    public String detail() {
      return "write stands on this leader, but too few followers have it in time,"
          + " position=%s followers=%d asked=%d known=%d waited=%dms"
              .formatted(position, holders, asked, known, waited.toMillis());
    }
  }

  /**
   * The write stands on this node, which goes down and does not wait for its followers.
   *
   * @param holders how many have it
   * @param asked how many were to
   */
  record NotAwaited(Position position, int holders, int asked) implements KvError {
    @Override
    public String name() {
      return "shutting-down";
    }

    @Override
    public String detail() {
      return "write stands on this leader, which is shutting down and waits no more for followers,"
          + " position=%s followers=%d asked=%d".formatted(position, holders, asked);
    }
  }

  /** This node does not have yet what the reader must see: to be tried again soon. */
  record NotCaughtUp(String detail) implements KvError {
    static NotCaughtUp behind(int shard, long committed, long asked) {
      return new NotCaughtUp(
          "node has not come to this position, shard=%d committed=%d asked=%d"
              .formatted(shard, committed, asked));
    }

    static NotCaughtUp syncing(int shard) {
      return new NotCaughtUp("shard is in the middle of a full sync, shard=" + shard);
    }

    @Override
    public String name() {
      return "not-caught-up";
    }
  }

  /**
   * The write that the reader must see is not part of this node's history, and waiting does not
   * bring it.
   *
   * @param epoch of the leadership that the history has there, or at its end
   * @param committed the history's end
   */
  record PositionLost(Position position, int epoch, long committed) implements KvError {
    @Override
    public String name() {
      return "position-lost";
    }

    @Override
    public String detail() {
      return "position is not in this node's history, position=%s epoch here=%d committed=%d"
          .formatted(position, epoch, committed);
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
