package dev.slotstream.engine;

import dev.slotstream.file.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * An engine without threads: a test runs the rounds of those that it would have, in the order it
 * likes. Dropped without being closed it is what a process leaves behind that was killed.
 */
public final class ManualEngine {
  private final SlotEngine engine;
  private final EngineThreads threads;

  private ManualEngine(SlotEngine engine, EngineThreads threads) {
    this.engine = engine;
    this.threads = threads;
  }

  /** Opens a store, or creates it. */
  public static ManualEngine open(EngineOptions options, Storage storage) throws IOException {
    OpenedStore store = OpenedStore.open(options, storage, 1, new OpeningProgress());
    EngineThreads threads = EngineThreads.of(store);
    SlotEngine engine = new SlotEngine(store, threads);
    engine.emptyDuplicates();
    return new ManualEngine(engine, threads);
  }

  /** Gives a directory that has no store yet the id that its store will have. */
  public static void identify(EngineOptions options, Storage storage, UUID id) throws IOException {
    ByteBuffer meta = ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN);
    meta.put(new byte[] {'S', 'L', 'M', 'T'}).putShort((short) 2);
    meta.put((byte) (options.shape().content() == EngineOptions.Content.EXACT ? 0 : 1));
    meta.put((byte) options.shape().shards());
    meta.put(StoreIdentity.bytes(id));
    CRC32C crc = new CRC32C();
    crc.update(meta.array(), 0, meta.position());
    meta.putInt((int) crc.getValue());
    Path file = options.directory().resolve("slotstream.meta");
    storage.replace(file, meta.array());
  }

  /** The engine. */
  public SlotEngine engine() {
    return engine;
  }

  /** Every record of a shard's log up to here is on disk. */
  public long durableSequence(int shard) {
    return engine.shards().get(shard).committer().log().durableSequence();
  }

  /** A round of a shard's syncer. */
  public void sync(int shard) {
    engine.shards().get(shard).syncer().round();
  }

  /** A round of the room keeper. */
  public void makeRoom() {
    threads.roomKeeper().round();
  }

  /** Holds all slots against their index, where that was kept. */
  public void review() {
    for (Shard shard : engine.shards()) {
      shard.indexKeeping().review(Integer.MAX_VALUE);
    }
  }

  /** A round of the checkpointer. */
  public void checkpoint() {
    threads.checkpointer().round();
  }

  /** A checkpoint of all shards, whether it is time for one or not. */
  public void checkpointAll() {
    threads.checkpointer().checkpointAll(false);
  }
}
