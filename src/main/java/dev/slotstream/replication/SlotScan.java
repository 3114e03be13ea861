package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.FrameEncoder;
import dev.slotstream.wire.SlotBatchEncoder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.groups.GeneratorEmitter;

/**
 * All slots of a shard, batch by batch, beside running writers; then CaughtUp. FREE slots are left
 * out, and DELETED ones when the follower said that it is empty. A slot is copied as it stands when
 * its turn comes; what changes later is in the log behind the sequence noted before the scan.
 *
 * <p>Source: armdb 0.1.14, {@code phase1_full_scan}.
 */
final class SlotScan {
  /** Slots looked at before others get a turn: a stretch of free slots costs no more than that. */
  private static final int SLOTS_PER_TURN = 8192;

  private final Shard shard;
  private final boolean skipDeleted;
  private final SlotBuffer buffer;
  private final SlotBatchEncoder encoder;
  private final int slots;
  private int next;
  private long scanned;
  private long damaged;
  private boolean announced;

  SlotScan(Shard shard, boolean skipDeleted, SlotBuffer buffer, SlotBatchEncoder encoder) {
    this.shard = shard;
    this.skipDeleted = skipDeleted;
    this.buffer = buffer;
    this.encoder = encoder;
    this.slots = shard.slotCount();
  }

  /** Slots that were left out because their checksums fail. */
  long damaged() {
    return damaged;
  }

  /** The scan as a stream; a batch is made when it is asked for. */
  Multi<Batch> batches() {
    return Multi.createFrom()
        .generator(
            () -> this,
            (scan, emitter) -> {
              scan.step(emitter);
              return scan;
            });
  }

  private void step(GeneratorEmitter<? super Batch> emitter) {
    if (announced) {
      emitter.complete();
      return;
    }
    int turnEnds = Math.min(slots, next + SLOTS_PER_TURN);
    while (next < turnEnds && encoder.hasRoom()) {
      add(next++);
    }
    if (!encoder.isEmpty() && (next == slots || !encoder.hasRoom())) {
      int events = encoder.events();
      scanned += events;
      emitter.emit(new Batch(encoder.finish(), events, true, 0));
    } else if (next < slots) {
      emitter.emit(Batch.PAUSE);
    } else {
      announced = true;
      Frame caughtUp = new Frame.CaughtUp(shard.number(), scanned);
      emitter.emit(new Batch(FrameEncoder.encode(caughtUp), 0, true, 0));
    }
  }

  private void add(int slot) {
    int meta = shard.copySlot(slot, buffer);
    switch (MetaWord.status(meta)) {
      case MetaWord.OCCUPIED -> {
        if (ShardSlots.intact(buffer)) {
          encoder.occupied(slot, meta, buffer.bytes(), buffer.keyOffset(), buffer.valueOffset());
        } else {
          damaged++;
        }
      }
      case MetaWord.DELETED -> {
        if (!skipDeleted) {
          encoder.deleted(slot, meta, buffer.bytes(), buffer.keyOffset());
        }
      }
      default -> {} // never written: nothing to say
    }
  }
}
