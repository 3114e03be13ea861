package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.FLAG_EMPTY_STATE;
import static dev.slotstream.wire.FrameLayout.U16_MAX;
import static dev.slotstream.wire.FrameLayout.U8_MAX;
import static dev.slotstream.wire.FrameLayout.requireFits;

import java.util.Objects;

/**
 * One message of the replication protocol. Never changes once made, so any thread may hold it.
 * Fields of 32 and 64 bits are unsigned: compare them with the unsigned methods of {@link Integer}
 * and {@link Long}.
 */
public sealed interface Frame
    permits Frame.SyncRequest,
        Frame.ShardInfo,
        SlotBatch,
        Frame.CaughtUp,
        Frame.Ack,
        Frame.Heartbeat,
        Frame.ErrorFrame {

  /**
   * Follower to leader, first: send me this shard. Flags that nobody knows are kept as they are.
   */
  record SyncRequest(int shard, int protocolVersion, int flags) implements Frame {
    public SyncRequest {
      requireFits("shard", shard, U8_MAX);
      requireFits("protocolVersion", protocolVersion, U8_MAX);
      requireFits("flags", flags, U8_MAX);
    }

    /** The follower's shard holds nothing yet. */
    public boolean empty() {
      return (flags & FLAG_EMPTY_STATE) != 0;
    }
  }

  /** Leader to follower, first: the shape of the leader's store. */
  record ShardInfo(
      int shardCount, int keyLength, int valueLength, int slotSize, int slotCount, int prefixBits)
      implements Frame {
    public ShardInfo {
      requireFits("shardCount", shardCount, U8_MAX);
      requireFits("keyLength", keyLength, U16_MAX);
      requireFits("valueLength", valueLength, U16_MAX);
      requireFits("slotSize", slotSize, U16_MAX);
      requireFits("prefixBits", prefixBits, U8_MAX);
    }
  }

  /** Leader to follower: the scan is over, what follows is live. */
  record CaughtUp(int shard, long scanned) implements Frame {
    public CaughtUp {
      requireFits("shard", shard, U8_MAX);
    }
  }

  /** Follower to leader: so much is applied. */
  record Ack(int shard, long applied, int maxVersion) implements Frame {
    public Ack {
      requireFits("shard", shard, U8_MAX);
    }
  }

  /** Either way: still here. */
  record Heartbeat() implements Frame {}

  /** Either way: why the sender closes the connection. Text of a peer: do not trust it. */
  record ErrorFrame(String text) implements Frame {
    public ErrorFrame {
      Objects.requireNonNull(text, "text");
    }
  }
}
