package dev.slotstream.backup;

import dev.slotstream.backup.BackupException.Kind;
import dev.slotstream.backup.Refusal.Reason;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.ShardPosition;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * How far a backup has come, after its last chunk. Whoever makes one, fetches one or reads one
 * takes every chunk past here, so that a chunk that is missing, doubled or of another backup is
 * noticed; and what is known here is all that is needed to go on somewhere else.
 *
 * <pre>
 *  STORE ──> BETWEEN ──ShardBegin──> SLOTS ──Scanned──> RECORDS
 *               ^  │                                       │
 *               │  └──End──> DONE                          │
 *               └───────────────────ShardEnd───────────────┘
 * </pre>
 *
 * <p>Immutable but for {@link #take}; belongs to one thread.
 */
final class Progress {
  private static final int MAX_TOKEN = 8 << 10;

  private UUID storeId = new UUID(0, 0);
  private int shards;
  private Phase phase = Phase.STORE;
  private int checksum;
  private int slots;
  private int nextSlot;
  private long nextSequence;
  private ShardPosition start = new ShardPosition(0, 0);
  private ShardPosition reached = start;
  private Counts inShard = Counts.NONE;
  private Counts total = Counts.NONE;
  private final List<ShardPosition> finished = new ArrayList<>();

  /** What comes next. */
  enum Phase {
    STORE(0),
    BETWEEN(1),
    SLOTS(2),
    RECORDS(3),
    DONE(4);

    private static final Phase[] ALL = values();
    private final byte code;

    Phase(int code) {
      this.code = (byte) code;
    }

    static Phase of(byte code) {
      for (Phase phase : ALL) {
        if (phase.code == code) {
          return phase;
        }
      }
      throw new IllegalArgumentException("phase=" + code);
    }
  }

  /** The same, to be gone on with by somebody else. */
  Progress copy() {
    Progress copy = new Progress();
    copy.storeId = storeId;
    copy.shards = shards;
    copy.phase = phase;
    copy.checksum = checksum;
    copy.slots = slots;
    copy.nextSlot = nextSlot;
    copy.nextSequence = nextSequence;
    copy.start = start;
    copy.reached = reached;
    copy.inShard = inShard;
    copy.total = total;
    copy.finished.addAll(finished);
    return copy;
  }

  UUID storeId() {
    return storeId;
  }

  int shards() {
    return shards;
  }

  Phase phase() {
    return phase;
  }

  /** The shard in work, or the next one. */
  int shard() {
    return finished.size();
  }

  /** The checksum of the last chunk. */
  int checksum() {
    return checksum;
  }

  /** In SLOTS: how many the shard has. */
  int slots() {
    return slots;
  }

  /** In SLOTS: the next one. */
  int nextSlot() {
    return nextSlot;
  }

  /** In RECORDS: the next one; in SLOTS: the first that will be. */
  long nextSequence() {
    return nextSequence;
  }

  /** In SLOTS: no slot so far holds a later record. In RECORDS: where the shard will end. */
  ShardPosition reached() {
    return reached;
  }

  /** Of the shard in work. */
  Counts inShard() {
    return inShard;
  }

  /** Of all shards that are finished. */
  Counts total() {
    return total;
  }

  /** Where the finished shards ended. */
  List<ShardPosition> finished() {
    return List.copyOf(finished);
  }

  /**
   * Goes past a chunk.
   *
   * @param crc its checksum
   * @throws BackupException DAMAGED when the chunk is not one that can come here
   */
  void take(Chunk chunk, int crc) throws BackupException {
    switch (chunk) {
      case Chunk.Store c when phase == Phase.STORE -> {
        storeId = c.storeId();
        shards = c.shape().shards();
        phase = Phase.BETWEEN;
      }
      case Chunk.ShardBegin c when phase == Phase.BETWEEN -> begin(c);
      case Chunk.Slots c when phase == Phase.SLOTS -> scan(c);
      case Chunk.Scanned c when phase == Phase.SLOTS -> scanned(c);
      case Chunk.Records c when phase == Phase.RECORDS -> record(c);
      case Chunk.ShardEnd c when phase == Phase.RECORDS -> endShard(c);
      case Chunk.End c when phase == Phase.BETWEEN -> end(c);
      default -> require(false, chunk);
    }
    checksum = crc;
  }

  private void require(boolean fits, Object chunk) throws BackupException {
    if (!fits) {
      throw new BackupException(
          Kind.DAMAGED,
          "chunk does not follow the one before, chunk=%s expected: %s"
              .formatted(chunk.getClass().getSimpleName(), this));
    }
  }

  private void begin(Chunk.ShardBegin c) throws BackupException {
    require(c.shard() == shard() && shard() < shards && c.slots() >= 0, c);
    require(c.start().sequence() >= 0, c);
    slots = c.slots();
    nextSlot = 0;
    start = c.start();
    reached = c.start();
    nextSequence = start.sequence() + 1;
    inShard = Counts.NONE;
    phase = Phase.SLOTS;
  }

  private void scan(Chunk.Slots c) throws BackupException {
    require(c.shard() == shard() && c.from() == nextSlot, c);
    require(c.to() > c.from() && c.to() <= slots, c);
    require(c.damaged() >= 0 && c.damaged() <= c.entries().count(), c);
    require(c.seen().sequence() >= reached.sequence(), c);
    nextSlot = c.to();
    reached = c.seen();
    inShard = inShard.plus(new Counts(c.entries().count() - c.damaged(), 0, c.damaged()));
  }

  private void scanned(Chunk.Scanned c) throws BackupException {
    require(c.shard() == shard() && nextSlot == slots, c);
    require(c.end().sequence() >= reached.sequence(), c);
    reached = c.end();
    phase = Phase.RECORDS;
  }

  private void record(Chunk.Records c) throws BackupException {
    require(c.shard() == shard() && c.first() == nextSequence && c.entries().count() > 0, c);
    require(c.next() - 1 <= reached.sequence(), c);
    nextSequence = c.next();
    inShard = inShard.plus(new Counts(0, c.entries().count(), 0));
  }

  private void endShard(Chunk.ShardEnd c) throws BackupException {
    require(c.shard() == shard() && nextSequence == reached.sequence() + 1, c);
    require(c.end().equals(reached) && c.counts().equals(inShard), c);
    finished.add(reached);
    total = total.plus(inShard);
    phase = Phase.BETWEEN;
  }

  private void end(Chunk.End c) throws BackupException {
    require(finished.size() == shards && c.positions().equals(finished), c);
    require(c.counts().equals(total), c);
    phase = Phase.DONE;
  }

  /** All of this, for a header of HTTP. */
  String token() {
    int size = 16 + 4 + 3 * 4 + 8 + 2 * BackupLayout.POSITION_SIZE + 2 * BackupLayout.COUNTS_SIZE;
    int positions = finished.size() * BackupLayout.POSITION_SIZE;
    ByteBuffer out =
        ByteBuffer.allocate(size + positions + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    ChunkCodec.putId(out, storeId);
    out.put((byte) BackupLayout.FORMAT_VERSION).put((byte) shards);
    out.put(phase.code).put((byte) finished.size());
    out.putInt(checksum).putInt(slots).putInt(nextSlot).putLong(nextSequence);
    ChunkCodec.put(ChunkCodec.put(out, start), reached);
    ChunkCodec.put(ChunkCodec.put(out, inShard), total);
    finished.forEach(position -> ChunkCodec.put(out, position));
    out.putInt(crc(out.array(), out.position()));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(out.array());
  }

  /**
   * Reads it again.
   *
   * @throws Refusal when it was not made by {@link #token}
   */
  static Progress ofToken(String token) throws Refusal {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(token);
      int body = bytes.length - Integer.BYTES;
      ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (token.length() > MAX_TOKEN || body < 0 || in.getInt(body) != crc(bytes, body)) {
        throw new IllegalArgumentException("checksum");
      }
      Progress progress = new Progress();
      progress.read(in.limit(body));
      if (!progress.isPossible() || in.hasRemaining()) {
        throw new IllegalArgumentException("contradicts itself");
      }
      return progress;
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw new Refusal(
          Reason.BAD_BACKUP_TOKEN,
          "place to go on at cannot be read, length=%d: %s".formatted(token.length(), e));
    }
  }

  private void read(ByteBuffer in) {
    storeId = ChunkCodec.takeId(in);
    if (in.get() != BackupLayout.FORMAT_VERSION) {
      throw new IllegalArgumentException("format version");
    }
    shards = in.get() & 0xFF;
    phase = Phase.of(in.get());
    final int done = in.get() & 0xFF;
    checksum = in.getInt();
    slots = in.getInt();
    nextSlot = in.getInt();
    nextSequence = in.getLong();
    start = ChunkCodec.takePosition(in);
    reached = ChunkCodec.takePosition(in);
    inShard = ChunkCodec.takeCounts(in);
    total = ChunkCodec.takeCounts(in);
    for (int s = 0; s < done; s++) {
      finished.add(ChunkCodec.takePosition(in));
    }
  }

  private boolean isPossible() {
    boolean inShard = phase == Phase.SLOTS || phase == Phase.RECORDS;
    return shards >= 1
        && shards <= Shape.MAX_SHARDS
        && (inShard ? finished.size() < shards && isPossibleInShard() : phase == Phase.BETWEEN)
        && finished.size() <= shards;
  }

  private boolean isPossibleInShard() {
    return nextSlot >= 0
        && nextSlot <= slots
        && start.sequence() >= 0
        && reached.sequence() >= start.sequence()
        && nextSequence > start.sequence()
        && nextSequence - 1 <= reached.sequence();
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  @Override
  public String toString() {
    return "phase=%s shard=%d of %d slot=%d of %d sequence=%d of %d"
        .formatted(phase, shard(), shards, nextSlot, slots, nextSequence, reached.sequence());
  }
}
