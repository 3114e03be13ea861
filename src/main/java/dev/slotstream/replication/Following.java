package dev.slotstream.replication;

import dev.slotstream.wire.Frame;

/**
 * How a follower takes in what a leader sends once both know that their stores fit. All calls come
 * from the link's event loop; nothing is called after the link has ended.
 */
sealed interface Following permits PlainFollowing, HistoryFollowing {
  /** A frame that only this kind of following knows. */
  void onFrame(Frame frame, long now);

  /** Any frame arrived; called before {@link #onFrame}. */
  void onSignOfLife(Frame frame);

  /** A heartbeat arrived. */
  void onHeartbeat(Frame.Heartbeat heartbeat, long now);

  /** Called a few times a second. */
  void onTick(long now);

  /** How often to send a heartbeat, in nanoseconds. */
  long heartbeatNanos(int heartbeatsSent);

  /** How long a leader may be silent, in nanoseconds. */
  long silenceNanos();

  /** Batches that were received and are not committed yet. */
  int uncommitted();

  /** True when the engine works on nothing that came over this connection. */
  boolean settled();
}
