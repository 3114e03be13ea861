package dev.slotstream.engine;

import dev.slotstream.engine.ReplicatedBatch.Events;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;
import java.util.Iterator;

/**
 * Slots that held a key that another slot holds as well, when a leader was opened or its slots were
 * reviewed: emptied through the log, so that followers learn of it. In a follower the leader's next
 * event tells which of the two is right.
 */
final class DuplicateSlots implements Events {
  private final Committer committer;
  private final ShardSlots slots;
  private final Iterator<Integer> duplicates;
  private final byte[] key;
  private int slot;

  DuplicateSlots(Committer committer) {
    this.committer = committer;
    this.slots = committer.slots();
    this.duplicates = slots.duplicates().iterator();
    this.key = new byte[slots.file().layout().keyLength()];
  }

  /** Submits their emptying, if there are any. */
  static void empty(Committer committer) {
    if (!committer.slots().duplicates().isEmpty()) {
      committer.submit(
          new ReplicatedBatch(new DuplicateSlots(committer), ReplicatedBatch.Rule.AS_IT_STANDS) {
            @Override
            protected void committed() {}

            @Override
            protected void failed(EngineException why) {
              committer.shut(why);
            }
          });
    }
  }

  @Override
  public boolean next() {
    while (duplicates.hasNext()) {
      slot = duplicates.next();
      if (committer.isSecond(slot)) { // somebody may have written to it, or to the other one
        slots.keyInto(slot, key);
        return true;
      }
    }
    return false;
  }

  @Override
  public int slot() {
    return slot;
  }

  @Override
  public int meta() {
    return MetaWord.next(slots.meta(slot), MetaWord.DELETED);
  }

  @Override
  public byte[] bytes() {
    return key;
  }

  @Override
  public int keyOffset() {
    return 0;
  }

  @Override
  public int keyLength() {
    return key.length;
  }

  @Override
  public int valueOffset() {
    return 0;
  }

  @Override
  public int valueLength() {
    return 0;
  }
}
