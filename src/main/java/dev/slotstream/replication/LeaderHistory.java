package dev.slotstream.replication;

import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.ShardInfo.HistoryEntry;
import java.util.List;

/** A shard's history as frames carry it. */
final class LeaderHistory {
  private LeaderHistory() {}

  static ShardHistory of(ShardInfo.Extension info) {
    return new ShardHistory(
        info.storeId(),
        false,
        info.history().stream().map(e -> new EpochStart(e.epoch(), e.firstSequence())).toList());
  }

  static List<HistoryEntry> entries(ShardHistory history) {
    return history.epochs().stream()
        .map(e -> new HistoryEntry(e.epoch(), e.firstSequence()))
        .toList();
  }
}
