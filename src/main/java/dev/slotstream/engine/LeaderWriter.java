package dev.slotstream.engine;

import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;

/** How puts and deletes come into a shard. Used under the shard's lock. */
final class LeaderWriter {
  private final Committer committer;
  private final ShardSlots slots;
  private final PendingSlots pending;
  private final NewestView current;
  private final LogRecord record;

  LeaderWriter(
      Committer committer,
      ShardSlots slots,
      PendingSlots pending,
      NewestView current,
      LogRecord record) {
    this.committer = committer;
    this.slots = slots;
    this.pending = pending;
    this.current = current;
    this.record = record;
  }

  /** Appends a put or a delete, or refuses it; false when slots or log have no room. */
  boolean write(Write write) {
    current.look(write);
    int slot = current.slot();
    boolean nothingToDelete = write.isDelete() && slot < 0;
    if (nothingToDelete || !write.condition().allows(current)) {
      write.refuse(slot, current.meta());
      // What it saw may still wait for the disk: then so does the refusal, where anybody does.
      write.await(pending.isEmpty() ? 0 : committer.appendedSequence());
      return true;
    }
    boolean fresh = slot < 0;
    if (fresh) {
      slot = slots.takeFree();
      if (slot < 0) {
        committer.demandSlot(slots.file().slotCount());
        return false;
      }
    }
    if (!append(write, slot)) {
      if (fresh) {
        slots.release(slot);
      }
      return false;
    }
    if (fresh && committer.appliesLater()) {
      slots.addEntry(write.hash(), slot);
    }
    if (write.isDelete()) {
      slots.release(slot);
    }
    return true;
  }

  private boolean append(Write write, int slot) {
    int epoch = committer.history().epoch();
    int status = write.isDelete() ? MetaWord.DELETED : MetaWord.OCCUPIED;
    int meta = MetaWord.next(current.metaOf(slot), status);
    record.header(epoch, slot, meta).key(write.key(), 0, write.key().length);
    if (write.isDelete()) {
      record.noValue();
    } else {
      record.value(write.value(), 0, write.valueLength());
    }
    if (!committer.append(record)) {
      return false;
    }
    write.place(slot, meta, epoch, committer.appendedSequence());
    write.await(committer.appendedSequence());
    return true;
  }
}
