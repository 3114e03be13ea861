package dev.slotstream.engine;

import dev.slotstream.engine.ReplicatedBatch.Events;
import dev.slotstream.engine.ReplicatedBatch.Outcome;
import dev.slotstream.engine.ReplicatedBatch.Rule;
import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotContent;

/** How a leader's events come into a shard. Used under the shard's lock. */
final class ReplicaWriter {
  private final Committer committer;
  private final ShardSlots slots;
  private final PendingSlots pending;
  private final NewestView newest;
  private final SlotApplier applier;
  private final LogRecord record;
  private final int keyLength;
  private final EventContent content = new EventContent();

  ReplicaWriter(
      Committer committer,
      ShardSlots slots,
      PendingSlots pending,
      NewestView newest,
      SlotApplier applier) {
    this.committer = committer;
    this.slots = slots;
    this.pending = pending;
    this.newest = newest;
    this.applier = applier;
    this.keyLength = slots.file().layout().keyLength();
    this.record = new LogRecord(keyLength, slots.file().layout().valueLength());
  }

  /** Key and value of an event, as a slot takes them. */
  private static final class EventContent implements SlotContent {
    private Events event;

    @Override
    public byte[] bytes() {
      return event.bytes();
    }

    @Override
    public int keyOffset() {
      return event.keyOffset();
    }

    @Override
    public int keyLength() {
      return event.keyLength();
    }

    @Override
    public int valueOffset() {
      return event.valueOffset();
    }

    @Override
    public int valueLength() {
      return event.valueLength();
    }
  }

  Outcome write(Events event, Rule rule) {
    if (event.slot() >= slots.usable()) {
      slots.useGrownSlots(); // the file may have grown, and nobody has told the free list yet
    }
    if (event.slot() >= slots.usable()) {
      committer.demandSlot(event.slot());
      return Outcome.NO_ROOM;
    }
    return switch (rule) {
      case Rule.Direct direct -> writeSlot(event);
      case Rule.OnlyNewer newer ->
          isNewer(event) ? append(event, committer.history().epoch()) : Outcome.SKIPPED;
      case Rule.AsItStands asItStands ->
          differs(event) ? append(event, committer.history().epoch()) : Outcome.SKIPPED;
      case Rule.InSequence(int epoch, long first) -> appendInSequence(event, epoch);
    };
  }

  /** The log knows nothing of it: a crash before the end of the full sync makes it start over. */
  private Outcome writeSlot(Events event) {
    content.event = event;
    applier.apply(event.slot(), event.meta(), content);
    note(event);
    return Outcome.APPLIED;
  }

  private boolean isNewer(Events event) {
    int version = MetaWord.version(newest.metaOf(event.slot()));
    return MetaWord.newer(MetaWord.version(event.meta()), version);
  }

  /** A slot that is the same already costs no log. */
  private boolean differs(Events event) {
    int meta = newest.metaOf(event.slot());
    if (meta != event.meta() || pending.of(event.slot()) != null) {
      return true;
    }
    return MetaWord.occupied(meta)
        && !slots.holds(event.slot(), event.bytes(), event.keyOffset(), event.valueOffset());
  }

  private Outcome appendInSequence(Events event, int epoch) {
    int known = committer.history().epoch();
    if (epoch > known) {
      committer.learn(epoch, committer.appendedSequence() + 1);
    }
    return append(event, epoch);
  }

  private Outcome append(Events event, int epoch) {
    int slot = event.slot();
    int meta = event.meta();
    boolean occupied = MetaWord.occupied(meta);
    record.header(epoch, slot, meta).key(event.bytes(), event.keyOffset(), event.keyLength());
    if (occupied) {
      record.value(event.bytes(), event.valueOffset(), event.valueLength());
    } else {
      record.noValue();
    }
    if (!committer.append(record)) {
      return Outcome.NO_ROOM;
    }
    if (committer.appliesLater() && occupied) {
      byte[] key = new byte[keyLength];
      System.arraycopy(event.bytes(), event.keyOffset(), key, 0, event.keyLength());
      slots.addEntry(KeyRouting.hash(key, 0, keyLength), slot);
    }
    note(event);
    return Outcome.APPLIED;
  }

  private void note(Events event) {
    if (MetaWord.occupied(event.meta())) {
      slots.take(event.slot());
    } else {
      slots.release(event.slot());
    }
  }
}
