package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotLayout;
import dev.slotstream.wire.BatchEncoder;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.FrameEncoder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.groups.GeneratorEmitter;

/**
 * All slots of a shard, batch by batch, beside running writers; then CaughtUp. FREE slots are left
 * out, and DELETED ones when a plain follower said that it is empty. A slot is copied as it stands
 * when its turn comes; what changes later is in the log behind the sequence noted before the scan.
 *
 * <p>Source: armdb 0.1.14, {@code phase1_full_scan}.
 */
final class SlotScan {
  /** Slots looked at before others get a turn: a stretch of free slots costs no more than that. */
  private static final int SLOTS_PER_TURN = 8192;

  private final Shard shard;
  private final SlotBuffer buffer;
  private final Format format;
  private final BatchEncoder encoder;
  private final SlotLayout layout;
  private final int slots;
  private int next;
  private long scanned;
  private long damaged;
  private boolean announced;

  /** What a scan's frames look like to one kind of follower. */
  interface Format {
    /** Takes the slots of one batch. */
    BatchEncoder encoder();

    /** Whether slots are named that were written once and hold nothing now. */
    boolean namesDeleted();

    /** The frame of what the encoder has taken. */
    byte[] batch();

    /** The frame that says that the scan is over. */
    Frame caughtUp(long scanned);
  }

  SlotScan(Shard shard, SlotLayout layout, SlotBuffer buffer, Format format) {
    this.shard = shard;
    this.layout = layout;
    this.buffer = buffer;
    this.format = format;
    this.encoder = format.encoder();
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
    if (shard.syncing()) {
      emitter.fail(new IllegalStateException("shard is being synced itself"));
      return;
    }
    int turnEnds = Math.min(slots, next + SLOTS_PER_TURN);
    while (next < turnEnds && encoder.hasRoom()) {
      add(next++);
    }
    if (!encoder.isEmpty() && (next == slots || !encoder.hasRoom())) {
      int events = encoder.events();
      scanned += events;
      emitter.emit(Batch.ofScan(format.batch(), events));
    } else if (next < slots) {
      emitter.emit(Batch.PAUSE);
    } else {
      announced = true;
      emitter.emit(Batch.ofScan(FrameEncoder.encode(format.caughtUp(scanned)), 0));
    }
  }

  private void add(int slot) {
    int meta = shard.copySlot(slot, buffer);
    byte[] bytes = buffer.bytes();
    int key = buffer.keyOffset();
    switch (MetaWord.status(meta)) {
      case MetaWord.OCCUPIED -> {
        if (ShardSlots.intact(buffer)) {
          encoder.occupied(
              slot,
              meta,
              bytes,
              key,
              layout.keyLength(),
              buffer.valueOffset(),
              layout.valueLength());
        } else {
          damaged++;
        }
      }
      case MetaWord.DELETED -> {
        if (format.namesDeleted()) {
          encoder.deleted(slot, meta, bytes, key, layout.keyLength());
        }
      }
      default -> {} // never written: nothing to say
    }
  }
}
