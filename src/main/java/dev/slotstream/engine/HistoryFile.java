package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.Corrupt;
import dev.slotstream.engine.EngineException.Mismatch;
import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.file.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * {@code history.meta} of one shard. Little-endian; an id is its 16 bytes as they come.
 *
 * <pre>
 * offset  bytes  field
 *      0      4  "SLHI"
 *      4      2  format version: 1
 *      6      1  own: 1 when the last leadership was this directory's, 0 when a leader's
 *      7      1  zero
 *      8     16  store id
 *     24      4  number of epochs e
 *     28      4  zero
 *     32      …  e times: epoch u32, zero u32, first sequence u64
 *    end      4  CRC-32C of everything before it
 * </pre>
 *
 * <p>It is on disk before the first record of a leadership of our own. Leaderships that a leader's
 * records tell of are saved before the next checkpoint: until then the log itself names them.
 */
final class HistoryFile {
  static final String NAME = "history.meta";

  private static final int MAGIC_VALUE = 0x49484C53;
  private static final int VERSION_VALUE = 1;
  private static final int VERSION = 4;
  private static final int OWN = 6;
  private static final int STORE_ID = 8;
  private static final int EPOCHS = 24;
  private static final int ENTRIES = 32;
  private static final int ENTRY_SIZE = 16;

  private final Storage storage;
  private final Path file;
  private ShardHistory saved;

  private HistoryFile(Storage storage, Path file, ShardHistory saved) {
    this.storage = storage;
    this.file = file;
    this.saved = saved;
  }

  /** Reads a shard's history, or begins one of this store. */
  static HistoryFile open(Storage storage, Path directory, UUID storeId) throws IOException {
    Path path = directory.resolve(NAME);
    ShardHistory history =
        storage.exists(path)
            ? decode(storage.read(path), path)
            : new ShardHistory(storeId, true, List.of());
    return new HistoryFile(storage, path, history);
  }

  /** Reads a shard's history. */
  static ShardHistory read(Storage storage, Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    return decode(storage.read(path), path);
  }

  /** What is on disk. */
  synchronized ShardHistory saved() {
    return saved;
  }

  /** Brings a history to the disk; nothing happens when it is there already. */
  synchronized void save(ShardHistory history) throws IOException {
    if (!history.equals(saved) || !storage.exists(file)) {
      storage.replace(file, encode(history));
      saved = history;
    }
  }

  private static byte[] encode(ShardHistory history) {
    int body = ENTRIES + history.epochs().size() * ENTRY_SIZE;
    ByteBuffer meta = ByteBuffer.allocate(body + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    meta.putInt(MAGIC_VALUE).putShort((short) VERSION_VALUE);
    meta.put(OWN, (byte) (history.own() ? 1 : 0));
    meta.put(STORE_ID, StoreIdentity.bytes(history.storeId()));
    meta.putInt(EPOCHS, history.epochs().size());
    meta.position(ENTRIES);
    for (EpochStart start : history.epochs()) {
      meta.putInt(start.epoch()).putInt(0).putLong(start.firstSequence());
    }
    meta.putInt(crc(meta.array(), body));
    return meta.array();
  }

  private static ShardHistory decode(byte[] bytes, Path path) {
    ByteBuffer meta = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int body = bytes.length - Integer.BYTES;
    if (body < ENTRIES
        || meta.getInt(0) != MAGIC_VALUE
        || meta.getInt(body) != crc(bytes, body)
        || body != ENTRIES + meta.getInt(EPOCHS) * ENTRY_SIZE) {
      throw new Corrupt("shard's history is damaged, file=" + path, null);
    }
    if (meta.getShort(VERSION) != VERSION_VALUE) {
      throw new Mismatch(
          "format version differs, file=%s stored=%d readable=%d"
              .formatted(path, meta.getShort(VERSION), VERSION_VALUE));
    }
    List<EpochStart> epochs = new ArrayList<>();
    meta.position(ENTRIES);
    for (int e = meta.getInt(EPOCHS); e > 0; e--) {
      int epoch = meta.getInt();
      meta.getInt();
      epochs.add(new EpochStart(epoch, meta.getLong()));
    }
    return new ShardHistory(StoreIdentity.uuid(bytes, STORE_ID), meta.get(OWN) != 0, epochs);
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
