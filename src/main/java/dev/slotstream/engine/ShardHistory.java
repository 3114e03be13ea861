package dev.slotstream.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Whose records a shard holds: the store that they belong to, and where each of its leaderships
 * began. Two shards with the same history up to a sequence hold the same records up to it.
 *
 * @param storeId of the store that the first record was written in
 * @param own true when the last of the leaderships was this directory's own; false when the shard
 *     holds what a leader sent it
 * @param epochs oldest first; at most {@link #MAX_EPOCHS}, older ones are forgotten
 */
public record ShardHistory(UUID storeId, boolean own, List<EpochStart> epochs) {
  /** A follower whose last record is of an older leadership than all these copies everything. */
  public static final int MAX_EPOCHS = 128;

  /** Where a leadership began. */
  public record EpochStart(int epoch, long firstSequence) {}

  /** Keeps a copy of the newest epochs. */
  public ShardHistory {
    int excess = Math.max(0, epochs.size() - MAX_EPOCHS);
    epochs = List.copyOf(epochs.subList(excess, epochs.size()));
  }

  /** The last leadership; 0 before the first. */
  public int epoch() {
    return epochs.isEmpty() ? 0 : epochs.getLast().epoch();
  }

  /** The leadership that wrote a record; 0 when it is older than what is remembered. */
  public int epochAt(long sequence) {
    for (EpochStart start : epochs.reversed()) {
      if (start.firstSequence() <= sequence) {
        return start.epoch();
      }
    }
    return 0;
  }

  /**
   * The last record that this history shares with a leader's, as far as both remember; 0 for none.
   *
   * @param ownLast the last record of this history
   */
  public long commonWith(ShardHistory leader, long ownLast) {
    if (!storeId.equals(leader.storeId())) {
      return 0;
    }
    long end = ownLast;
    for (EpochStart own : epochs.reversed()) {
      int at = leader.epochs().indexOf(own);
      if (at >= 0 && own.firstSequence() <= end + 1) {
        boolean present = at + 1 == leader.epochs().size();
        long leadersEnd =
            present ? Long.MAX_VALUE : leader.epochs().get(at + 1).firstSequence() - 1;
        return Math.min(end, leadersEnd);
      }
      end = Math.min(end, own.firstSequence() - 1);
    }
    return 0;
  }

  /** This history, followed by a leadership of this directory's own. */
  ShardHistory lead(int epoch, long firstSequence) {
    return new ShardHistory(storeId, true, followedBy(epoch, firstSequence));
  }

  /** This history, followed by a leadership whose first record came from a leader. */
  ShardHistory learn(int epoch, long firstSequence) {
    return new ShardHistory(storeId, false, followedBy(epoch, firstSequence));
  }

  /** This history, followed by those of a leader's later leaderships that begin at a sequence. */
  ShardHistory learnBegunAt(long sequence, ShardHistory leaders) {
    ShardHistory learned = followed();
    for (EpochStart start : leaders.epochs()) {
      if (start.epoch() > learned.epoch() && start.firstSequence() == sequence) {
        learned = learned.learn(start.epoch(), sequence);
      }
    }
    return learned;
  }

  /** This history, as one who follows has it. */
  ShardHistory followed() {
    return own ? new ShardHistory(storeId, false, epochs) : this;
  }

  private List<EpochStart> followedBy(int epoch, long firstSequence) {
    List<EpochStart> longer = new ArrayList<>(epochs);
    longer.add(new EpochStart(epoch, firstSequence));
    return longer;
  }

  /** What of this history lies at or before a sequence, as one who follows has it. */
  ShardHistory upTo(long sequence) {
    return new ShardHistory(storeId, false, begunBy(sequence));
  }

  /** This history as it was when a sequence was its last, whatever leaderships have begun since. */
  public ShardHistory asOf(long sequence) {
    return new ShardHistory(storeId, own, begunBy(sequence));
  }

  private List<EpochStart> begunBy(long sequence) {
    return epochs.stream().filter(e -> e.firstSequence() <= sequence + 1).toList();
  }
}
