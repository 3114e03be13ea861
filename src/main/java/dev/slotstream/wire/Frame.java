package dev.slotstream.wire;

import static dev.slotstream.wire.FrameLayout.FLAG_DAMAGED_LOG;
import static dev.slotstream.wire.FrameLayout.FLAG_EMPTY_STATE;
import static dev.slotstream.wire.FrameLayout.FLAG_EXTENDED;
import static dev.slotstream.wire.FrameLayout.MAX_HISTORY;
import static dev.slotstream.wire.FrameLayout.MAX_NAME;
import static dev.slotstream.wire.FrameLayout.MAX_REASON;
import static dev.slotstream.wire.FrameLayout.U16_MAX;
import static dev.slotstream.wire.FrameLayout.U8_MAX;
import static dev.slotstream.wire.FrameLayout.requireFits;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * One message of the replication protocol. Never changes once made, so any thread may hold it.
 * Fields of 32 and 64 bits are unsigned: compare them with the unsigned methods of {@link Integer}
 * and {@link Long}.
 *
 * <p>A frame with an extension is one between peers that both know it; one without is a plain one.
 */
public sealed interface Frame
    permits Frame.SyncRequest,
        Frame.ShardInfo,
        SlotBatch,
        PackedBatch,
        Frame.CaughtUp,
        Frame.Ack,
        Frame.Heartbeat,
        Frame.ErrorFrame {

  /**
   * Follower to leader, first: send me this shard. Flags that nobody knows are kept as they are. An
   * extension brings its flag along.
   */
  record SyncRequest(
      int shard, int protocolVersion, int flags, Optional<SyncRequest.Extension> extension)
      implements Frame {

    /**
     * Who asks, and from where on.
     *
     * @param epoch the epoch of the record before {@code nextSequence}, 0 when there is none
     * @param nextSequence 0 asks for everything
     * @param window how many batches may be on their way unacknowledged
     * @param name printable, at most {@link FrameLayout#MAX_NAME} bytes, may be empty
     */
    public record Extension(
        UUID followerId, UUID storeId, int epoch, long nextSequence, int window, String name) {
      public Extension {
        Objects.requireNonNull(followerId, "followerId");
        Objects.requireNonNull(storeId, "storeId");
        requireFits("window", window, U16_MAX);
        WireText.requireName(name, MAX_NAME);
      }
    }

    public SyncRequest {
      requireFits("shard", shard, U8_MAX);
      requireFits("protocolVersion", protocolVersion, U8_MAX);
      requireFits("flags", flags, U8_MAX);
      if (extension.isPresent()) {
        flags |= FLAG_EXTENDED;
      }
    }

    /** A plain request. */
    public SyncRequest(int shard, int protocolVersion, int flags) {
      this(shard, protocolVersion, flags, Optional.empty());
    }

    /** The follower's shard holds nothing yet. */
    public boolean empty() {
      return (flags & FLAG_EMPTY_STATE) != 0;
    }

    /** The follower's log was damaged. */
    public boolean logDamaged() {
      return (flags & FLAG_DAMAGED_LOG) != 0;
    }
  }

  /** Leader to follower, first: the shape of the leader's store. */
  record ShardInfo(
      int shardCount,
      int keyLength,
      int valueLength,
      int slotSize,
      int slotCount,
      int prefixBits,
      Optional<ShardInfo.Extension> extension)
      implements Frame {

    /** What follows: all slots and then the log, or the log alone. */
    public enum Mode {
      FULL,
      RESUME
    }

    /** An epoch and the sequence of its first record. */
    public record HistoryEntry(int epoch, long firstSequence) {}

    /**
     * Whose history the follower is about to take part in, and from where on.
     *
     * @param epoch the leader's present one
     * @param firstSequence of the first record that will be streamed
     * @param lastSequence of the leader's last committed record
     * @param reason why not resumed; empty when it is. Cut to {@link FrameLayout#MAX_REASON} bytes,
     *     and what cannot be printed becomes a question mark
     * @param history at most {@link FrameLayout#MAX_HISTORY} entries
     */
    public record Extension(
        UUID storeId,
        int epoch,
        Mode mode,
        long firstSequence,
        long lastSequence,
        int heartbeatMs,
        String reason,
        List<HistoryEntry> history) {
      public Extension {
        Objects.requireNonNull(storeId, "storeId");
        Objects.requireNonNull(mode, "mode");
        reason = WireText.fit(reason, MAX_REASON);
        history = List.copyOf(history);
        requireFits("history", history.size(), MAX_HISTORY);
      }
    }

    public ShardInfo {
      requireFits("shardCount", shardCount, U8_MAX);
      requireFits("keyLength", keyLength, U16_MAX);
      requireFits("valueLength", valueLength, U16_MAX);
      requireFits("slotSize", slotSize, U16_MAX);
      requireFits("prefixBits", prefixBits, U8_MAX);
      Objects.requireNonNull(extension, "extension");
    }

    /** The answer to a plain request. */
    public ShardInfo(
        int shardCount,
        int keyLength,
        int valueLength,
        int slotSize,
        int slotCount,
        int prefixBits) {
      this(shardCount, keyLength, valueLength, slotSize, slotCount, prefixBits, Optional.empty());
    }
  }

  /** Leader to follower: the scan is over, what follows is live. */
  record CaughtUp(int shard, long scanned, Optional<CaughtUp.Extension> extension)
      implements Frame {

    /** The leader's last committed sequence when the scan ended. */
    public record Extension(long sequence) {}

    public CaughtUp {
      requireFits("shard", shard, U8_MAX);
      Objects.requireNonNull(extension, "extension");
    }

    /** To a plain follower. */
    public CaughtUp(int shard, long scanned) {
      this(shard, scanned, Optional.empty());
    }
  }

  /** Follower to leader: so much is applied. */
  record Ack(int shard, long applied, int maxVersion, Optional<Ack.Extension> extension)
      implements Frame {

    /**
     * The follower's position in the leader's history.
     *
     * @param batches how many are acknowledged by this; 0 only tells the position
     */
    public record Extension(long appliedSequence, long durableSequence, int batches) {
      public Extension {
        requireFits("batches", batches, U16_MAX);
      }
    }

    public Ack {
      requireFits("shard", shard, U8_MAX);
      Objects.requireNonNull(extension, "extension");
    }

    /** To a plain leader. */
    public Ack(int shard, long applied, int maxVersion) {
      this(shard, applied, maxVersion, Optional.empty());
    }
  }

  /** Either way: still here. Only leaders extend theirs. */
  record Heartbeat(Optional<Heartbeat.Extension> extension) implements Frame {

    /** How far the leader is: its last committed sequence and where its log ends behind it. */
    public record Extension(long lastSequence, long endOffset, long wallClockMs) {}

    public Heartbeat {
      Objects.requireNonNull(extension, "extension");
    }

    /** A follower's, or one to a plain follower. */
    public Heartbeat() {
      this(Optional.empty());
    }
  }

  /** Either way: why the sender closes the connection. Text of a peer: do not trust it. */
  record ErrorFrame(String text) implements Frame {
    public ErrorFrame {
      Objects.requireNonNull(text, "text");
    }
  }
}
