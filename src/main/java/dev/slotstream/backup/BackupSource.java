package dev.slotstream.backup;

import dev.slotstream.backup.Refusal.Reason;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Makes a backup of an open engine, chunk by chunk, from its beginning or from where another one
 * was broken off. Holds the log of one shard at a time and takes memory for one chunk. Belongs to
 * one thread.
 */
final class BackupSource implements AutoCloseable {
  private static final byte[] NOT_YET = {};

  private final SlotEngine engine;
  private final Shape shape;
  private final Progress progress;
  private final InstantSource clock;
  private final ShardSnapshot.Parts parts;
  private Optional<ShardSnapshot> snapshot = Optional.empty();
  private Optional<Chunk.Scanned> scanned = Optional.empty();
  private int worked;

  private BackupSource(SlotEngine engine, Progress progress, InstantSource clock, int chunkBytes) {
    this.engine = engine;
    this.shape = engine.options().shape();
    this.progress = progress;
    this.clock = clock;
    this.parts = new ShardSnapshot.Parts(shape.layout(), chunkBytes);
  }

  /**
   * A whole backup.
   *
   * @param chunkBytes with which a chunk is full
   * @throws Refusal when a shard is in a full sync
   */
  static BackupSource whole(SlotEngine engine, InstantSource clock, int chunkBytes) throws Refusal {
    for (Shard shard : engine.shards()) {
      if (shard.syncing()) {
        throw new Refusal(
            Reason.NOT_CAUGHT_UP, "shard is being synced itself, shard=" + shard.number());
      }
    }
    return new BackupSource(engine, new Progress(), clock, chunkBytes);
  }

  /**
   * The rest of a backup.
   *
   * @param chunkBytes with which a chunk is full
   * @throws Refusal when this node cannot go on from there
   */
  static BackupSource rest(SlotEngine engine, Progress from, InstantSource clock, int chunkBytes)
      throws Refusal {
    BackupSource source = new BackupSource(engine, from, clock, chunkBytes);
    source.goOn();
    return source;
  }

  private void goOn() throws Refusal {
    if (!progress.storeId().equals(engine.storeId()) || progress.shards() != shape.shards()) {
      throw foreign();
    }
    if (progress.phase() == Progress.Phase.SLOTS || progress.phase() == Progress.Phase.RECORDS) {
      requireStore(shard());
      snapshot = Optional.of(ShardSnapshot.goOn(shard(), parts, progress));
    }
  }

  private Refusal foreign() {
    return new Refusal(
        Reason.FOREIGN_BACKUP,
        "backup is of another store, store id: here=%s backup=%s shards: here=%d backup=%d"
            .formatted(engine.storeId(), progress.storeId(), shape.shards(), progress.shards()));
  }

  private Shard shard() {
    return engine.shards().get(progress.shard());
  }

  /** How far it has come. */
  Progress progress() {
    return progress;
  }

  /**
   * Bytes that were read or made for the last chunk, whichever are more: short values in long slots
   * cost what the slots do.
   */
  int worked() {
    return worked;
  }

  /**
   * The next bytes; none when records have to be committed first; null behind the last.
   *
   * @throws Refusal when the backup cannot be gone on with
   */
  byte[] next() throws Refusal {
    return switch (progress.phase()) {
      case STORE -> begin();
      case BETWEEN -> progress.shard() < shape.shards() ? beginShard() : end();
      case SLOTS -> progress.nextSlot() < progress.slots() ? slots() : scanned();
      case RECORDS ->
          progress.nextSequence() <= progress.reached().sequence() ? records() : endShard();
      case DONE -> null;
    };
  }

  private byte[] begin() {
    byte[] preface = ChunkCodec.preface();
    long now = clock.instant().getEpochSecond();
    byte[] chunk = take(new Chunk.Store(shape, engine.storeId(), now));
    byte[] both = new byte[preface.length + chunk.length];
    System.arraycopy(preface, 0, both, 0, preface.length);
    System.arraycopy(chunk, 0, both, preface.length, chunk.length);
    worked = both.length;
    return both;
  }

  private byte[] beginShard() throws Refusal {
    requireStore(shard());
    ShardSnapshot begun = ShardSnapshot.of(shard(), parts);
    snapshot = Optional.of(begun);
    return take(begun.begin());
  }

  /** A follower's shards change from one store to another one by one. */
  private void requireStore(Shard shard) throws Refusal {
    if (!shard.history().storeId().equals(progress.storeId())) {
      throw foreign();
    }
  }

  private byte[] slots() throws Refusal {
    byte[] chunk = take(current().slots(progress));
    worked = Math.max(worked, current().read());
    return chunk;
  }

  private byte[] scanned() throws Refusal {
    if (scanned.isEmpty()) {
      scanned = Optional.of(current().scanned());
    }
    if (!current().committed(scanned.get().end())) {
      return NOT_YET;
    }
    byte[] chunk = take(scanned.get());
    scanned = Optional.empty();
    return chunk;
  }

  private byte[] records() throws Refusal {
    return take(current().records(progress));
  }

  private byte[] endShard() {
    Chunk.ShardEnd end =
        new Chunk.ShardEnd(progress.shard(), progress.inShard(), progress.reached());
    close();
    return take(end);
  }

  private byte[] end() {
    return take(new Chunk.End(progress.total(), progress.finished()));
  }

  /** What is sent when it has to be ended early. */
  byte[] broken(Refusal why) {
    return ChunkCodec.encode(
        new Chunk.Broken(why.reason().tag(), why.getMessage()), progress.checksum());
  }

  private ShardSnapshot current() {
    return snapshot.orElseThrow();
  }

  private byte[] take(Chunk chunk) {
    byte[] bytes = ChunkCodec.encode(chunk, progress.checksum());
    try {
      progress.take(chunk, ChunkCodec.checksumOf(bytes));
    } catch (BackupException e) {
      throw new IllegalStateException("backup makes a chunk that does not follow", e);
    }
    worked = bytes.length;
    return bytes;
  }

  @Override
  public void close() {
    snapshot.ifPresent(ShardSnapshot::close);
    snapshot = Optional.empty();
  }
}
