package dev.slotstream.log;

import java.io.IOException;

/** Takes records in order. The record is reused: it is valid only during the call. */
@FunctionalInterface
public interface RecordSink {

  /** One more record. */
  void accept(LogRecord record) throws IOException;
}
