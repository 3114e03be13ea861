package dev.slotstream.replication;

import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.wire.BatchEncoder;

/** Makes batches out of records, for one kind of follower. Belongs to one event loop. */
sealed interface RecordPacker permits PlainRecords, PackedRecords {
  /**
   * The next batch.
   *
   * @param reader has a record at or below the limit, unless one is held back
   * @param limit the last record that may be sent
   */
  Batch pack(LogReader reader, long limit) throws LogException;

  /** True when a record was read that belongs to the next batch. */
  boolean holdsOne();

  /** Adds a record's slot to a batch. */
  static void add(LogRecord record, BatchEncoder encoder) {
    byte[] bytes = record.bytes();
    if (MetaWord.occupied(record.meta())) {
      encoder.occupied(
          record.slot(),
          record.meta(),
          bytes,
          record.keyOffset(),
          record.keyLength(),
          record.valueOffset(),
          record.valueLength());
    } else {
      encoder.deleted(record.slot(), record.meta(), bytes, record.keyOffset(), record.keyLength());
    }
  }
}
