package dev.slotstream.node;

import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.kv.ReplicationDemands;
import dev.slotstream.log.LogOptions;
import dev.slotstream.slot.SlotLayout;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks every option's range, and what one option demands of another. */
final class ConfigCheck {
  static final int MAX_KEY_BYTES = 4096;
  static final int MAX_VALUE_BYTES = 65_000;
  static final int MAX_GROW_SLOTS = 1 << 24;

  /** Enough for the largest slots. */
  static final long MIN_SEGMENT = 1 << 20;

  static final long MAX_SCRUB_RATE = 1L << 30;
  static final long MAX_RETENTION = 1L << 40;
  static final int MAX_WINDOW = 1024;
  static final int MAX_FULL_SYNCS = 64;
  static final int MAX_BACKUPS = 64;
  static final long MAX_BACKUP_RATE = 1L << 40;
  private static final Duration TENTH = Duration.ofMillis(100);
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MAX_PORT = 65_535;
  static final int MAX_NAME = 63;
  private static final Pattern NODE_NAME = Pattern.compile("[\\x21-\\x7e][\\x20-\\x7e]*");

  private final List<String> problems = new ArrayList<>();

  private ConfigCheck() {}

  /** One line for each option that is wrong; none when all are right. */
  static List<String> problems(SlotstreamConfig config) {
    ConfigCheck check = new ConfigCheck();
    check.store(config.store());
    check.log(config.log());
    check.replication(config.replication());
    check.concern(config);
    config.nodeName().ifPresent(check::nodeName);
    check.range("scrub.rate", config.scrub().rate().asLongValue(), 0, MAX_SCRUB_RATE);
    check.range(
        "sync-interval", config.syncInterval(), Duration.ofMillis(1), Duration.ofSeconds(10));
    check.backup(config.backup());
    check.follower(config);
    return List.copyOf(check.problems);
  }

  private void store(SlotstreamConfig.Store store) {
    store.shards().ifPresent(n -> range("store.shards", n, 1, Shape.MAX_SHARDS));
    range("store.shard-prefix-bits", store.shardPrefixBits(), 0, Shape.MAX_PREFIX_BITS);
    range("store.max-key-bytes", store.maxKeyBytes(), 1, MAX_KEY_BYTES);
    range("store.max-value-bytes", store.maxValueBytes(), 0, MAX_VALUE_BYTES);
    range("store.grow-slots", store.growSlots(), 1, MAX_GROW_SLOTS);
    if (problems.isEmpty()) {
      slotFits(store);
    }
  }

  /** Key and value may each be in range and be too long together. */
  private void slotFits(SlotstreamConfig.Store store) {
    try {
      NodeOptions.codec(store).layout();
    } catch (IllegalArgumentException e) {
      problem(
          "store.max-value-bytes",
          store.maxValueBytes(),
          "a slot of at most %d bytes together with slotstream.store.max-key-bytes=%d"
              .formatted(SlotLayout.MAX_SLOT_SIZE, store.maxKeyBytes()));
    }
  }

  private void log(SlotstreamConfig.Log log) {
    long segment = log.segmentSize().asLongValue();
    range("log.segment-size", segment, MIN_SEGMENT, LogOptions.MAX_SEGMENT_SIZE);
    long retention = log.retention().asLongValue();
    range("log.retention", retention, 0, MAX_RETENTION);
    range("log.retention-limit", log.retentionLimit().asLongValue(), 0, MAX_RETENTION);
    if (retention <= MAX_RETENTION && log.retentionLimit().asLongValue() < retention) {
      problem(
          "log.retention-limit",
          log.retentionLimit().asLongValue(),
          "at least slotstream.log.retention=" + retention);
    }
  }

  private void replication(SlotstreamConfig.Replication replication) {
    range("replication.port", replication.port(), 0, MAX_PORT);
    range("replication.window", replication.window(), 1, MAX_WINDOW);
    if (replication.host().isBlank()) {
      problem("replication.host", "''", "an address or a host name");
    }
    range("replication.max-full-syncs", replication.maxFullSyncs(), 1, MAX_FULL_SYNCS);
    range(
        "replication.stall-timeout",
        replication.stallTimeout(),
        Duration.ofSeconds(1),
        TEN_MINUTES);
    range("replication.in-sync-lag", replication.inSyncLag(), TENTH, Duration.ofHours(1));
  }

  private void concern(SlotstreamConfig config) {
    SlotstreamConfig.Replication replication = config.replication();
    range("replication.acks", replication.acks(), 0, ReplicationDemands.MAX_ACKS);
    range("replication.min-in-sync", replication.minInSync(), 0, ReplicationDemands.MAX_ACKS);
    range("replication.ack-timeout", replication.ackTimeout(), Duration.ofMillis(1), TEN_MINUTES);
    range(
        "replication.position-timeout",
        replication.positionTimeout(),
        Duration.ZERO,
        Duration.ofMinutes(1));
    if (config.role() == SlotstreamConfig.Role.LEADER && !replication.enabled()) {
      nobodyFollows("replication.acks", replication.acks());
      nobodyFollows("replication.min-in-sync", replication.minInSync());
    }
  }

  /** Every write would fail. */
  private void nobodyFollows(String option, int followers) {
    if (followers > 0) {
      problem(option, followers, "0, since slotstream.replication.enabled=false");
    }
  }

  private void backup(SlotstreamConfig.Backup backup) {
    range("backup.max-concurrent", backup.maxConcurrent(), 1, MAX_BACKUPS);
    range("backup.rate", backup.rate().asLongValue(), 0, MAX_BACKUP_RATE);
    range("backup.stall-timeout", backup.stallTimeout(), Duration.ofSeconds(1), TEN_MINUTES);
  }

  private void nodeName(String name) {
    if (name.length() > MAX_NAME || !NODE_NAME.matcher(name).matches()) {
      problem("node-name", name, "1 to 63 printable ASCII characters");
    }
  }

  private void follower(SlotstreamConfig config) {
    if (config.role() == SlotstreamConfig.Role.FOLLOWER && config.leader().isEmpty()) {
      problem("leader", "none", "host:port of the leader, since slotstream.role=follower");
    }
    config.leader().ifPresent(this::leader);
    Optional<URI> url = config.follower().leaderUrl();
    if (url.isPresent() && !isHttp(url.get())) {
      problem("follower.leader-url", url.get(), "a URL like http://leader:8080");
    }
    Duration tolerance = config.follower().staleReadTolerance();
    range("follower.stale-read-tolerance", tolerance, Duration.ZERO, DAY);
    config.follower().maxLag().ifPresent(lag -> range("follower.max-lag", lag, TENTH, DAY));
  }

  private void leader(String leader) {
    try {
      HostPort.parse(leader);
    } catch (IllegalArgumentException e) {
      problem("leader", leader, "host:port, the port 1 to " + MAX_PORT);
    }
  }

  private static boolean isHttp(URI url) {
    return url.getHost() != null
        && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
        && url.getQuery() == null
        && url.getFragment() == null;
  }

  private void range(String option, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      problem(option, value, text(least) + " to " + text(most));
    }
  }

  /** A limit as an operator would write it. */
  private static String text(Duration limit) {
    if (limit.toMillisPart() > 0) {
      return limit.toMillis() + "ms";
    }
    if (limit.isZero() || limit.toSecondsPart() > 0) {
      return limit.toSeconds() + "s";
    }
    return limit.toMinutesPart() > 0 ? limit.toMinutes() + "m" : limit.toHours() + "h";
  }

  private void range(String option, long value, long least, long most) {
    if (value < least || value > most) {
      problem(option, value, least + " to " + most);
    }
  }

  private void problem(String option, Object value, String expected) {
    problems.add(
        "option is not valid, slotstream.%s=%s expected=%s".formatted(option, value, expected));
  }
}
