package dev.slotstream.replication;

import dev.slotstream.wire.Frame;

/**
 * What is said over a connection once the follower has asked for a shard. All calls come from the
 * session's event loop; none comes after {@link #end}.
 */
sealed interface Conversation permits PlainConversation, ExtendedConversation {
  /** Answers the request. */
  void begin(long now);

  /** A frame arrived. */
  void onFrame(Frame frame, long now);

  /** Called a few times a second. */
  void onTick(long now);

  /** More records are committed. */
  void onCommit();

  /** The socket has room again. */
  void onDrained();

  /** Lets go of everything. */
  void end();
}
