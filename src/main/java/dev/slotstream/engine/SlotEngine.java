package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.Closed;
import dev.slotstream.engine.EngineException.Corrupt;
import dev.slotstream.engine.EngineException.Damaged;
import dev.slotstream.engine.EngineException.DiskFull;
import dev.slotstream.engine.EngineException.InUse;
import dev.slotstream.engine.EngineException.IoFailed;
import dev.slotstream.engine.EngineException.Mismatch;
import dev.slotstream.file.AlreadyLockedException;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.NoSpaceException;
import dev.slotstream.file.Storage;
import dev.slotstream.log.LogException;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotDamagedException;
import dev.slotstream.slot.SlotFileException;
import dev.slotstream.slot.SlotLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * An open store. One directory, one opener, any number of threads.
 *
 * <p>Keys are whole key fields of K bytes. What a key or a value means to a user is not known here.
 */
public final class SlotEngine implements AutoCloseable {
  /** The shard's lock is held for so many writes at a stretch: half a millisecond, about. */
  public static final int MOST_WRITES_AT_ONCE = 1_024;

  private final EngineOptions options;
  private final StoreIdentity identity;
  private final RecoveryReport recovery;
  private final KeyRouting routing;
  private final List<Shard> shards;
  private final EngineThreads threads;
  private final AutoCloseable lock;
  private volatile boolean closed;
  private volatile List<String> indexesNotKept = List.of();

  SlotEngine(OpenedStore store, EngineThreads threads) {
    this.options = store.options();
    this.identity = store.identity();
    this.recovery = store.recovery();
    this.lock = store.lock();
    this.threads = threads;
    this.shards = threads.shards();
    this.routing =
        new KeyRouting(
            options.shape().shards(),
            options.shape().prefixBits(),
            options.shape().layout().keyLength());
  }

  /**
   * Opens a store, or creates it. Replays what a crash left behind.
   *
   * @throws EngineException when the directory is another store's, in use, damaged, or full
   */
  public static SlotEngine open(EngineOptions options) {
    return open(options, new DiskStorage());
  }

  /** Opens a store; somebody watches how far that has come. */
  public static SlotEngine open(EngineOptions options, OpeningProgress progress) {
    return open(options, new DiskStorage(), RestoreMark::refuse, progress);
  }

  /** Opens a store on another disk. */
  public static SlotEngine open(EngineOptions options, Storage storage) {
    return open(options, storage, RestoreMark::refuse, new OpeningProgress());
  }

  /** Opens a store that is being restored: whoever else opens it is refused. */
  public static SlotEngine openRestoring(EngineOptions options, Storage storage) {
    return open(options.following(), storage, RestoreMark::require, new OpeningProgress());
  }

  private static SlotEngine open(
      EngineOptions options, Storage storage, RestoreMark.Check check, OpeningProgress progress) {
    try {
      check.check(storage, options.directory());
      int threads = Runtime.getRuntime().availableProcessors();
      return start(OpenedStore.open(options, storage, threads, progress));
    } catch (SlotFileException e) {
      throw e.kind() == SlotFileException.Kind.MISMATCH
          ? new Mismatch(e.getMessage())
          : new Corrupt(e.getMessage(), e);
    } catch (LogException e) {
      throw new Corrupt(e.getMessage(), e);
    } catch (AlreadyLockedException e) {
      throw new InUse(e.getMessage(), e);
    } catch (NoSpaceException e) {
      throw new DiskFull("store could not be opened: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IoFailed("store could not be opened: " + e.getMessage(), e);
    }
  }

  private static SlotEngine start(OpenedStore store) throws IOException {
    try {
      SlotEngine engine = new SlotEngine(store, EngineThreads.of(store).start());
      engine.emptyDuplicates();
      return engine;
    } catch (IOException | RuntimeException e) {
      store.abandon(e);
      throw e;
    }
  }

  /** What only a leader can set right. */
  void emptyDuplicates() {
    if (options.leads()) {
      shards.forEach(shard -> DuplicateSlots.empty(shard.committer()));
    }
  }

  /** What the store was made for, and how it is run. */
  public EngineOptions options() {
    return options;
  }

  /** How it was found when it was opened. */
  public RecoveryReport recovery() {
    return recovery;
  }

  /** The store's name for itself, chosen at creation; a follower's is its leader's. */
  public UUID storeId() {
    return shards.getFirst().history().storeId();
  }

  /** The id of this directory, which tells it from others that hold the same store. */
  public UUID directoryId() {
    return identity.id();
  }

  /** The current leadership. */
  public int epoch() {
    return shards.stream().mapToInt(shard -> shard.history().epoch()).max().orElse(0);
  }

  /** All shards, in order. */
  public List<Shard> shards() {
    return shards;
  }

  /** A buffer for this store's slots. */
  public SlotBuffer newBuffer() {
    return new SlotBuffer(options.shape().layout());
  }

  /** The shard that a key belongs to. */
  public int shardOf(byte[] key) {
    return routing.shardOf(key, KeyRouting.hash(key, 0, key.length));
  }

  /**
   * Reads a key. Takes no lock, allocates nothing, touches only memory.
   *
   * @return false when the key has no value
   * @throws Damaged when the value is there but its checksum fails
   */
  public boolean get(byte[] key, SlotBuffer into) {
    long hash = KeyRouting.hash(key, 0, key.length);
    int shard = routing.shardOf(key, hash);
    try {
      return shards.get(shard).committer().get(hash, key, into);
    } catch (SlotDamagedException e) {
      throw new Damaged("shard=%d: %s".formatted(shard, e.getMessage()), e);
    } catch (IllegalStateException e) {
      throw new Closed();
    }
  }

  /**
   * Submits a write to its key's shard; answers the shard. The write is ended now or later.
   *
   * @throws IllegalArgumentException when its key is not K bytes long, or its value longer than V
   */
  public int submit(Write write) {
    requireFits(write);
    int shard = shardOf(write);
    shards.get(shard).committer().submit(write);
    return shard;
  }

  /**
   * Submits several writes at once: to each shard its own, in the order in which they stand, under
   * one lock. That is faster than one by one, above all where the store is larger than the
   * processor's caches. Each of them ends by itself, and they are not one transaction: a crash may
   * leave the first ones of a shard without the others.
   *
   * @param writes at most {@value #MOST_WRITES_AT_ONCE}
   * @throws IllegalArgumentException when they are more, or one does not fit a slot; then nothing
   *     was submitted
   */
  public void submitAll(List<? extends Write> writes) {
    if (writes.size() > MOST_WRITES_AT_ONCE) {
      throw new IllegalArgumentException(
          "too many writes at once, writes=%d limit=%d"
              .formatted(writes.size(), MOST_WRITES_AT_ONCE));
    }
    List<List<Write>> byShard = new ArrayList<>(shards.size());
    shards.forEach(shard -> byShard.add(new ArrayList<>()));
    for (Write write : writes) {
      requireFits(write);
      byShard.get(shardOf(write)).add(write);
    }
    for (Shard shard : shards) {
      List<Write> its = byShard.get(shard.number());
      if (!its.isEmpty()) {
        Committer committer = shard.committer();
        long[] hashes = its.stream().mapToLong(Write::hash).toArray();
        committer.slots().foresee(hashes);
        committer.submitAll(its);
      }
    }
  }

  private int shardOf(Write write) {
    return routing.shardOf(write.key(), write.hash());
  }

  private void requireFits(Write write) {
    SlotLayout layout = options.shape().layout();
    if (write.key().length != layout.keyLength() || write.valueLength() > layout.valueLength()) {
      throw new IllegalArgumentException(
          "write does not fit a slot, key=%d expected=%d value=%d limit=%d"
              .formatted(
                  write.key().length,
                  layout.keyLength(),
                  write.valueLength(),
                  layout.valueLength()));
    }
  }

  /** Submits a leader's events to their shard. */
  public void submit(int shard, ReplicatedBatch batch) {
    shards.get(shard).committer().submit(batch);
  }

  /**
   * Makes a checkpoint of all shards now. Blocks until it is on disk.
   *
   * @return false when the disk of some shard failed
   */
  public synchronized boolean checkpoint() {
    if (closed) {
      throw new Closed();
    }
    return threads.checkpointNow();
  }

  /** The longest time since one of the engine's own threads began a round, in nanoseconds. */
  public long idleNanos() {
    return threads.idleNanos();
  }

  /**
   * Ends all writes, brings everything to the disk, and lets the directory go. A store that was
   * closed opens without a replay.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      indexesNotKept = threads.close();
    } finally {
      release(lock);
    }
  }

  /** After the closing: shards whose next opening has to read all slots, and why. */
  public List<String> indexesNotKept() {
    return indexesNotKept;
  }

  private static void release(AutoCloseable lock) {
    try {
      lock.close();
    } catch (Exception e) {
      throw new IoFailed("lock could not be released: " + e.getMessage(), e);
    }
  }
}
