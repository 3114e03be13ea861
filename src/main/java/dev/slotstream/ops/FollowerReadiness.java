package dev.slotstream.ops;

import dev.slotstream.replication.LinkStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * A follower is ready when each shard has caught up once since the start, and its link is live or
 * was so a short while ago: when a leader restarts, its followers still have almost all of it.
 * Where a lag is set, it must not be further behind than that.
 *
 * <p>When a link was live last is known from {@link #observe}, which is to be called every second.
 * Any thread.
 */
public final class FollowerReadiness {
  private static final double MILLIS_PER_SECOND = 1e3;

  private final LongSupplier clock;
  private final Duration tolerance;
  private final Optional<Duration> maxLag;
  private final Map<Integer, Long> lastLiveNanos = new ConcurrentHashMap<>();

  /**
   * Judges links.
   *
   * @param clock nanoseconds that only go forward
   * @param tolerance how long a link may be lost
   * @param maxLag how far behind a shard may be; empty for any distance
   */
  public FollowerReadiness(LongSupplier clock, Duration tolerance, Optional<Duration> maxLag) {
    this.clock = clock;
    this.tolerance = tolerance;
    this.maxLag = maxLag;
  }

  /** Remembers which links are live now. */
  void observe(List<LinkStatus> links) {
    for (LinkStatus link : links) {
      if (link.state() == LinkStatus.State.LIVE) {
        lastLiveNanos.put(link.shard(), clock.getAsLong());
      }
    }
  }

  ServingState of(List<LinkStatus> links) {
    observe(links);
    if (links.isEmpty()) {
      return new ServingState(Optional.of("no link to the leader"), Map.of());
    }
    Map<Integer, String> states = new HashMap<>();
    Optional<String> reason = Optional.empty();
    for (LinkStatus link : links) {
      states.put(link.shard(), link.state().name().toLowerCase(Locale.ROOT));
      reason = reason.or(() -> whyNot(link));
    }
    return new ServingState(reason, states);
  }

  private Optional<String> whyNot(LinkStatus link) {
    String cause = link.lastError().map(error -> ": " + error).orElse("");
    if (link.state() == LinkStatus.State.REFUSED) {
      return Optional.of("leader does not fit, shard=" + link.shard() + cause);
    }
    Long live = lastLiveNanos.get(link.shard());
    if (!link.caughtUpOnce() || live == null) {
      return Optional.of("not caught up yet, shard=" + link.shard() + cause);
    }
    Duration lost = Duration.ofNanos(clock.getAsLong() - live);
    return lost.compareTo(tolerance) <= 0
        ? tooFarBehind(link)
        : Optional.of(
            "link is lost, shard=%d seconds=%d tolerance=%ds%s"
                .formatted(link.shard(), lost.toSeconds(), tolerance.toSeconds(), cause));
  }

  /** A lag that is not known is none: then the rules for lost links decide. */
  private Optional<String> tooFarBehind(LinkStatus link) {
    double limit = maxLag.map(lag -> lag.toMillis() / MILLIS_PER_SECOND).orElse(Double.MAX_VALUE);
    return link.lagSeconds() <= limit
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "too far behind the leader, shard=%d seconds=%.1f limit=%.1fs",
                link.shard(),
                link.lagSeconds(),
                limit));
  }
}
