package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.wire.SlotBatchEncoder;

/**
 * Records for a plain follower.
 *
 * <p>Records that the scan before it may have overtaken are sent only when they are what their slot
 * holds now; if not, a later record of the slot follows. A plain follower applies by slot versions
 * alone: an older place of a key that it has already seen at its newer one would make it forget the
 * newer, whose own event it then skips.
 */
final class PlainRecords implements RecordPacker {
  private static final int RECORDS_PER_TURN = 4096;

  private final Shard shard;
  private final SlotBatchEncoder encoder;
  private final long overtaken;

  /**
   * Packs what comes behind a scan.
   *
   * @param overtaken the last sequence that the scan can have seen
   */
  PlainRecords(Shard shard, long overtaken, SlotBatchEncoder encoder) {
    this.shard = shard;
    this.overtaken = overtaken;
    this.encoder = encoder;
  }

  @Override
  public Batch pack(LogReader reader, long limit) throws LogException {
    for (int n = 0; n < RECORDS_PER_TURN && encoder.hasRoom() && reader.next(limit); n++) {
      LogRecord record = reader.record();
      boolean freed = record.meta() == MetaWord.FREE; // no plain frame can say that
      if (!freed && (record.sequence() > overtaken || shard.meta(record.slot()) == record.meta())) {
        RecordPacker.add(record, encoder);
      }
    }
    int events = encoder.events();
    byte[] frame = events == 0 ? null : encoder.finish();
    return new Batch(frame, events, false, reader.nextSequence() - 1, reader.offset());
  }

  @Override
  public boolean holdsOne() {
    return false;
  }
}
