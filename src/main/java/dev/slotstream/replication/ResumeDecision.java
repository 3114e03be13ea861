package dev.slotstream.replication;

import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.ShardHistory.EpochStart;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * What a leader does with an extended follower that asks to go on from a position: go on, send
 * everything, or refuse. Pure functions; every answer that is not "go on" has the numbers behind
 * it.
 *
 * <p>A leadership writes on one node only, behind records that it has from the one before. So two
 * logs that hold a record of the same epoch and sequence hold the same records up to it: whether
 * the follower's last record is one of the leader's tells whether all are.
 */
sealed interface ResumeDecision {

  /** The follower's records are the beginning of the leader's: it gets what comes after them. */
  record Resume(long from) implements ResumeDecision {}

  /** The follower gets all slots. */
  record Full(Cause cause, String text) implements ResumeDecision {}

  /** The follower gets nothing. */
  record Refused(Refusal cause, String text) implements ResumeDecision {}

  /** Why a full sync. */
  enum Cause {
    /** It has never followed. */
    NEW,
    /** Its last full sync did not come to an end, or it says that it needs one. */
    SYNC_BROKEN_OFF,
    /** Its log was damaged. */
    DAMAGED_LOG,
    /** It holds records that the leader does not have. */
    DIVERGED,
    /** It holds more records of the leader's own leadership than the leader does. */
    AHEAD,
    /** What it needs next is not in the leader's log any more. */
    TOO_OLD,
    /** The leader follows a plain one: a crash of its own can have changed what it once sent. */
    NO_HISTORY;

    /** For meters. */
    String tag() {
      return tagOf(this);
    }
  }

  /** Why nothing at all. */
  enum Refusal {
    /** Its content belongs to another store. */
    FOREIGN_STORE,
    /** It knows of a leadership that is newer than the leader's. */
    STALE_LEADER,
    /** The leader follows itself, and has not got as far as the follower yet. */
    NOT_CAUGHT_UP;

    /** For meters, and the first word of what the follower is told. */
    String tag() {
      return tagOf(this);
    }
  }

  /**
   * What the leader has.
   *
   * @param oldest the first sequence from which its log can be read, or will
   * @param committed the last that followers may have
   */
  record LeaderLog(ShardHistory history, long oldest, long committed) {}

  /**
   * What the follower says of itself. Both numbers are unsigned.
   *
   * @param epoch of the record before {@code next}; 0 when there is none
   * @param next the sequence that it needs next; 0 when it has nothing that can be gone on from
   * @param empty true when it holds nothing at all
   * @param logDamaged true when it has nothing to go on from since its log was damaged
   */
  record Asker(UUID storeId, int epoch, long next, boolean empty, boolean logDamaged) {}

  /** Decides. */
  static ResumeDecision of(LeaderLog leader, Asker asker) {
    ShardHistory history = leader.history();
    boolean nothing = asker.next() == 0;
    if (!history.storeId().equals(asker.storeId())) {
      return nothing && asker.empty()
          ? new Full(Cause.NEW, "follower is new")
          : new Refused(
              Refusal.FOREIGN_STORE,
              "follower's content is of another store, store id: leader=%s follower=%s"
                  .formatted(history.storeId(), asker.storeId()));
    }
    if (Integer.compareUnsigned(asker.epoch(), history.epoch()) > 0) {
      return new Refused(
          Refusal.STALE_LEADER,
          "leader is from the past, epoch: leader=%s follower=%s"
              .formatted(
                  Integer.toUnsignedString(history.epoch()),
                  Integer.toUnsignedString(asker.epoch())));
    }
    if (nothing) {
      return everything(asker);
    }
    return place(leader, asker);
  }

  private static Full everything(Asker asker) {
    if (asker.logDamaged()) {
      return new Full(Cause.DAMAGED_LOG, "follower's log was damaged");
    }
    return asker.empty()
        ? new Full(Cause.NEW, "follower is new")
        : new Full(Cause.SYNC_BROKEN_OFF, "follower has nothing to go on from");
  }

  private static ResumeDecision place(LeaderLog leader, Asker asker) {
    long next = asker.next();
    String left = whereItLeft(leader.history().epochs(), asker);
    if (left != null) {
      return new Full(Cause.DIVERGED, left);
    }
    if (Long.compareUnsigned(next, leader.committed() + 1) > 0) {
      String text =
          "follower is ahead, next: leader=%d follower=%s"
              .formatted(leader.committed() + 1, Long.toUnsignedString(next));
      return leader.history().own()
          ? new Full(Cause.AHEAD, text)
          : new Refused(Refusal.NOT_CAUGHT_UP, text);
    }
    if (next < leader.oldest()) {
      return new Full(
          Cause.TOO_OLD,
          "log does not reach back far enough, oldest=%d next=%d".formatted(leader.oldest(), next));
    }
    return new Resume(next);
  }

  /** Null when the follower's last record is one of the leader's, or may be one of its next. */
  private static String whereItLeft(List<EpochStart> epochs, Asker asker) {
    if (asker.next() == 1 && asker.epoch() == 0) {
      return null; // it holds no records: there is nothing that could differ
    }
    long last = asker.next() - 1;
    String position =
        "epoch=%s sequence=%s"
            .formatted(Integer.toUnsignedString(asker.epoch()), Long.toUnsignedString(last));
    for (int e = 0; e < epochs.size(); e++) {
      if (epochs.get(e).epoch() == asker.epoch()) {
        boolean present = e + 1 == epochs.size();
        long first = epochs.get(e).firstSequence();
        long end = present ? -1 : epochs.get(e + 1).firstSequence() - 1; // -1 is the greatest
        boolean inside =
            Long.compareUnsigned(last, first) >= 0 && Long.compareUnsigned(last, end) <= 0;
        return inside
            ? null
            : "follower's last record is not the leader's: %s, leader's epoch holds %d to %s"
                .formatted(position, first, present ? "now" : end);
      }
    }
    return "follower's last record is of an epoch that is not in the leader's history: %s oldest=%s"
        .formatted(position, epochs.isEmpty() ? "none" : epochs.getFirst().epoch());
  }

  private static String tagOf(Enum<?> cause) {
    return cause.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
