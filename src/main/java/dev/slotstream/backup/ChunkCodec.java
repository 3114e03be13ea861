package dev.slotstream.backup;

import static dev.slotstream.backup.BackupLayout.BODY;

import dev.slotstream.backup.BackupException.Kind;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.engine.ShardPosition;
import dev.slotstream.slot.SlotLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Chunks to bytes and back. The bytes are told by {@link BackupLayout}. */
final class ChunkCodec {
  private static final int MAX_TEXT = 1000;

  private ChunkCodec() {}

  /** The file's beginning. */
  static byte[] preface() {
    ByteBuffer out = ByteBuffer.allocate(BackupLayout.PREFACE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    return out.putInt(BackupLayout.MAGIC).putShort((short) BackupLayout.FORMAT_VERSION).array();
  }

  /**
   * A chunk's bytes.
   *
   * @param before the checksum of the chunk before it
   */
  static byte[] encode(Chunk chunk, int before) {
    return switch (chunk) {
      case Chunk.Store c -> seal(before, store(c));
      case Chunk.ShardBegin c -> seal(before, begin(c));
      case Chunk.Slots c -> {
        ByteBuffer out =
            chunk(
                BackupLayout.Kind.SLOTS, c.shard(), BackupLayout.SLOTS_SIZE + c.entries().length());
        out.putInt(c.from()).putInt(c.to()).putInt(c.entries().count()).putInt(c.damaged());
        put(out, c.seen());
        c.entries().putInto(out);
        yield seal(before, out);
      }
      case Chunk.Scanned c ->
          seal(
              before,
              put(chunk(BackupLayout.Kind.SCANNED, c.shard(), BackupLayout.SCANNED_SIZE), c.end()));
      case Chunk.Records c -> {
        int size = BackupLayout.RECORDS_SIZE + c.entries().length();
        ByteBuffer out = chunk(BackupLayout.Kind.RECORDS, c.shard(), size);
        out.putInt(c.epoch()).putInt(c.entries().count()).putLong(c.first());
        c.entries().putInto(out);
        yield seal(before, out);
      }
      case Chunk.ShardEnd c ->
          seal(
              before,
              put(
                  put(
                      chunk(BackupLayout.Kind.SHARD_END, c.shard(), BackupLayout.SHARD_END_SIZE),
                      c.counts()),
                  c.end()));
      case Chunk.End c -> seal(before, end(c));
      case Chunk.Broken c -> seal(before, broken(c));
    };
  }

  /** The checksum that stands in a chunk. */
  static int checksumOf(byte[] chunk) {
    return ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN).getInt(BackupLayout.CRC);
  }

  private static ByteBuffer chunk(BackupLayout.Kind kind, int shard, int bodySize) {
    ByteBuffer out = ByteBuffer.wrap(new byte[BODY + bodySize]).order(ByteOrder.LITTLE_ENDIAN);
    out.put(BackupLayout.KIND, kind.code()).put(BackupLayout.SHARD, (byte) shard);
    return out.position(BODY);
  }

  /** The chunk is the whole of the buffer's array. */
  @SuppressWarnings("ByteBufferBackingArray")
  private static byte[] seal(int before, ByteBuffer out) {
    out.putInt(BackupLayout.LENGTH, out.position()).putInt(BackupLayout.BEFORE, before);
    byte[] bytes = out.array();
    out.putInt(BackupLayout.CRC, BackupLayout.checksum(bytes));
    return bytes;
  }

  private static ByteBuffer store(Chunk.Store c) {
    ByteBuffer out = chunk(BackupLayout.Kind.STORE, 0, BackupLayout.STORE_SIZE);
    Shape shape = c.shape();
    out.put((byte) (shape.content() == Content.EXACT ? 0 : 1));
    out.put((byte) shape.shards()).put((byte) shape.prefixBits()).put((byte) 0);
    out.putShort((short) shape.layout().keyLength());
    out.putShort((short) shape.layout().valueLength());
    putId(out, c.storeId());
    return out.putLong(c.madeAtSeconds());
  }

  private static ByteBuffer begin(Chunk.ShardBegin c) {
    List<EpochStart> epochs = c.epochs();
    int size = BackupLayout.SHARD_SIZE + epochs.size() * BackupLayout.EPOCH_SIZE;
    ByteBuffer out = chunk(BackupLayout.Kind.SHARD, c.shard(), size);
    put(out.putInt(c.slots()).putInt(epochs.size()), c.start());
    for (EpochStart epoch : epochs) {
      out.putInt(epoch.epoch()).putInt(0).putLong(epoch.firstSequence());
    }
    return out;
  }

  private static ByteBuffer end(Chunk.End c) {
    int shards = c.positions().size();
    int size = BackupLayout.END_SIZE + shards * BackupLayout.POSITION_SIZE;
    ByteBuffer out = put(chunk(BackupLayout.Kind.END, 0, size), c.counts());
    out.putInt(shards).putInt(0);
    c.positions().forEach(position -> put(out, position));
    return out;
  }

  private static ByteBuffer broken(Chunk.Broken c) {
    byte[] reason = c.reason().getBytes(StandardCharsets.UTF_8);
    String shortened = c.text().substring(0, Math.min(c.text().length(), MAX_TEXT));
    byte[] text = shortened.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        chunk(BackupLayout.Kind.BROKEN, 0, 2 * Short.BYTES + reason.length + text.length);
    out.putShort((short) reason.length).put(reason);
    return out.putShort((short) text.length).put(text);
  }

  static ByteBuffer put(ByteBuffer out, ShardPosition position) {
    return out.putInt(position.epoch()).putInt(0).putLong(position.sequence());
  }

  static ByteBuffer put(ByteBuffer out, Counts counts) {
    return out.putLong(counts.slots()).putLong(counts.records()).putLong(counts.damaged());
  }

  static void putId(ByteBuffer out, UUID id) {
    for (long half : new long[] {id.getMostSignificantBits(), id.getLeastSignificantBits()}) {
      out.putLong(Long.reverseBytes(half)); // an id stands as it is written
    }
  }

  static UUID takeId(ByteBuffer in) {
    long most = Long.reverseBytes(in.getLong());
    return new UUID(most, Long.reverseBytes(in.getLong()));
  }

  static ShardPosition takePosition(ByteBuffer in) {
    int epoch = in.getInt();
    in.getInt();
    return new ShardPosition(epoch, in.getLong());
  }

  static Counts takeCounts(ByteBuffer in) {
    return new Counts(in.getLong(), in.getLong(), in.getLong());
  }

  /**
   * What a chunk says whose checksum was right.
   *
   * @throws BackupException when it is none that this version writes
   */
  static Chunk decode(byte[] chunk) throws BackupException {
    BackupLayout.Kind kind = BackupLayout.Kind.of(chunk[BackupLayout.KIND]);
    ByteBuffer in = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN).position(BODY);
    if (kind == null) {
      throw malformed("kind is not known, kind=" + chunk[BackupLayout.KIND]);
    }
    try {
      Chunk decoded = decode(kind, chunk[BackupLayout.SHARD] & 0xFF, in);
      if (in.hasRemaining()) {
        throw malformed("bytes are left over, kind=%s bytes=%d".formatted(kind, in.remaining()));
      }
      return decoded;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw malformed("chunk does not hold what its kind has, kind=%s: %s".formatted(kind, e));
    }
  }

  private static BackupException malformed(String what) {
    return new BackupException(Kind.DAMAGED, what);
  }

  private static Chunk decode(BackupLayout.Kind kind, int shard, ByteBuffer in) {
    return switch (kind) {
      case STORE -> takeStore(in);
      case SHARD -> takeBegin(shard, in);
      case SLOTS -> {
        int from = in.getInt();
        int to = in.getInt();
        int count = in.getInt();
        int damaged = in.getInt();
        yield new Chunk.Slots(shard, from, to, damaged, takePosition(in), takeEntries(in, count));
      }
      case SCANNED -> new Chunk.Scanned(shard, takePosition(in));
      case RECORDS -> {
        int epoch = in.getInt();
        int count = in.getInt();
        yield new Chunk.Records(shard, epoch, in.getLong(), takeEntries(in, count));
      }
      case SHARD_END -> new Chunk.ShardEnd(shard, takeCounts(in), takePosition(in));
      case END -> takeEnd(in);
      case BROKEN -> new Chunk.Broken(takeText(in), takeText(in));
    };
  }

  private static Chunk.Store takeStore(ByteBuffer in) {
    Content content = in.get() == 0 ? Content.EXACT : Content.FRAMED;
    int shards = in.get() & 0xFF;
    int prefixBits = in.get() & 0xFF;
    in.get();
    SlotLayout layout = new SlotLayout(in.getShort() & 0xFFFF, in.getShort() & 0xFFFF);
    Shape shape = new Shape(shards, prefixBits, layout, content);
    return new Chunk.Store(shape, takeId(in), in.getLong());
  }

  private static Chunk.ShardBegin takeBegin(int shard, ByteBuffer in) {
    int slots = in.getInt();
    int epochs = in.getInt();
    if (epochs < 0 || epochs > ShardHistory.MAX_EPOCHS) {
      throw new IllegalArgumentException("epochs=" + epochs);
    }
    ShardPosition start = takePosition(in);
    List<EpochStart> starts = new ArrayList<>();
    for (int e = 0; e < epochs; e++) {
      ShardPosition first = takePosition(in);
      starts.add(new EpochStart(first.epoch(), first.sequence()));
    }
    return new Chunk.ShardBegin(shard, slots, start, List.copyOf(starts));
  }

  private static Entries takeEntries(ByteBuffer in, int count) {
    byte[] entries = new byte[in.remaining()];
    in.get(entries);
    return new Entries(entries, entries.length, count);
  }

  private static Chunk.End takeEnd(ByteBuffer in) {
    Counts counts = takeCounts(in);
    int shards = in.getInt();
    in.getInt();
    if (shards < 0 || shards > Shape.MAX_SHARDS) {
      throw new IllegalArgumentException("shards=" + shards);
    }
    List<ShardPosition> positions = new ArrayList<>();
    for (int s = 0; s < shards; s++) {
      positions.add(takePosition(in));
    }
    return new Chunk.End(counts, positions);
  }

  private static String takeText(ByteBuffer in) {
    byte[] text = new byte[in.getShort() & 0xFFFF];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }
}
