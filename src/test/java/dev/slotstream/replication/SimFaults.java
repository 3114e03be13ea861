package dev.slotstream.replication;

import dev.slotstream.file.ForcingStorage;
import dev.slotstream.file.Storage;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.CaughtUp;
import dev.slotstream.wire.Frame.ShardInfo;
import dev.slotstream.wire.FrameDecoder;
import dev.slotstream.wire.FrameEncoder;
import dev.slotstream.wire.PackedBatch;
import dev.slotstream.wire.PackedBatchEncoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Mistakes that a leader or a follower could make, planted where bytes leave it: all checksums,
 * sequences and credits are as they should be, so that nobody notices but who knows the content.
 */
final class SimFaults {
  private static final int KEY = TestNode.LAYOUT.keyLength();
  private static final int VALUE = TestNode.LAYOUT.valueLength();

  private static final long LOG_HEADER = 128;
  private static final long CHECKPOINT_A = 512;
  private static final long CHECKPOINT_B = 1024;
  private static final long CHECKPOINT_STATE = 4;
  private static final long CHECKPOINT_CRC = 32;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private SimFaults() {}

  private static Frame ofLeader(byte[] bytes) {
    return decode(FrameDecoder.ofLeaderFrames(KEY, VALUE), bytes);
  }

  private static Frame ofFollower(byte[] bytes) {
    return decode(FrameDecoder.ofFollowerFrames(), bytes);
  }

  private static Frame decode(FrameDecoder decoder, byte[] bytes) {
    decoder.feed(ByteBuffer.wrap(bytes));
    return decoder.next();
  }

  private static PackedBatchEncoder encoder(SimEnd from) {
    return new PackedBatchEncoder(from.shard, KEY, VALUE);
  }

  /** Adds the events of a batch that stand from one place to another. */
  private static void add(PackedBatch batch, int from, int to, PackedBatchEncoder encoder) {
    PackedBatch.Cursor events = batch.cursor();
    for (int e = 0; events.next(); e++) {
      boolean wanted = e >= from && e < to && encoder.hasRoom();
      if (wanted && events.occupied()) {
        encoder.occupied(
            events.slot(),
            events.meta(),
            events.array(),
            events.keyOffset(),
            events.keyLength(),
            events.valueOffset(),
            events.valueLength());
      } else if (wanted) {
        encoder.deleted(
            events.slot(), events.meta(), events.array(), events.keyOffset(), events.keyLength());
      }
    }
  }

  /** The same place in the leader's log, but for the sequences. */
  private static PackedBatch.Header at(PackedBatch.Header header, long first, int count) {
    return new PackedBatch.Header(
        header.epoch(),
        first,
        first + count - 1,
        header.leaderLast(),
        header.endOffset(),
        header.leaderEndOffset());
  }

  /** A fault in the records that a leader sends: sequences are moved along with it. */
  private abstract static class InStream implements SimTamper {
    private final Map<SimEnd, Long> moved = new HashMap<>();

    @Override
    public final List<byte[]> sends(SimEnd from, byte[] frame) {
      if (from instanceof SimLeaderEnd
          && ofLeader(frame) instanceof PackedBatch batch
          && !batch.header().scan()) {
        List<byte[]> sent = new ArrayList<>();
        long first = batch.header().firstSequence() + moved.getOrDefault(from, 0L);
        for (PackedBatchEncoder encoder : instead(from, batch)) {
          int count = encoder.events();
          sent.add(encoder.finish(at(batch.header(), first, count)));
          first += count;
        }
        moved.put(from, first - batch.header().lastSequence() - 1);
        return sent;
      }
      return List.of(frame);
    }

    /** What is sent in place of a batch. */
    abstract List<PackedBatchEncoder> instead(SimEnd from, PackedBatch batch);
  }

  /** The leader skips a record of its log, once in each connection. */
  static SimTamper skipsARecord() {
    Set<SimEnd> done = new HashSet<>();
    return new InStream() {
      @Override
      List<PackedBatchEncoder> instead(SimEnd from, PackedBatch batch) {
        PackedBatchEncoder encoder = encoder(from);
        int skipped = batch.count() > 1 && done.add(from) ? batch.count() / 2 : batch.count();
        add(batch, 0, skipped, encoder);
        add(batch, skipped + 1, batch.count(), encoder);
        return List.of(encoder);
      }
    };
  }

  /** The leader sends the same records twice, under other sequences, once in each connection. */
  static SimTamper sendsABatchAgain() {
    Set<SimEnd> done = new HashSet<>();
    return new InStream() {
      @Override
      List<PackedBatchEncoder> instead(SimEnd from, PackedBatch batch) {
        List<PackedBatchEncoder> all = new ArrayList<>();
        for (int times = done.add(from) ? 2 : 1; times > 0; times--) {
          PackedBatchEncoder encoder = encoder(from);
          add(batch, 0, batch.count(), encoder);
          all.add(encoder);
        }
        return all;
      }
    };
  }

  /** A follower says that what is in its log is on its disk. */
  static SimTamper acknowledgesBeforeItIsDurable() {
    return new SimTamper() {
      @Override
      public List<byte[]> sends(SimEnd from, byte[] frame) {
        if (from instanceof SimFollowerEnd
            && ofFollower(frame) instanceof Ack ack
            && ack.extension().isPresent()
            && !from.node.shard(from.shard).syncing()) {
          long appended = from.node.shard(from.shard).appendedSequence();
          int batches = ack.extension().get().batches();
          return List.of(
              FrameEncoder.encode(
                  new Ack(
                      ack.shard(),
                      ack.applied(),
                      ack.maxVersion(),
                      Optional.of(new Ack.Extension(appended, appended, batches)))));
        }
        return List.of(frame);
      }
    };
  }

  /**
   * A follower does not free what the leader did not name: the leader is made to name all that the
   * follower has, as it has it.
   */
  static SimTamper freesNothing() {
    Set<SimEnd> done = new HashSet<>();
    return new SimTamper() {
      @Override
      public List<byte[]> sends(SimEnd from, byte[] frame) {
        if (from instanceof SimLeaderEnd leader
            && ofLeader(frame) instanceof PackedBatch batch
            && batch.header().scan()
            && done.add(from)) {
          PackedBatchEncoder encoder = encoder(from);
          nameAll(leader.peer(), encoder);
          add(batch, 0, batch.count(), encoder);
          return List.of(encoder.finish(batch.header()));
        }
        return List.of(frame);
      }
    };
  }

  private static void nameAll(SimFollowerEnd follower, PackedBatchEncoder encoder) {
    if (!follower.isOfRunningProcess() || follower.node.shard(follower.shard).slotCount() > 100) {
      return;
    }
    SlotBuffer buffer = follower.node.engine().newBuffer();
    for (int s = 0; s < follower.node.shard(follower.shard).slotCount(); s++) {
      int meta = follower.node.shard(follower.shard).copySlot(s, buffer);
      if (MetaWord.occupied(meta)) {
        encoder.occupied(
            s, meta, buffer.bytes(), buffer.keyOffset(), KEY, buffer.valueOffset(), VALUE);
      }
    }
  }

  /** A follower takes itself for whole as soon as the slots have come. */
  static SimTamper forgetsWhenTheScanEnded() {
    Map<SimEnd, Long> noted = new HashMap<>();
    return new SimTamper() {
      @Override
      public List<byte[]> sends(SimEnd from, byte[] frame) {
        if (from instanceof SimLeaderEnd) {
          switch (ofLeader(frame)) {
            case ShardInfo info ->
                info.extension().ifPresent(e -> noted.put(from, e.firstSequence() - 1));
            case CaughtUp end -> {
              return List.of(
                  FrameEncoder.encode(
                      new CaughtUp(
                          end.shard(),
                          end.scanned(),
                          Optional.of(new CaughtUp.Extension(noted.get(from))))));
            }
            default -> {}
          }
        }
        return List.of(frame);
      }
    };
  }

  /** A follower's header never says on its disk that the shard is a mixture. */
  static SimTamper forgetsThatItIsAMixture() {
    return onDisk(
        (path, file, offset, length) -> {
          if (path.endsWith("fixed.data") && offset == 0) {
            for (long block : new long[] {CHECKPOINT_A, CHECKPOINT_B}) {
              beNormal(file.mapping().asSlice(block));
            }
          }
          file.force(offset, length);
        });
  }

  private static void beNormal(MemorySegment checkpoint) {
    if (checkpoint.get(ValueLayout.JAVA_BYTE, CHECKPOINT_STATE) != 0) {
      checkpoint.set(ValueLayout.JAVA_BYTE, CHECKPOINT_STATE, (byte) 0);
      CRC32C crc = new CRC32C();
      crc.update(checkpoint.asSlice(0, CHECKPOINT_CRC).toArray(ValueLayout.JAVA_BYTE));
      checkpoint.set(INT, CHECKPOINT_CRC, (int) crc.getValue());
    }
  }

  /** A node believes that its log is on disk when only its header is. */
  static SimTamper doesNotForceItsLog() {
    return onDisk(
        (path, file, offset, length) -> {
          if (path.endsWith("fixed.data")) {
            file.force(offset, length);
          } else if (offset == 0) {
            file.force(0, Math.min(length, LOG_HEADER));
          }
        });
  }

  private static SimTamper onDisk(ForcingStorage.Forcing forcing) {
    return new SimTamper() {
      @Override
      public Storage storage(SimNode node, Storage disk) {
        return new ForcingStorage(disk, forcing);
      }
    };
  }
}
