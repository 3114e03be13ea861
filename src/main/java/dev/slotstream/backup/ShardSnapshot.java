package dev.slotstream.backup;

import dev.slotstream.backup.Refusal.Reason;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.ShardPosition;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotDamagedException;
import dev.slotstream.slot.SlotLayout;

/**
 * One shard at one position, beside running writers:
 *
 * <ol>
 *   <li>the committed position is noted; the log from there on is held. Whatever is committed is in
 *       its slot.
 *   <li>every slot is copied as it stands when its turn comes
 *   <li>the last record that the log has then is the end: no slot can hold a later one, since a
 *       record is in the log before it is in its slot. It is waited for until it is committed.
 *   <li>the records from the noted position to the end follow. They name slot and content, so it
 *       does no harm that some slots hold them already.
 * </ol>
 *
 * <p>Belongs to the thread that makes the backup.
 */
final class ShardSnapshot implements AutoCloseable {
  /** What looking at a slot that was never written costs: a line of the processor's cache. */
  private static final int GLANCE_BYTES = 64;

  private final Shard shard;
  private final SlotLayout layout;
  private final int chunkBytes;
  private final SlotBuffer buffer;
  private final LogRecord trimmed;
  private final Entries.Builder entries;
  private final int syncsBefore;
  private final AutoCloseable held;
  private final LogReader reader;
  private volatile long neededFrom;
  private boolean holdsOne;
  private int read;

  /**
   * What the chunks are like.
   *
   * @param chunkBytes with which a chunk is full, be it entries or what was read for them
   */
  record Parts(SlotLayout layout, int chunkBytes) {}

  /**
   * Holds a shard's log from a sequence on.
   *
   * @throws Refusal when the shard is in a full sync, or its log does not reach back that far
   */
  private ShardSnapshot(Shard shard, Parts parts, long from) throws Refusal {
    this.shard = shard;
    this.layout = parts.layout();
    this.chunkBytes = parts.chunkBytes();
    this.buffer = new SlotBuffer(layout);
    this.trimmed = new LogRecord(layout.keyLength(), layout.valueLength());
    this.entries =
        new Entries.Builder(layout.keyLength(), layout.valueLength(), parts.chunkBytes());
    this.syncsBefore = shard.fullSyncs();
    this.neededFrom = from;
    this.held = shard.holdLog(() -> neededFrom);
    try {
      requireWhole();
      this.reader = openLog(from);
    } catch (Refusal | RuntimeException e) {
      letGo();
      throw e;
    }
  }

  /** Begins with a shard; {@link #begin} must follow. */
  static ShardSnapshot of(Shard shard, Parts parts) throws Refusal {
    return new ShardSnapshot(shard, parts, shard.committedSequence() + 1);
  }

  /**
   * Goes on with a shard that was begun before, here or on another node.
   *
   * @throws Refusal when what the backup has is not a beginning of this node's history
   */
  static ShardSnapshot goOn(Shard shard, Parts parts, Progress progress) throws Refusal {
    ShardPosition reached = progress.reached();
    if (reached.sequence() > shard.committedSequence()) {
      throw new Refusal(
          Reason.NOT_CAUGHT_UP,
          "node has not got as far as the backup, shard=%d committed=%d backup=%d"
              .formatted(shard.number(), shard.committedSequence(), reached.sequence()));
    }
    int epoch = shard.epochAt(reached.sequence());
    if (epoch != reached.epoch()) {
      throw new Refusal(
          Reason.BACKUP_OUTDATED,
          "backup holds records that are not in this node's history, shard=%d sequence=%d epoch=%d here=%d"
              .formatted(shard.number(), reached.sequence(), reached.epoch(), epoch));
    }
    return new ShardSnapshot(shard, parts, progress.nextSequence());
  }

  private LogReader openLog(long from) throws Refusal {
    try {
      LogReader opened = shard.readLog(from);
      if (opened == null) {
        throw purged(from);
      }
      return opened;
    } catch (LogException e) {
      throw unreadable(e);
    }
  }

  private Refusal purged(long from) {
    return new Refusal(
        Reason.LOG_PURGED,
        "log does not hold any more what the backup needs, shard=%d sequence=%d oldest=%d"
            .formatted(shard.number(), from, shard.oldestSequence()));
  }

  private Refusal unreadable(LogException e) {
    return e.kind() == LogException.Kind.MISSING
        ? purged(neededFrom)
        : new Refusal(Reason.LOG_DAMAGED, e.getMessage());
  }

  /** A full sync exchanges everything: what was copied before belongs to another past. */
  private void requireWhole() throws Refusal {
    if (shard.syncing() || shard.fullSyncs() != syncsBefore) {
      throw new Refusal(
          Reason.NOT_CAUGHT_UP, "shard is being synced itself, shard=" + shard.number());
    }
  }

  Chunk.ShardBegin begin() throws Refusal {
    ShardPosition start = at(neededFrom - 1);
    ShardHistory history = shard.history().asOf(start.sequence());
    int slots = shard.slotCount();
    requireWhole();
    return new Chunk.ShardBegin(shard.number(), slots, start, history.epochs());
  }

  private ShardPosition at(long sequence) {
    return new ShardPosition(shard.epochAt(sequence), sequence);
  }

  /** The next slots; {@code progress} says that there are some. */
  Chunk.Slots slots(Progress progress) throws Refusal {
    if (shard.oldestSequence() > neededFrom) {
      throw purged(neededFrom); // scanning on would be for nothing
    }
    int from = progress.nextSlot();
    int to = from;
    int damaged = 0;
    read = 0;
    while (to < progress.slots() && entries.hasRoom() && read < chunkBytes) {
      damaged += copy(to++) ? 0 : 1;
    }
    ShardPosition seen = at(shard.appendedSequence());
    requireWhole();
    return new Chunk.Slots(shard.number(), from, to, damaged, seen, entries.take());
  }

  /** Bytes that were read for the last chunk of slots. */
  int read() {
    return read;
  }

  /** False when the slot is damaged: then only its number is told. */
  private boolean copy(int slot) {
    if (slot >= shard.slotCount()) {
      return true; // another node, or this one before a power cut, had made more of them
    }
    if (shard.meta(slot) == MetaWord.FREE) {
      read += GLANCE_BYTES;
      return true; // never written: nothing to say
    }
    read += layout.slotSize();
    int meta;
    try {
      meta = shard.copySlot(slot, buffer);
    } catch (SlotDamagedException e) {
      entries.add(slot, MetaWord.of(MetaWord.WRITING, 0));
      return false;
    }
    switch (MetaWord.status(meta)) {
      case MetaWord.OCCUPIED -> {
        if (!ShardSlots.intact(buffer)) {
          entries.add(slot, MetaWord.withStatus(meta, MetaWord.WRITING));
          return false;
        }
        trimmed.header(0, slot, meta);
        trimmed.key(buffer.bytes(), buffer.keyOffset(), layout.keyLength());
        trimmed.value(buffer.bytes(), buffer.valueOffset(), layout.valueLength());
        entries.add(trimmed);
      }
      case MetaWord.DELETED -> entries.add(slot, meta); // its version goes on from here
      default -> {} // never written
    }
    return true;
  }

  /** All slots were copied: where the shard ends. It may not be committed yet. */
  Chunk.Scanned scanned() throws Refusal {
    ShardPosition end = at(shard.appendedSequence());
    requireWhole();
    return new Chunk.Scanned(shard.number(), end);
  }

  boolean committed(ShardPosition end) throws Refusal {
    requireWhole();
    return shard.committedSequence() >= end.sequence();
  }

  /** The next records of one leadership; {@code progress} says that there are some. */
  Chunk.Records records(Progress progress) throws Refusal {
    long limit = progress.reached().sequence();
    long first = progress.nextSequence();
    LogRecord record = reader.record();
    try {
      if (!holdsOne) {
        reader.next(limit);
      }
      int epoch = record.epoch();
      do {
        entries.add(record);
        neededFrom = record.sequence() + 1;
        holdsOne = reader.next(limit);
      } while (holdsOne && record.epoch() == epoch && entries.hasRoom());
      requireWhole();
      return new Chunk.Records(shard.number(), epoch, first, entries.take());
    } catch (LogException e) {
      throw unreadable(e);
    }
  }

  private void letGo() {
    try {
      held.close();
    } catch (Exception e) {
      throw new IllegalStateException("hold of the log does not end", e);
    }
  }

  @Override
  public void close() {
    reader.close();
    letGo();
  }
}
