package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.Corrupt;
import dev.slotstream.engine.EngineException.Mismatch;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.file.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Who a store is. Little-endian. Its leaderships are in each shard's {@link HistoryFile}.
 *
 * <pre>
 * db.meta, as armdb writes it
 *      0      4  "ARMD"
 *      4      1  format version: 2
 *      5      1  backend: 1, fixed slots
 *      6      1  shard count
 *      7      1  prefix bits
 *      8      8  zeros
 *
 * slotstream.meta
 *      0      4  "SLMT"
 *      4      2  format version: 2
 *      6      1  content: 0 exact, 1 framed
 *      7      1  shard count
 *      8     16  id of this directory; of the store, too, unless it follows another
 *     24      4  CRC-32C of everything before it
 * </pre>
 */
final class StoreIdentity {
  static final int ID_BYTES = 16;

  static final String DB_META = "db.meta";
  static final String SLOTSTREAM_META = "slotstream.meta";
  private static final byte[] DB_MAGIC = {'A', 'R', 'M', 'D', 2, 1};
  private static final int DB_SHARDS = 6;
  private static final int DB_PREFIX_BITS = 7;
  private static final int DB_SIZE = 16;
  private static final int MAGIC_VALUE = 0x544D4C53;
  private static final int VERSION_VALUE = 2;
  private static final int VERSION = 4;
  private static final int CONTENT = 6;
  private static final int SHARDS = 7;
  private static final int STORE_ID = 8;
  private static final int BODY = STORE_ID + ID_BYTES;

  private final UUID id;

  private StoreIdentity(UUID id) {
    this.id = id;
  }

  /** Reads who the store in a directory is, or makes it one. */
  static StoreIdentity open(Storage storage, Path directory, Shape shape) throws IOException {
    Path dbMeta = directory.resolve(DB_META);
    Path own = directory.resolve(SLOTSTREAM_META);
    boolean existed = storage.exists(dbMeta);
    if (existed) {
      checkDbMeta(storage.read(dbMeta), shape, dbMeta);
    }
    StoreIdentity identity;
    if (storage.exists(own)) {
      identity = decode(storage.read(own), own, shape);
    } else if (existed && shape.content() != Content.EXACT) {
      throw new Mismatch(
          "content differs, directory=%s stored=exact (written by armdb) configured=%s"
              .formatted(directory, name(shape.content())));
    } else {
      identity = create(storage, own, shape);
    }
    if (!existed) {
      // Second, so that a crash in between does not make it look like a store of armdb's.
      storage.replace(dbMeta, encodeDbMeta(shape));
    }
    return identity;
  }

  private static StoreIdentity create(Storage storage, Path own, Shape shape) throws IOException {
    byte[] random = new byte[ID_BYTES];
    new SecureRandom().nextBytes(random);
    UUID id = uuid(random, 0);
    storage.replace(own, encode(id, shape));
    return new StoreIdentity(id);
  }

  private static byte[] encodeDbMeta(Shape shape) {
    byte[] meta = Arrays.copyOf(DB_MAGIC, DB_SIZE);
    meta[DB_SHARDS] = (byte) shape.shards();
    meta[DB_PREFIX_BITS] = (byte) shape.prefixBits();
    return meta;
  }

  private static void checkDbMeta(byte[] bytes, Shape shape, Path path) {
    DbMeta meta = DbMeta.decode(bytes, path);
    same(path, "shard count", meta.shards(), shape.shards());
    same(path, "shard prefix bits", meta.prefixBits(), shape.prefixBits());
  }

  private static void same(Path path, String field, Object stored, Object configured) {
    if (!stored.equals(configured)) {
      throw new Mismatch(
          "%s differs, file=%s stored=%s configured=%s".formatted(field, path, stored, configured));
    }
  }

  private static StoreIdentity decode(byte[] bytes, Path path, Shape shape) {
    OwnMeta meta = OwnMeta.decode(bytes, path);
    same(path, "shard count", meta.shards(), shape.shards());
    same(path, "content", name(meta.content()), name(shape.content()));
    return new StoreIdentity(meta.id());
  }

  /** What {@code db.meta} says. */
  record DbMeta(int shards, int prefixBits) {
    /** Bytes that say something; zeros follow. */
    static final int USED = DB_PREFIX_BITS + 1;

    static DbMeta decode(byte[] meta, Path path) {
      if (meta.length != DB_SIZE || !Arrays.equals(meta, 0, 6, DB_MAGIC, 0, 6)) {
        throw new Corrupt("not a store of fixed slots, or of another version, file=" + path, null);
      }
      return new DbMeta(meta[DB_SHARDS] & 0xFF, meta[DB_PREFIX_BITS] & 0xFF);
    }
  }

  /** What {@code slotstream.meta} says. */
  record OwnMeta(UUID id, Content content, int shards) {
    static OwnMeta read(Storage storage, Path directory) throws IOException {
      Path path = directory.resolve(SLOTSTREAM_META);
      return decode(storage.read(path), path);
    }

    static OwnMeta decode(byte[] bytes, Path path) {
      ByteBuffer meta = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      int body = bytes.length - Integer.BYTES;
      if (body < BODY || meta.getInt(0) != MAGIC_VALUE || meta.getInt(body) != crc(bytes, body)) {
        throw new Corrupt("store identity is damaged, file=" + path, null);
      }
      same(path, "format version", (int) meta.getShort(VERSION), VERSION_VALUE);
      return new OwnMeta(
          uuid(bytes, STORE_ID),
          meta.get(CONTENT) == 0 ? Content.EXACT : Content.FRAMED,
          meta.get(SHARDS) & 0xFF);
    }
  }

  private static String name(Content content) {
    return content.name().toLowerCase(Locale.ROOT);
  }

  private static byte[] encode(UUID id, Shape shape) {
    ByteBuffer meta = ByteBuffer.allocate(BODY + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    meta.putInt(MAGIC_VALUE).putShort((short) VERSION_VALUE);
    meta.put((byte) (shape.content() == Content.EXACT ? 0 : 1)).put((byte) shape.shards());
    meta.put(bytes(id)).putInt(crc(meta.array(), BODY));
    return meta.array();
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** The directory's id. */
  UUID id() {
    return id;
  }

  /** An id's 16 bytes, as files and frames have them. */
  static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(ID_BYTES)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  /** The id at an offset. */
  static UUID uuid(byte[] bytes, int offset) {
    ByteBuffer id = ByteBuffer.wrap(bytes, offset, ID_BYTES);
    return new UUID(id.getLong(), id.getLong());
  }
}
