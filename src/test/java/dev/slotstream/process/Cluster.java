package dev.slotstream.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.kit.StoreDigest;
import dev.slotstream.kv.FieldCodec;
import dev.slotstream.log.LogRetention;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A leader and its followers, small enough for several of them on one machine. */
final class Cluster implements AutoCloseable {
  private static final int MAX_KEY_BYTES = 32;
  private static final int MAX_VALUE_BYTES = 112;
  private static final int GROW_SLOTS = 4096;

  /** Long enough that many stores on one disk are not busy preparing their logs. */
  private static final int SEGMENT = 8 << 20;

  final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final int replicationPort = NodeProcess.freePort();
  final NodeProcess leader;
  private final Path directory;
  private final int shards;
  private final List<NodeProcess> nodes = new ArrayList<>();

  Cluster(Path directory, int shards) {
    this.directory = directory;
    this.shards = shards;
    this.leader = add(NodeProcess.leader(directory, http, replicationPort));
  }

  /** Another follower of the leader's, which has not started. */
  NodeProcess follower(String name) {
    return follower(name, replicationPort);
  }

  /** Another follower, which follows whoever is behind this port. */
  NodeProcess follower(String name, int port) {
    return add(NodeProcess.follower(name, directory, http, port));
  }

  private NodeProcess add(NodeProcess node) {
    nodes.add(node);
    return withStore(node);
  }

  /** A node with stores of this kind that leads on its own, and belongs to its user. */
  NodeProcess leader(String name) {
    return withStore(new NodeProcess(name, directory, http).set("SLOTSTREAM_REPLICATION_PORT", 0));
  }

  private NodeProcess withStore(NodeProcess node) {
    return node.set("SLOTSTREAM_STORE_SHARDS", shards)
        .set("SLOTSTREAM_STORE_MAX_KEY_BYTES", MAX_KEY_BYTES)
        .set("SLOTSTREAM_STORE_MAX_VALUE_BYTES", MAX_VALUE_BYTES)
        .set("SLOTSTREAM_STORE_GROW_SLOTS", GROW_SLOTS)
        .set("SLOTSTREAM_DURABILITY", "os")
        .jvm("-Xmx192m");
  }

  /** How an engine has to be told about the stores of these nodes. */
  static EngineOptions options(Path data, int shards) {
    FieldCodec codec = FieldCodec.framed(MAX_KEY_BYTES, MAX_VALUE_BYTES);
    return new EngineOptions(
        data,
        new Shape(shards, 0, codec.layout(), codec.content()),
        Durability.OS,
        GROW_SLOTS,
        SEGMENT,
        new LogRetention(0, 0),
        false);
  }

  void start() throws IOException, InterruptedException {
    leader.start().awaitReady();
    for (NodeProcess node : nodes) {
      if (!node.equals(leader)) {
        node.start();
      }
    }
    for (NodeProcess node : nodes) {
      node.awaitReady();
    }
  }

  /** Waits until every follower has acknowledged everything. */
  void awaitCaughtUp() throws IOException, InterruptedException {
    int sessions = (nodes.size() - 1) * shards;
    leader.await("all caught up", () -> leader.followersCaughtUp(sessions));
  }

  /** Times that the leader has begun a scan. */
  int scans() throws IOException, InterruptedException {
    return (int) leader.metric("slotstream_replication_scans_total");
  }

  /** Ends all nodes, and compares what they leave behind. */
  void assertAllEqual() throws InterruptedException {
    for (NodeProcess node : nodes) {
      node.kill();
    }
    List<String> expected = StoreDigest.of(options(leader.data(), shards));
    for (NodeProcess node : nodes) {
      assertEquals(expected, StoreDigest.of(options(node.data(), shards)), node.name());
    }
  }

  @Override
  public void close() {
    nodes.forEach(NodeProcess::close);
    http.close();
  }
}
