package dev.slotstream.node;

import dev.slotstream.backup.BackupOptions;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.kv.FieldCodec;
import dev.slotstream.kv.ReplicationDemands;
import dev.slotstream.kv.WriteAccess;
import dev.slotstream.log.LogRetention;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;

/** Turns configuration that was checked into what the parts of a node are made from. */
final class NodeOptions {
  private static final int MAX_DEFAULT_SHARDS = 8;

  private NodeOptions() {}

  static FieldCodec codec(SlotstreamConfig.Store store) {
    return switch (store.codec()) {
      case FRAMED -> FieldCodec.framed(store.maxKeyBytes(), store.maxValueBytes());
      case EXACT -> FieldCodec.exact(store.maxKeyBytes(), store.maxValueBytes());
    };
  }

  static EngineOptions engine(SlotstreamConfig config) {
    SlotstreamConfig.Store store = config.store();
    FieldCodec codec = codec(store);
    return new EngineOptions(
        config.dataDir(),
        new EngineOptions.Shape(
            store.shards().orElseGet(NodeOptions::defaultShards),
            store.shardPrefixBits(),
            codec.layout(),
            codec.content()),
        config.durability(),
        store.growSlots(),
        Math.toIntExact(config.log().segmentSize().asLongValue()),
        new LogRetention(
            config.log().retention().asLongValue(), config.log().retentionLimit().asLongValue()),
        Math.toIntExact(config.syncInterval().toMillis()),
        config.scrub().rate().asLongValue(),
        config.role() == SlotstreamConfig.Role.LEADER);
  }

  /** What this node calls itself: as configured, else after its machine. */
  static String nodeName(SlotstreamConfig config) {
    return config.nodeName().orElseGet(() -> printable(hostName()));
  }

  /** The variable first: a container has it, and asking the network for a name can take long. */
  private static String hostName() {
    String name = System.getenv("HOSTNAME");
    if (name != null && !name.isBlank()) {
      return name;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "";
    }
  }

  /** As much of a machine's name as a node's name may have. */
  static String printable(String name) {
    String plain = name.strip().replaceAll("[^\\x20-\\x7e]", "?");
    String cut = plain.substring(0, Math.min(plain.length(), ConfigCheck.MAX_NAME));
    return cut.isEmpty() ? "unnamed" : cut;
  }

  static int defaultShards() {
    return Math.min(MAX_DEFAULT_SHARDS, Runtime.getRuntime().availableProcessors());
  }

  static WriteAccess access(SlotstreamConfig config) {
    return switch (config.role()) {
      case LEADER -> new WriteAccess.Leader();
      case FOLLOWER -> new WriteAccess.Follower(config.leader().orElseThrow(), redirect(config));
    };
  }

  static ReplicationDemands demands(SlotstreamConfig.Replication replication) {
    return new ReplicationDemands(
        replication.acks(),
        replication.ackTimeout(),
        replication.minInSync(),
        replication.positionTimeout());
  }

  static BackupOptions backup(SlotstreamConfig.Backup backup) {
    return new BackupOptions(
        backup.maxConcurrent(), backup.rate().asLongValue(), backup.stallTimeout());
  }

  private static Optional<URI> redirect(SlotstreamConfig config) {
    return switch (config.follower().writes()) {
      case REDIRECT -> config.follower().leaderUrl();
      case REJECT -> Optional.empty();
    };
  }
}
