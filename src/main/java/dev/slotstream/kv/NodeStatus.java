package dev.slotstream.kv;

import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.replication.ReplicationView;
import java.util.Locale;
import java.util.Optional;

/** What a node shows of itself. Any thread. */
public final class NodeStatus {
  private final SlotEngine engine;
  private final KeyValueStore store;
  private final ReplicationView replication;

  /** Status of a running node. */
  public NodeStatus(SlotEngine engine, KeyValueStore store, ReplicationView replication) {
    this.engine = engine;
    this.store = store;
    this.replication = replication;
  }

  /** The store's figures of this moment. */
  public EngineStatus engine() {
    EngineOptions options = engine.options();
    EngineOptions.Shape shape = options.shape();
    FieldCodec codec = store.codec();
    return new EngineStatus(
        engine.storeId().toString(),
        engine.epoch(),
        options.durability().name().toLowerCase(Locale.ROOT),
        new EngineStatus.Shape(
            shape.shards(),
            shape.prefixBits(),
            shape.content().name().toLowerCase(Locale.ROOT),
            codec.maxKeyBytes(),
            codec.maxValueBytes(),
            shape.layout().slotSize()),
        EngineStatus.Recovery.of(engine.recovery()),
        engine.shards().stream().map(Shard::status).toList());
  }

  /** Who replicates what, at this moment. */
  public ReplicationStatus replication() {
    Optional<String> leader =
        store.access() instanceof WriteAccess.Follower follower
            ? Optional.of(follower.leader())
            : Optional.empty();
    return new ReplicationStatus(
        store.access().role(),
        engine.storeId().toString(),
        engine.epoch(),
        leader,
        replication.followers(),
        replication.links());
  }
}
