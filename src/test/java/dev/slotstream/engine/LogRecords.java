package dev.slotstream.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Where the records of a segment stand, by the table of {@code docs/storage.md}. */
public record LogRecords(ByteBuffer segment, List<Integer> starts) {
  private static final int HEADER = 128;
  private static final int SEQUENCE = 8;
  private static final int DURABLE = 16;

  public static LogRecords of(byte[] segment) {
    ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> starts = new ArrayList<>();
    for (int at = HEADER; at + Integer.BYTES <= segment.length && bytes.getInt(at) != 0; ) {
      starts.add(at);
      at += bytes.getInt(at);
    }
    return new LogRecords(bytes, starts);
  }

  public int count() {
    return starts.size();
  }

  public int start(int record) {
    return starts.get(record);
  }

  public int length(int record) {
    return segment.getInt(start(record));
  }

  public long sequence(int record) {
    return segment.getLong(start(record) + SEQUENCE);
  }

  /** Every record up to this sequence was forced when this one was appended. */
  public long durable(int record) {
    return segment.getLong(start(record) + DURABLE);
  }
}
