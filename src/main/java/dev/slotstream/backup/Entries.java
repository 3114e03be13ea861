package dev.slotstream.backup;

import dev.slotstream.engine.ReplicatedBatch.Events;
import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.MetaWord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntConsumer;

/** Slots or records, one behind the other, as {@link BackupLayout} tells. */
final class Entries {
  private static final int META = Integer.BYTES;
  private static final int KEY_LENGTH = META + Integer.BYTES;
  private static final int VALUE_LENGTH = KEY_LENGTH + Short.BYTES;

  private final byte[] bytes;
  private final int length;
  private final int count;

  Entries(byte[] bytes, int length, int count) {
    this.bytes = bytes;
    this.length = length;
    this.count = count;
  }

  /** How many. */
  int count() {
    return count;
  }

  /** Bytes of all. */
  int length() {
    return length;
  }

  void putInto(ByteBuffer to) {
    to.put(bytes, 0, length);
  }

  /** Visits them in order. */
  Cursor cursor() {
    return new Cursor(bytes, count);
  }

  /**
   * Whether they are what {@link #cursor} can visit.
   *
   * @param maxKey bytes of the longest key
   * @param maxValue bytes of the longest value
   */
  boolean wellFormed(int maxKey, int maxValue) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long at = 0;
    for (int n = 0; n < count; n++) {
      if (at + BackupLayout.ENTRY_SIZE > length) {
        return false;
      }
      int key = in.getShort((int) at + KEY_LENGTH) & 0xFFFF;
      int value = in.getShort((int) at + VALUE_LENGTH) & 0xFFFF;
      if (in.getInt((int) at) < 0 || key > maxKey || value > maxValue) {
        return false;
      }
      at += BackupLayout.ENTRY_SIZE + key + value;
    }
    return at == length;
  }

  /** Whether they are of these slots, each once, in order, so many of them damaged. */
  boolean areSlots(int from, int to, int damaged) {
    Cursor cursor = cursor();
    int least = from;
    int found = 0;
    while (cursor.next()) {
      if (cursor.slot() < least || cursor.slot() >= to) {
        return false;
      }
      least = cursor.slot() + 1;
      found += cursor.damaged() ? 1 : 0;
    }
    return found == damaged;
  }

  /**
   * Visits those in order that are whole.
   *
   * @param damaged told of each slot that is passed over
   */
  Cursor whole(IntConsumer damaged) {
    return new Cursor(bytes, count) {
      @Override
      public boolean next() {
        while (super.next()) {
          if (!damaged()) {
            return true;
          }
          damaged.accept(slot());
        }
        return false;
      }
    };
  }

  /** Visits entries. */
  static class Cursor implements Events {
    private final ByteBuffer in;
    private int left;
    private int at;
    private int following;

    private Cursor(byte[] bytes, int count) {
      this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      this.left = count;
    }

    @Override
    public boolean next() {
      if (left == 0) {
        return false;
      }
      left--;
      at = following;
      following = valueOffset() + valueLength();
      return true;
    }

    /** True for a slot whose content could not be copied. */
    boolean damaged() {
      return MetaWord.status(meta()) == MetaWord.WRITING;
    }

    @Override
    public int slot() {
      return in.getInt(at);
    }

    @Override
    public int meta() {
      return in.getInt(at + META);
    }

    @Override
    public byte[] bytes() {
      return in.array();
    }

    @Override
    public int keyOffset() {
      return at + BackupLayout.ENTRY_SIZE;
    }

    @Override
    public int keyLength() {
      return in.getShort(at + KEY_LENGTH) & 0xFFFF;
    }

    @Override
    public int valueOffset() {
      return keyOffset() + keyLength();
    }

    @Override
    public int valueLength() {
      return in.getShort(at + VALUE_LENGTH) & 0xFFFF;
    }
  }

  /** Puts entries together, as many as one chunk takes; reused. */
  static final class Builder {
    private final ByteBuffer out;
    private final int target;
    private int count;

    /**
     * For keys and values up to these lengths.
     *
     * @param target bytes with which a chunk is full
     */
    Builder(int maxKey, int maxValue, int target) {
      this.target = target;
      int longest = BackupLayout.ENTRY_SIZE + maxKey + maxValue;
      out = ByteBuffer.allocate(target + longest).order(ByteOrder.LITTLE_ENDIAN);
    }

    boolean isEmpty() {
      return count == 0;
    }

    /** False when the chunk is full. */
    boolean hasRoom() {
      return out.position() < target;
    }

    void add(LogRecord record) {
      head(record.slot(), record.meta(), record.keyLength(), record.valueLength());
      out.put(record.bytes(), record.keyOffset(), record.keyLength());
      out.put(record.bytes(), record.valueOffset(), record.valueLength());
    }

    /** A slot of which only the meta word is told. */
    void add(int slot, int meta) {
      head(slot, meta, 0, 0);
    }

    private void head(int slot, int meta, int key, int value) {
      out.putInt(slot).putInt(meta).putShort((short) key).putShort((short) value);
      count++;
    }

    /** What was added since the last time; valid until something is added again. */
    Entries take() {
      Entries taken = new Entries(out.array(), out.position(), count);
      out.clear();
      count = 0;
      return taken;
    }
  }
}
