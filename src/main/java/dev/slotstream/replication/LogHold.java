package dev.slotstream.replication;

import dev.slotstream.engine.Shard;

/**
 * Keeps a shard's log from a sequence on that moves, as far as the log's limit allows. Moved by one
 * event loop.
 */
final class LogHold implements AutoCloseable {
  private final AutoCloseable held;
  private volatile long neededFrom;

  LogHold(Shard shard, long from) {
    neededFrom = from;
    held = shard.holdLog(() -> neededFrom);
  }

  /** What lies before this is not needed any more. */
  void moveTo(long sequence) {
    neededFrom = sequence;
  }

  @Override
  public void close() {
    try {
      held.close();
    } catch (Exception e) {
      throw new IllegalStateException("hold of the log does not end", e);
    }
  }
}
