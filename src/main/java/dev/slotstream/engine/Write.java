package dev.slotstream.engine;

import dev.slotstream.slot.MetaWord;

/**
 * One put or delete. Set up, submitted, ended; then it may be set up again. The arrays given to it
 * belong to it until its end.
 *
 * <p>The results may be read in {@link #committed} and {@link #refused}.
 */
public abstract non-sealed class Write extends Submission {
  private byte[] key;
  private long hash;
  private byte[] value;
  private int valueLength;
  private Condition condition = Condition.NONE;
  private boolean onDisk;

  private boolean refused;
  private int slot;
  private int meta;
  private int epoch;
  private long sequence;

  /**
   * Sets up a put.
   *
   * @param wholeKey the key field, K bytes
   * @param newValue begins with the value; the rest of the value field becomes zeros
   * @param length bytes of it that count, at most V
   */
  public final void put(byte[] wholeKey, byte[] newValue, int length, Condition when) {
    setUp(wholeKey, newValue, length, when);
  }

  /** Sets up a delete. A key that is not there refuses it. */
  public final void delete(byte[] wholeKey, Condition when) {
    setUp(wholeKey, null, 0, when);
  }

  private void setUp(byte[] wholeKey, byte[] newValue, int length, Condition when) {
    this.key = wholeKey;
    this.hash = KeyRouting.hash(wholeKey, 0, wholeKey.length);
    this.value = newValue;
    this.valueLength = length;
    this.condition = when;
    this.refused = false;
    this.onDisk = false;
  }

  /** Demands, before it is submitted, that it is on disk when it is committed. */
  public final void demandDisk() {
    onDisk = true;
  }

  @Override
  final boolean demandsDisk() {
    return onDisk;
  }

  @Override
  final boolean endsEarly() {
    return true;
  }

  final byte[] key() {
    return key;
  }

  final long hash() {
    return hash;
  }

  final byte[] value() {
    return value;
  }

  final int valueLength() {
    return valueLength;
  }

  final boolean isDelete() {
    return value == null;
  }

  final Condition condition() {
    return condition;
  }

  @Override
  final boolean attempt(Committer committer) {
    return committer.write(this);
  }

  @Override
  final void finish() {
    if (refused) {
      refused();
    } else {
      committed();
    }
  }

  @Override
  final void fail(EngineException why) {
    failed(why);
  }

  /** The condition did not hold, or there was nothing to delete. */
  final void refuse(int currentSlot, int currentMeta) {
    refused = true;
    slot = currentSlot;
    meta = currentMeta;
  }

  final void place(int newSlot, int newMeta, int newEpoch, long newSequence) {
    slot = newSlot;
    meta = newMeta;
    epoch = newEpoch;
    sequence = newSequence;
  }

  /** The slot that was written; the key's current one when refused, -1 when it has none. */
  public final int slot() {
    return slot;
  }

  /** The slot's version after the write. */
  public final int version() {
    return MetaWord.version(meta);
  }

  /** The leadership that wrote it. */
  public final int epoch() {
    return epoch;
  }

  /** Its place in the shard's history. */
  public final long sequence() {
    return sequence;
  }

  /** It is done, as durable as the engine promises. */
  protected abstract void committed();

  /** It was not done: the condition did not hold, or there was nothing to delete. */
  protected abstract void refused();

  /** It was not done, or it is not known whether it was. */
  protected abstract void failed(EngineException why);
}
