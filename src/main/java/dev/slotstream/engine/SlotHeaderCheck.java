package dev.slotstream.engine;

import dev.slotstream.slot.SlotFileFacts;
import dev.slotstream.slot.SlotFileFacts.Block;
import dev.slotstream.slot.SlotFileReader;
import java.io.IOException;

/** Checks what a slot file's header says against the file, its place, and the other shards. */
final class SlotHeaderCheck {
  private final OfflineStore store;
  private final int shard;
  private final SlotFileReader slots;
  private final SlotFileFacts header;

  SlotHeaderCheck(OfflineStore store, int shard, SlotFileReader slots) {
    this.store = store;
    this.shard = shard;
    this.slots = slots;
    this.header = slots.facts();
  }

  void run() throws IOException {
    checkPlace();
    checkLength();
    if (header.unexpectedAt() >= 0) {
      damage(header.unexpectedAt(), "byte of the header that should be zero is not");
    }
    if (header.adopted()) {
      checkBlock(header.blockA());
      checkBlock(header.blockB());
      if (!store.hasOwnMeta()) {
        damage(
            -1,
            "Slotstream has opened the store, but "
                + StoreIdentity.SLOTSTREAM_META
                + " is not there");
      }
      if (header.closedByArmdb()) {
        note("armdb closed the store last: it is taken as its slots are");
      }
    }
  }

  private void checkPlace() {
    if (header.shard() != shard) {
      damage(-1, "file is another shard's, stored=%d expected=%d".formatted(header.shard(), shard));
    }
    if (!header.layout().equals(store.facts().layout().orElseThrow())) {
      damage(
          -1,
          "lengths differ from those of the first shard, stored=%s expected=%s"
              .formatted(header.layout(), store.facts().layout().get()));
    }
  }

  private void checkLength() throws IOException {
    int most = Math.max(header.slots(), header.countedSlots());
    long expected = slots.countedEnd();
    if (slots.bytes() < slots.offsetOf(most)) {
      damage(
          slots.bytes(),
          "file is shorter than its header says, length=%d expected=%d slots=%d"
              .formatted(slots.bytes(), slots.offsetOf(most), most));
    } else if (slots.bytes() > expected) {
      long used = slots.usedBehindSlots();
      if (used >= 0) {
        damage(
            used,
            "file goes on behind the slots its header counts, length=%d expected=%d slots=%d"
                .formatted(
                    slots.bytes(), expected, Math.min(header.slots(), header.countedSlots())));
      } else {
        note("file was growing: zeros behind its last slot are cut at the next opening");
      }
    }
  }

  private void checkBlock(Block block) {
    if (!block.blank() && block.checkpoint().isEmpty()) {
      damage(
          block.offset(),
          header.checkpoint().isPresent()
              ? "checkpoint block is damaged, the other one counts"
              : "checkpoint block is damaged, and the other one is not there");
    } else if (block.blank() && header.checkpoint().isEmpty()) {
      damage(block.offset(), "checkpoint block is not there, and the other one is damaged");
    }
  }

  private void damage(long offset, String what) {
    store.listener().found(Finding.damage(slots.path(), offset, what));
  }

  private void note(String what) {
    store.listener().found(Finding.note(slots.path(), -1, what));
  }
}
