package dev.slotstream.replication;

import dev.slotstream.engine.ReplicatedBatch.Events;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.wire.EventCursor;

/** A frame's events as the engine takes them. */
final class BatchEvents {
  private BatchEvents() {}

  /** Of a leader. */
  record Of(EventCursor cursor) implements Events {
    @Override
    public boolean next() {
      return cursor.next();
    }

    @Override
    public int slot() {
      return cursor.slot();
    }

    @Override
    public int meta() {
      return cursor.meta();
    }

    @Override
    public byte[] bytes() {
      return cursor.array();
    }

    @Override
    public int keyOffset() {
      return cursor.keyOffset();
    }

    @Override
    public int keyLength() {
      return cursor.keyLength();
    }

    @Override
    public int valueOffset() {
      return cursor.valueOffset();
    }

    @Override
    public int valueLength() {
      return cursor.valueLength();
    }
  }

  /** Slots that become as if they had never been written. */
  static final class Freed implements Events {
    private static final int MOST = 1024;

    private final int[] slots = new int[MOST];
    private final byte[] noKey;
    private int count;
    private int at = -1;

    Freed(int keyLength) {
      this.noKey = new byte[keyLength];
    }

    /** True when the batch is full with this one. */
    boolean add(int slot) {
      slots[count++] = slot;
      return count == slots.length;
    }

    boolean isEmpty() {
      return count == 0;
    }

    @Override
    public boolean next() {
      return ++at < count;
    }

    @Override
    public int slot() {
      return slots[at];
    }

    @Override
    public int meta() {
      return MetaWord.FREE;
    }

    @Override
    public byte[] bytes() {
      return noKey;
    }

    @Override
    public int keyOffset() {
      return 0;
    }

    @Override
    public int keyLength() {
      return noKey.length;
    }

    @Override
    public int valueOffset() {
      return 0;
    }

    @Override
    public int valueLength() {
      return 0;
    }
  }
}
