package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.wire.PackedBatch;
import dev.slotstream.wire.PackedBatchEncoder;

/**
 * Records for a follower that keeps them in its own log: every one, in order, those of one epoch in
 * one batch.
 */
final class PackedRecords implements RecordPacker {
  private final Shard shard;
  private final LeaderPosition position;
  private final PackedBatchEncoder encoder;
  private boolean holdsOne;

  PackedRecords(Shard shard, LeaderPosition position, PackedBatchEncoder encoder) {
    this.shard = shard;
    this.position = position;
    this.encoder = encoder;
  }

  @Override
  public Batch pack(LogReader reader, long limit) throws LogException {
    LogRecord record = reader.record();
    if (!holdsOne) {
      reader.next(limit);
    }
    int epoch = record.epoch();
    long first = record.sequence();
    long last;
    long endOffset;
    do {
      if (record.meta() == MetaWord.FREE) {
        encoder.freed(record.slot()); // this node follows a plain leader itself
      } else {
        RecordPacker.add(record, encoder);
      }
      last = record.sequence();
      endOffset = reader.offset();
      holdsOne = encoder.hasRoom() && reader.next(limit);
    } while (holdsOne && record.epoch() == epoch);
    int events = encoder.events();
    PackedBatch.Header header =
        new PackedBatch.Header(
            epoch, first, last, position.last(shard), endOffset, shard.logEndOffset());
    return new Batch(encoder.finish(header), events, false, last, endOffset);
  }

  @Override
  public boolean holdsOne() {
    return holdsOne;
  }
}
