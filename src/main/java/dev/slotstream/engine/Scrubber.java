package dev.slotstream.engine;

import dev.slotstream.slot.SlotBuffer;
import java.util.List;

/**
 * The thread that reads all slots over and over, at a fixed rate, so that a slot that went bad on
 * the disk is known before somebody asks for it. What it finds is in {@link
 * ShardStatus#slotsDamaged}. Before that it holds the slots of shards whose index was kept against
 * their index, at a rate of its own, whether they are to be read over and over or not.
 */
final class Scrubber extends EngineThread {
  /** Short: what a round reads is read in one go, and requests wait for the processor meanwhile. */
  private static final long ROUND_MILLIS = 20;

  private static final long ROUNDS_PER_SECOND = 1_000 / ROUND_MILLIS;

  /** Fast enough to be through soon, and slow enough to leave the disk and a core to others. */
  private static final long REVIEWED_BYTES_PER_ROUND = 6L << 20;

  /** So few that whoever closes the engine does not wait, however slow the disk is. */
  private static final int REVIEWED_AT_ONCE = 1024;

  private final List<Shard> shards;
  private final SlotBuffer buffer;
  private final int slotSize;
  private final long bytesPerRound;
  private final int reviewedPerRound;

  /** Bytes that may be read by now. */
  private long allowance;

  private int shard;
  private int slot;

  Scrubber(String name, List<Shard> shards, EngineOptions options) {
    super(name, ROUND_MILLIS);
    this.shards = shards;
    this.buffer = new SlotBuffer(options.shape().layout());
    this.slotSize = options.shape().layout().slotSize();
    this.reviewedPerRound = Math.max(1, (int) (REVIEWED_BYTES_PER_ROUND / slotSize));
    this.bytesPerRound = Math.ceilDiv(options.scrubBytesPerSecond(), ROUNDS_PER_SECOND);
  }

  /** False when nothing is to be read. */
  boolean hasWork() {
    return bytesPerRound > 0 || shards.stream().anyMatch(one -> one.slotsToBeReviewed() > 0);
  }

  @Override
  void work() {
    if (review() == 0) {
      scrub();
    }
  }

  /** Reviews shard after shard; answers how many slots were read. */
  private int review() {
    int reviewed = 0;
    for (Shard one : shards) {
      int some = 1;
      while (some > 0 && reviewed < reviewedPerRound && !stopping()) {
        some = one.indexKeeping().review(Math.min(REVIEWED_AT_ONCE, reviewedPerRound - reviewed));
        reviewed += some;
      }
    }
    return reviewed;
  }

  private void scrub() {
    allowance += bytesPerRound;
    for (; allowance >= slotSize; allowance -= slotSize) {
      Shard now = shards.get(shard);
      if (slot < now.slotCount()) {
        now.committer().slots().check(slot, buffer);
        now.unloadFreeBehind(slot++);
      } else {
        now.scrubbed();
        slot = 0;
        shard = (shard + 1) % shards.size();
      }
    }
  }

  /** Nothing depends on it: the slots that it could not read are read by others, and told there. */
  @Override
  void broken(Throwable why) {
    slot = 0;
    shard = (shard + 1) % shards.size();
  }
}
