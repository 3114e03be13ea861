package dev.slotstream.engine;

import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.SlotContent;

/** Key and value of a record, as a slot takes them. */
final class RecordContent implements SlotContent {
  private LogRecord record;

  /** Goes to a record; valid until that changes. */
  RecordContent of(LogRecord newRecord) {
    record = newRecord;
    return this;
  }

  @Override
  public byte[] bytes() {
    return record.bytes();
  }

  @Override
  public int keyOffset() {
    return record.keyOffset();
  }

  @Override
  public int keyLength() {
    return record.keyLength();
  }

  @Override
  public int valueOffset() {
    return record.valueOffset();
  }

  @Override
  public int valueLength() {
    return record.valueLength();
  }
}
