package dev.slotstream.replication;

import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.replication.ResumeDecision.Asker;
import dev.slotstream.replication.ResumeDecision.Cause;
import dev.slotstream.replication.ResumeDecision.Full;
import dev.slotstream.replication.ResumeDecision.LeaderLog;
import dev.slotstream.replication.ResumeDecision.Resume;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.Frame.ShardInfo.Mode;
import dev.slotstream.wire.Frame.SyncRequest;
import java.util.Optional;

/** What a leader answers to who asks for a shard. Any thread. */
record LeaderHandshake(SlotEngine engine, Shard shard, LeaderPosition position) {
  /** How often a leader that has nothing to say to an extended follower says so. */
  static final int HEARTBEAT_MILLIS = 1_000;

  ResumeDecision decide(SyncRequest request, SyncRequest.Extension asked) {
    LeaderLog log =
        new LeaderLog(shard.history(), shard.firstReadable(), shard.committedSequence());
    ResumeDecision decision =
        ResumeDecision.of(
            log,
            new Asker(
                asked.storeId(),
                asked.epoch(),
                asked.nextSequence(),
                request.empty(),
                request.logDamaged()));
    boolean plainLeader = !engine.options().leads() && log.history().own();
    return decision instanceof Resume && plainLeader
        ? new Full(Cause.NO_HISTORY, "leader follows a plain leader, which keeps no history")
        : decision;
  }

  /** For a follower that knows of no history. */
  ShardInfo plain() {
    return answer(Optional.empty());
  }

  /** The follower goes on from where it is. */
  ShardInfo resume(long from) {
    return extended(Mode.RESUME, from, "");
  }

  /** The follower gets all slots, and then the records from here on. */
  ShardInfo full(long first, String why) {
    return extended(Mode.FULL, first, why);
  }

  private ShardInfo extended(Mode mode, long first, String why) {
    ShardHistory history = shard.history();
    return answer(
        Optional.of(
            new ShardInfo.Extension(
                history.storeId(),
                history.epoch(),
                mode,
                first,
                position.last(shard),
                HEARTBEAT_MILLIS,
                why,
                LeaderHistory.entries(history))));
  }

  private ShardInfo answer(Optional<ShardInfo.Extension> extension) {
    Shape shape = engine.options().shape();
    return new ShardInfo(
        engine.shards().size(),
        shape.layout().keyLength(),
        shape.layout().valueLength(),
        shape.layout().slotSize(),
        shard.slotCount(),
        shape.prefixBits(),
        extension);
  }
}
