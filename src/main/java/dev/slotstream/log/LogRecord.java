package dev.slotstream.log;

import java.util.zip.CRC32C;

/**
 * One record's bytes on the heap: where the appender puts a record together, and where a reader
 * copies it to. Belongs to one thread at a time and is reused.
 */
public final class LogRecord {
  private final byte[] bytes;
  private final CRC32C crc = new CRC32C();

  /** Room for records with keys and values up to these lengths, in bytes. */
  public LogRecord(int maxKeyLength, int maxValueLength) {
    this.bytes = new byte[LogLayout.recordLength(maxKeyLength, maxValueLength)];
  }

  /** The array that holds the record; key and value are found by the offsets below. */
  public byte[] bytes() {
    return bytes;
  }

  int capacity() {
    return bytes.length;
  }

  /** Bytes of the whole record. */
  public int length() {
    return (int) LogLayout.INT.get(bytes, LogLayout.LENGTH);
  }

  /** Its place in the shard's history; the first is 1. */
  public long sequence() {
    return (long) LogLayout.LONG.get(bytes, LogLayout.SEQUENCE);
  }

  long durable() {
    return (long) LogLayout.LONG.get(bytes, LogLayout.DURABLE);
  }

  /** The leadership that wrote it. */
  public int epoch() {
    return (int) LogLayout.INT.get(bytes, LogLayout.EPOCH);
  }

  /** The slot it writes. */
  public int slot() {
    return (int) LogLayout.INT.get(bytes, LogLayout.SLOT);
  }

  /** The slot's new meta word. */
  public int meta() {
    return (int) LogLayout.INT.get(bytes, LogLayout.META);
  }

  /** Bytes of the key without its trailing zeros. */
  public int keyLength() {
    return (short) LogLayout.SHORT.get(bytes, LogLayout.KEY_LENGTH) & 0xFFFF;
  }

  /** Bytes of the value without its trailing zeros. */
  public int valueLength() {
    return (short) LogLayout.SHORT.get(bytes, LogLayout.VALUE_LENGTH) & 0xFFFF;
  }

  /** Offset of the key in {@link #bytes()}. */
  public int keyOffset() {
    return LogLayout.BODY;
  }

  /** Offset of the value in {@link #bytes()}. */
  public int valueOffset() {
    return LogLayout.BODY + keyLength();
  }

  /** Begins a record; {@link #key} and {@link #value} must follow. */
  public LogRecord header(int epoch, int slot, int meta) {
    LogLayout.INT.set(bytes, LogLayout.EPOCH, epoch);
    LogLayout.INT.set(bytes, LogLayout.SLOT, slot);
    LogLayout.INT.set(bytes, LogLayout.META, meta);
    return this;
  }

  /** Sets the key; trailing zeros are left out. {@link #value} must follow. */
  public LogRecord key(byte[] source, int offset, int length) {
    int trimmed = trimmed(source, offset, length);
    LogLayout.SHORT.set(bytes, LogLayout.KEY_LENGTH, (short) trimmed);
    System.arraycopy(source, offset, bytes, LogLayout.BODY, trimmed);
    return this;
  }

  /** Sets the value, trailing zeros left out, and with it the record's length. */
  public LogRecord value(byte[] source, int offset, int length) {
    int trimmed = trimmed(source, offset, length);
    int at = valueOffset();
    int end = LogLayout.recordLength(keyLength(), trimmed);
    LogLayout.SHORT.set(bytes, LogLayout.VALUE_LENGTH, (short) trimmed);
    System.arraycopy(source, offset, bytes, at, trimmed);
    for (int i = at + trimmed; i < end; i++) {
      bytes[i] = 0;
    }
    LogLayout.INT.set(bytes, LogLayout.LENGTH, end);
    return this;
  }

  /** The record of a deletion has no value. */
  public LogRecord noValue() {
    return value(bytes, 0, 0);
  }

  private static int trimmed(byte[] source, int offset, int length) {
    int end = offset + length;
    while (end - offset >= Long.BYTES && (long) LogLayout.LONG.get(source, end - Long.BYTES) == 0) {
      end -= Long.BYTES;
    }
    while (end > offset && source[end - 1] == 0) {
      end--;
    }
    return end - offset;
  }

  /** Gives the record its place and its checksum. */
  void seal(long sequence, long durable) {
    LogLayout.LONG.set(bytes, LogLayout.SEQUENCE, sequence);
    LogLayout.LONG.set(bytes, LogLayout.DURABLE, durable);
    LogLayout.INT.set(bytes, LogLayout.CRC, checksum());
  }

  /** True when the record that was copied in is whole. Its length was checked before. */
  boolean intact() {
    return (int) LogLayout.INT.get(bytes, LogLayout.CRC) == checksum()
        && LogLayout.recordLength(keyLength(), valueLength()) == length();
  }

  private int checksum() {
    crc.reset();
    crc.update(bytes, LogLayout.SEQUENCE, length() - LogLayout.SEQUENCE);
    return (int) crc.getValue();
  }
}
