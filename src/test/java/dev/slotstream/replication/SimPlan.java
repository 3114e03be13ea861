package dev.slotstream.replication;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.log.LogRetention;
import dev.slotstream.replication.ReplicationServer.ServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What one simulated cluster is like. All of it is small, so that slots are used again, segments
 * are purged and followers fall behind the log.
 *
 * @param keys that clients write
 * @param durabilities of the nodes, the leader's first
 * @param chained true when the last node follows the second and not the leader
 * @param steps of the schedule, until everything is healed
 */
record SimPlan(
    long seed,
    int shards,
    int keys,
    List<Durability> durabilities,
    boolean chained,
    Stores stores,
    Sending sending,
    int steps) {

  /** So many keys that each of them can be looked for all the time. */
  static final int FEW_KEYS = 32;

  private static final int MANY_KEYS = 900;
  private static final int LEAST_SEGMENT = 1536;

  /** Sizes of the stores. */
  record Stores(int growSlots, int segmentSize, LogRetention retention) {}

  /**
   * What is under way at a time.
   *
   * @param room bytes on their way at which a connection is congested
   */
  record Sending(int window, int maxFullSyncs, int room) {}

  static SimPlan of(long seed, SplittableRandom random) {
    boolean wide = random.nextInt(12) == 0;
    int followers = random.nextInt(1, 4);
    int modes = random.nextInt(7);
    List<Durability> durabilities =
        Stream.generate(() -> durability(modes, random)).limit(followers + 1L).toList();
    long keep = random.nextInt(3) == 0 ? 0 : random.nextInt(6_000);
    LogRetention retention = new LogRetention(keep, keep + random.nextInt(10_000));
    Stores stores =
        wide
            ? new Stores(128, 16 << 10, new LogRetention(8 * keep, 64 << 10))
            : new Stores(random.nextInt(8, 17), LEAST_SEGMENT + 512 * random.nextInt(6), retention);
    return new SimPlan(
        seed,
        random.nextInt(7) == 0 ? 2 : 1,
        wide ? MANY_KEYS : random.nextInt(2, FEW_KEYS),
        durabilities,
        followers > 1 && random.nextInt(5) < 2,
        stores,
        new Sending(random.nextInt(1, 5), random.nextInt(1, 3), random.nextInt(200, 8_000)),
        random.nextInt(40, 260));
  }

  private static Durability durability(int modes, SplittableRandom random) {
    return switch (modes) {
      case 0, 1 -> Durability.FSYNC;
      case 2, 3 -> Durability.OS;
      case 4 -> Durability.INTERVAL;
      default -> durability(2 * random.nextInt(3), random);
    };
  }

  /** True when a scan takes many batches, and other things happen between them. */
  boolean wide() {
    return keys > FEW_KEYS;
  }

  int nodes() {
    return durabilities.size();
  }

  EngineOptions options(int node) {
    return new EngineOptions(
        Path.of("/sim"),
        new Shape(shards, 0, TestNode.LAYOUT, Content.EXACT),
        durabilities.get(node),
        stores.growSlots(),
        stores.segmentSize(),
        stores.retention(),
        true);
  }

  ServerOptions server() {
    return new ServerOptions(
        "sim",
        1,
        sending.window(),
        sending.maxFullSyncs(),
        Duration.ofSeconds(10),
        Duration.ofSeconds(5));
  }
}
