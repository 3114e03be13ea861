package dev.slotstream.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.kv.ReplicationDemands;
import dev.slotstream.kv.WriteAccess;
import dev.slotstream.log.LogRetention;
import dev.slotstream.slot.SlotLayout;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SlotstreamConfigTest {
  @Test
  void hasTheDocumentedDefaults() {
    SlotstreamConfig config = TestConfig.defaults();
    assertEquals(Path.of("data"), config.dataDir());
    assertEquals(SlotstreamConfig.Role.LEADER, config.role());
    assertEquals(Durability.FSYNC, config.durability());
    assertTrue(config.leader().isEmpty());
    assertTrue(config.store().shards().isEmpty());
    assertEquals(0, config.store().shardPrefixBits());
    assertEquals(Content.FRAMED, config.store().codec());
    assertEquals(64, config.store().maxKeyBytes());
    assertEquals(1024, config.store().maxValueBytes());
    assertEquals(65_536, config.store().growSlots());
    assertEquals(64 << 20, config.log().segmentSize().asLongValue());
    assertEquals(256 << 20, config.log().retention().asLongValue());
    assertTrue(config.replication().enabled());
    assertEquals("0.0.0.0", config.replication().host());
    assertEquals(7400, config.replication().port());
    assertEquals(32, config.replication().window());
    assertTrue(config.nodeName().isEmpty());
    assertEquals(1L << 30, config.log().retentionLimit().asLongValue());
    assertEquals(0, config.replication().acks());
    assertEquals(Duration.ofSeconds(5), config.replication().ackTimeout());
    assertEquals(0, config.replication().minInSync());
    assertEquals(Duration.ofSeconds(5), config.replication().inSyncLag());
    assertEquals(Duration.ofSeconds(2), config.replication().positionTimeout());
    assertEquals(2, config.replication().maxFullSyncs());
    assertEquals(Duration.ofSeconds(10), config.replication().stallTimeout());
    assertTrue(config.follower().maxLag().isEmpty());
    assertEquals(SlotstreamConfig.FollowerWrites.REDIRECT, config.follower().writes());
    assertTrue(config.follower().leaderUrl().isEmpty());
    assertEquals(Duration.ofSeconds(60), config.follower().staleReadTolerance());
  }

  @Test
  void becomesTheEnginesOptions() {
    EngineOptions options =
        NodeOptions.engine(
            TestConfig.with(
                Map.of(
                    "slotstream.data-dir", "/somewhere",
                    "slotstream.store.shards", "3",
                    "slotstream.store.max-key-bytes", "300",
                    "slotstream.store.max-value-bytes", "20",
                    "slotstream.durability", "os",
                    "slotstream.log.segment-size", "2M",
                    "slotstream.log.retention", "0")));
    assertEquals(Path.of("/somewhere"), options.directory());
    assertEquals(
        new EngineOptions.Shape(3, 0, new SlotLayout(302, 28), Content.FRAMED), options.shape());
    assertEquals(Durability.OS, options.durability());
    assertEquals(2 << 20, options.segmentSize());
    assertEquals(new LogRetention(0, 1 << 30), options.retention());
    assertTrue(options.leads());
  }

  @Test
  void hasAsManyShardsAsProcessorsUpToEight() {
    int shards = NodeOptions.engine(TestConfig.defaults()).shape().shards();
    assertEquals(Math.min(8, Runtime.getRuntime().availableProcessors()), shards);
  }

  @Test
  void saysWhereWritersAreSent() {
    Map<String, String> following =
        Map.of(
            "slotstream.role", "follower",
            "slotstream.leader", "leader:7400",
            "slotstream.follower.leader-url", "http://leader:8080");
    assertEquals(
        new WriteAccess.Follower("leader:7400", Optional.of(URI.create("http://leader:8080"))),
        NodeOptions.access(TestConfig.with(following)));
    Map<String, String> rejecting = new HashMap<>(following);
    rejecting.put("slotstream.follower.writes", "reject");
    assertEquals(
        new WriteAccess.Follower("leader:7400", Optional.empty()),
        NodeOptions.access(TestConfig.with(rejecting)));
    assertEquals(new WriteAccess.Leader(), NodeOptions.access(TestConfig.defaults()));
  }

  @Test
  void becomesWhatIsDemandedOfReplication() {
    assertEquals(
        new ReplicationDemands(0, Duration.ofSeconds(5), 0, Duration.ofSeconds(2)),
        NodeOptions.demands(TestConfig.defaults().replication()));
    assertEquals(
        new ReplicationDemands(2, Duration.ofMillis(1), 1, Duration.ZERO),
        NodeOptions.demands(
            TestConfig.with(
                    Map.of(
                        "slotstream.replication.acks", "2",
                        "slotstream.replication.ack-timeout", "1ms",
                        "slotstream.replication.min-in-sync", "1",
                        "slotstream.replication.position-timeout", "0s"))
                .replication()));
  }

  @Test
  void aNodeIsCalledAfterItsMachineUnlessItIsNamed() {
    assertEquals("blue", NodeOptions.nodeName(TestConfig.with("node-name", "blue")));
    String name = NodeOptions.nodeName(TestConfig.defaults());
    assertEquals(List.of(), ConfigCheck.problems(TestConfig.with("node-name", name)));
    assertEquals("m".repeat(63), NodeOptions.printable("m".repeat(64)));
    assertEquals("h?te", NodeOptions.printable(" h\u00f4te "));
    assertEquals("unnamed", NodeOptions.printable(""));
  }

  /** The second half of the time that running requests have is left to answer those that waited. */
  @Test
  void waitsEndHalfWayThroughTheShutdown() {
    assertEquals(
        Duration.ofSeconds(20),
        new ShutdownTimes(Optional.of(Duration.ofSeconds(15)), Optional.of(Duration.ofSeconds(10)))
            .untilWaitsEnd());
    assertEquals(
        Duration.ofMillis(1),
        new ShutdownTimes(Optional.empty(), Optional.empty()).untilWaitsEnd());
  }

  @Test
  void whatIsNoValueIsNamedWithTheOption() {
    for (String[] wrong :
        new String[][] {
          {"role", "boss", "follower"},
          {"durability", "maybe", "fsync"},
          {"store.codec", "zip", "exact"},
          {"store.max-key-bytes", "many", "integer"}
        }) {
      RuntimeException refused =
          assertThrows(RuntimeException.class, () -> TestConfig.with(wrong[0], wrong[1]), wrong[0]);
      assertTrue(refused.getMessage().contains("slotstream." + wrong[0]), refused.getMessage());
      assertTrue(refused.getMessage().contains(wrong[1]), refused.getMessage());
      assertTrue(refused.getMessage().contains(wrong[2]), refused.getMessage());
    }
  }

  @Test
  void anUnknownOptionIsRefused() {
    RuntimeException refused =
        assertThrows(RuntimeException.class, () -> TestConfig.with("store.shard", "3"));
    assertTrue(refused.getMessage().contains("slotstream.store.shard"), refused.getMessage());
  }
}
