package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.IoFailed;
import dev.slotstream.engine.OfflineShard.EntryVisitor;
import dev.slotstream.engine.OfflineStore.Listener;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotFileReader;
import java.io.IOException;
import java.util.Map;

/** One round through all slots of a file, with what its log says laid over them. */
final class OfflineSlots {
  private static final int SLOTS_PER_STEP = 1024;

  private final SlotFileReader slots;
  private final LoggedSlots logged;
  private final Listener listener;
  private final SlotBuffer buffer;
  private int occupied;
  private int deleted;
  private int free;
  private int damaged;
  private boolean enough;

  OfflineSlots(SlotFileReader slots, LoggedSlots logged, Listener listener) {
    this.slots = slots;
    this.logged = logged;
    this.listener = listener;
    this.buffer = new SlotBuffer(slots.facts().layout());
  }

  SlotCounts read(EntryVisitor visitor) {
    try {
      int count = slots.readableSlots();
      for (int slot = 0; slot < count && !enough; slot++) {
        if (logged.replayed().containsKey(slot)) {
          continue;
        }
        visitSlot(slot, visitor);
        if (slot % SLOTS_PER_STEP == 0) {
          listener.read(
              (long) Math.min(SLOTS_PER_STEP, count - slot) * slots.facts().layout().slotSize());
        }
      }
      for (Map.Entry<Integer, LoggedSlot> replayed : logged.replayed().entrySet()) {
        if (enough) {
          break;
        }
        buffer.hold(replayed.getKey(), replayed.getValue().meta(), replayed.getValue());
        count(true, visitor);
      }
    } catch (IOException e) {
      throw new IoFailed("store could not be read: " + e.getMessage(), e);
    }
    return new SlotCounts(occupied, deleted, free, damaged);
  }

  private void visitSlot(int slot, EntryVisitor visitor) throws IOException {
    int meta = slots.read(slot, buffer);
    int expected = logged.lastMeta(slot);
    if (expected == 0) {
      // the log does not reach back to when the slot was written
    } else if (MetaWord.newer(MetaWord.version(expected), MetaWord.version(meta))) {
      damage(
          "slot is older than the log says, slot=%d version=%d expected=%d"
              .formatted(slot, MetaWord.version(meta), MetaWord.version(expected)));
    } else if (expected != meta && MetaWord.version(expected) == MetaWord.version(meta)) {
      damage(
          "slot's status is not what the log says, slot=%d status=%d expected=%d"
              .formatted(slot, MetaWord.status(meta), MetaWord.status(expected)));
    }
    if (buffer.lostItsStatus()) {
      damage("slot's status went bad, it is taken as occupied, slot=" + slot);
      buffer.takeForOccupied();
      count(ShardSlots.intact(buffer), visitor);
    } else if (MetaWord.status(meta) == MetaWord.WRITING) {
      damaged++;
      damage("a writer died inside the slot and the log has no record of it, slot=" + slot);
    } else {
      count(!MetaWord.occupied(meta) || ShardSlots.intact(buffer), visitor);
    }
  }

  private void count(boolean whole, EntryVisitor visitor) {
    switch (MetaWord.status(buffer.meta())) {
      case MetaWord.FREE -> free++;
      case MetaWord.DELETED -> deleted++;
      default -> {
        if (whole) {
          occupied++;
          enough = !visitor.entry(buffer);
        } else {
          damaged++;
          damage(
              "slot's checksum does not fit, slot=%d version=%d"
                  .formatted(buffer.slot(), MetaWord.version(buffer.meta())));
        }
      }
    }
  }

  private void damage(String what) {
    listener.found(Finding.damage(slots.path(), slots.offsetOf(buffer.slot()), what));
  }
}
