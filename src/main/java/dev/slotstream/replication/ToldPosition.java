package dev.slotstream.replication;

import dev.slotstream.wire.Frame.Ack;
import java.util.Optional;

/**
 * Where a follower says that it is, in the leader's sequences. It only moves forward, and not past
 * what was sent. Belongs to the session's event loop.
 */
final class ToldPosition {
  private long applied;
  private long durable;

  /** Why an ack cannot be true. */
  record Lie(String reason, String text) {}

  /** Looks at an ack before anything is done with it. */
  Optional<Lie> check(Ack.Extension says, long sentSequence, int inFlight) {
    if (says.batches() > inFlight) {
      return Optional.of(
          new Lie(
              "unexpected-ack",
              "ack for more batches than are in flight: batches=%d in flight=%d"
                  .formatted(says.batches(), inFlight)));
    }
    if (less(says.appliedSequence(), applied) || less(says.durableSequence(), durable)) {
      return Optional.of(lie("position-back", "position goes back", says, "before", applied));
    }
    if (less(sentSequence, says.appliedSequence()) || less(sentSequence, says.durableSequence())) {
      return Optional.of(
          lie("position-ahead", "position was not sent yet", says, "sent", sentSequence));
    }
    return Optional.empty();
  }

  private Lie lie(String reason, String what, Ack.Extension says, String bound, long sequence) {
    return new Lie(
        reason,
        "%s: applied=%s durable=%s %s=%d"
            .formatted(
                what,
                Long.toUnsignedString(says.appliedSequence()),
                Long.toUnsignedString(says.durableSequence()),
                bound,
                sequence));
  }

  /** Sequences come off the wire, where they are unsigned. */
  private static boolean less(long sequence, long than) {
    return Long.compareUnsigned(sequence, than) < 0;
  }

  void moveTo(Ack.Extension says) {
    applied = says.appliedSequence();
    durable = says.durableSequence();
  }

  long applied() {
    return applied;
  }

  /** Applied, and on disk there. */
  long durable() {
    return Math.min(applied, durable);
  }
}
