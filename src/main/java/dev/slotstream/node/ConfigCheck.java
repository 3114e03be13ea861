package dev.slotstream.node;

import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.log.LogOptions;
import dev.slotstream.slot.SlotLayout;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks every option's range, and what one option demands of another. */
final class ConfigCheck {
  static final int MAX_KEY_BYTES = 4096;
  static final int MAX_VALUE_BYTES = 65_000;
  static final int MAX_GROW_SLOTS = 1 << 24;

  /** Enough for the largest slots. */
  static final long MIN_SEGMENT = 1 << 20;

  static final long MAX_RETENTION = 1L << 40;
  static final int MAX_WINDOW = 1024;
  static final Duration MAX_TOLERANCE = Duration.ofDays(1);
  private static final int MAX_PORT = 65_535;

  private final List<String> problems = new ArrayList<>();

  private ConfigCheck() {}

  /** One line for each option that is wrong; none when all are right. */
  static List<String> problems(SlotstreamConfig config) {
    ConfigCheck check = new ConfigCheck();
    check.store(config.store());
    check.log(config.log());
    check.replication(config.replication());
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
    range("log.retention", log.retention().asLongValue(), 0, MAX_RETENTION);
  }

  private void replication(SlotstreamConfig.Replication replication) {
    range("replication.port", replication.port(), 0, MAX_PORT);
    range("replication.window", replication.window(), 1, MAX_WINDOW);
    if (replication.host().isBlank()) {
      problem("replication.host", "''", "an address or a host name");
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
    if (tolerance.isNegative() || tolerance.compareTo(MAX_TOLERANCE) > 0) {
      problem("follower.stale-read-tolerance", tolerance, "0s to 24h");
    }
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
