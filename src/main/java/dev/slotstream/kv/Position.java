package dev.slotstream.kv;

/**
 * Where a write stands in the store's history.
 *
 * @param epoch the leadership that wrote it
 * @param sequence in the shard's log
 */
public record Position(int shard, int epoch, long sequence) {
  /** {@code shard:epoch:sequence}. */
  @Override
  public String toString() {
    return shard + ":" + epoch + ":" + sequence;
  }
}
