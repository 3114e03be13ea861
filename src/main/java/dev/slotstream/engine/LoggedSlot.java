package dev.slotstream.engine;

import dev.slotstream.log.LogRecord;
import java.util.Arrays;

/** What the log says that a slot holds. */
record LoggedSlot(int meta, byte[] bytes, int keyLength) implements CopiedContent {

  static LoggedSlot of(LogRecord record) {
    int end = record.valueOffset() + record.valueLength();
    return new LoggedSlot(
        record.meta(),
        Arrays.copyOfRange(record.bytes(), record.keyOffset(), end),
        record.keyLength());
  }
}
