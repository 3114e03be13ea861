package dev.slotstream.node;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions.Content;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** What an operator can set. Each option is also an environment variable, by Quarkus' rule. */
@ConfigMapping(prefix = "slotstream")
public interface SlotstreamConfig {
  /** The directory of the store; created when absent. */
  @WithDefault("data")
  Path dataDir();

  /** Whether this node takes writes, or follows one that does. */
  @WithDefault("leader")
  Role role();

  /** Host and port where the leader serves followers; a follower needs it. */
  Optional<String> leader();

  /**
   * What this node calls itself towards its leader, 1 to 63 printable ASCII characters; without it
   * the machine's host name.
   */
  Optional<String> nodeName();

  /** When a write is answered: fsync, interval or os. */
  @WithDefault("fsync")
  Durability durability();

  /** How often the log goes to the disk with durability interval. */
  @WithDefault("50ms")
  Duration syncInterval();

  /** What the store is made for. */
  Store store();

  /** The redo log. */
  Log log();

  /** Looking for damage. */
  Scrub scrub();

  /** Serving followers. */
  Replication replication();

  /** Being backed up. */
  Backup backup();

  /** Being a follower. */
  Follower follower();

  /** What a node is to the others. */
  enum Role {
    /** Takes writes. */
    LEADER,
    /** Has a leader. */
    FOLLOWER
  }

  /** What a follower does with writes. */
  enum FollowerWrites {
    /** Sends the writer to the leader, where its URL is known; else refuses. */
    REDIRECT,
    /** Refuses. */
    REJECT
  }

  /** What the store is made for. */
  interface Store {
    /**
     * Parts of the store that are written independently, 1 to 255; fixed when the store is created.
     * Without it: the number of processors, at most 8.
     */
    OptionalInt shards();

    /** How many bits of a key choose its shard, 0 for all of them; fixed at creation. */
    @WithDefault("0")
    int shardPrefixBits();

    /** How keys and values stand in the slots: framed or exact; fixed at creation. */
    @WithDefault("framed")
    Content codec();

    /** The longest key, in exact the only length of keys; fixed at creation. */
    @WithDefault("64")
    int maxKeyBytes();

    /** The longest value, in exact the only length of values; fixed at creation. */
    @WithDefault("1024")
    int maxValueBytes();

    /** How many slots a shard begins with, and is lengthened by when it is full. */
    @WithDefault("65536")
    int growSlots();
  }

  /** The redo log. */
  interface Log {
    /** The size of a log segment. */
    @WithDefault("64M")
    MemorySize segmentSize();

    /** How much log to keep per shard for followers that come back. */
    @WithDefault("256M")
    MemorySize retention();

    /** How much log to keep per shard, at most, while a connected follower still needs it. */
    @WithDefault("1G")
    MemorySize retentionLimit();
  }

  /** Looking for damage. */
  interface Scrub {
    /** Bytes of slots that are read and checked per second, in the background; 0 for none. */
    @WithDefault("20M")
    MemorySize rate();
  }

  /** Serving followers. */
  interface Replication {
    /** Whether followers are served. */
    @WithDefault("true")
    boolean enabled();

    /** The address to listen on for followers. */
    @WithDefault("0.0.0.0")
    String host();

    /** The port to listen on for followers; 0 takes a free one and logs it. */
    @WithDefault("7400")
    int port();

    /** How many batches a follower may have and not have acknowledged. */
    @WithDefault("32")
    int window();

    /** How many followers must have a write on disk before it is answered. */
    @WithDefault("0")
    int acks();

    /** How long a write waits for them; then it is answered that it stands here alone. */
    @WithDefault("5s")
    Duration ackTimeout();

    /** With fewer followers in sync than this, writes are refused before anything is written. */
    @WithDefault("0")
    int minInSync();

    /** How far a follower may be behind and still count as in sync. */
    @WithDefault("5s")
    Duration inSyncLag();

    /** How long a read waits for the position that it demands. */
    @WithDefault("2s")
    Duration positionTimeout();

    /** How many full syncs may be sent at once; others wait for their turn. */
    @WithDefault("2")
    int maxFullSyncs();

    /** How long a follower may acknowledge nothing while batches are in flight to it. */
    @WithDefault("10s")
    Duration stallTimeout();
  }

  /** Being backed up. */
  interface Backup {
    /** How many backups may be made at once; more are refused. */
    @WithDefault("2")
    int maxConcurrent();

    /** Bytes that one backup may read, and send, per second; 0 for as fast as it goes. */
    @WithDefault("16M")
    MemorySize rate();

    /** How long a client may take nothing, or a write be on its way to the disk. */
    @WithDefault("60s")
    Duration stallTimeout();
  }

  /** Being a follower. */
  interface Follower {
    /** What is done with writes: redirect or reject. */
    @WithDefault("redirect")
    FollowerWrites writes();

    /** The URL of the leader's HTTP, for redirects; without it writes are refused. */
    Optional<URI> leaderUrl();

    /** How long the link to the leader may be lost before the follower is not ready. */
    @WithDefault("60s")
    Duration staleReadTolerance();

    /** How far behind its leader a follower may be and still be ready; without it any distance. */
    Optional<Duration> maxLag();
  }
}
