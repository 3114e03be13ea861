package dev.slotstream.engine;

import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.SlotContent;
import java.util.Arrays;

/** What the log says that a slot holds. */
record LoggedSlot(int meta, byte[] bytes, int keyLength) implements SlotContent {

  static LoggedSlot of(LogRecord record) {
    int end = record.valueOffset() + record.valueLength();
    return new LoggedSlot(
        record.meta(),
        Arrays.copyOfRange(record.bytes(), record.keyOffset(), end),
        record.keyLength());
  }

  @Override
  public int keyOffset() {
    return 0;
  }

  @Override
  public int valueOffset() {
    return keyLength;
  }

  @Override
  public int valueLength() {
    return bytes.length - keyLength;
  }
}
