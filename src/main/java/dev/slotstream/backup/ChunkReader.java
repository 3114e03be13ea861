package dev.slotstream.backup;

import dev.slotstream.backup.BackupException.Kind;
import dev.slotstream.slot.SlotLayout;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Reads a backup chunk by chunk and checks everything: checksums, that each chunk follows the one
 * before, that all of a shard is there. Takes memory for one chunk.
 */
final class ChunkReader {
  private final InputStream in;
  private final Progress progress;
  private long offset;
  private Optional<SlotLayout> layout;
  private byte[] bytes = {};

  private ChunkReader(InputStream in, Progress progress, long offset, Optional<SlotLayout> layout) {
    this.in = in;
    this.progress = progress;
    this.offset = offset;
    this.layout = layout;
  }

  /**
   * Reads a backup from its beginning.
   *
   * @throws BackupException when it does not begin as one
   */
  static ChunkReader open(InputStream in) throws IOException, BackupException {
    byte[] preface = in.readNBytes(BackupLayout.PREFACE_SIZE);
    ByteBuffer head = ByteBuffer.wrap(preface).order(ByteOrder.LITTLE_ENDIAN);
    if (preface.length < BackupLayout.PREFACE_SIZE) {
      throw new BackupException(
          Kind.TRUNCATED, "backup ends in its first bytes, length=" + preface.length);
    }
    int version = head.getShort(4);
    if (head.getInt(0) != BackupLayout.MAGIC || head.getShort(6) != 0) {
      throw new BackupException(Kind.NOT_A_BACKUP, "file does not begin as a backup does");
    }
    if (version != BackupLayout.FORMAT_VERSION) {
      throw new BackupException(
          Kind.UNKNOWN_VERSION,
          "backup is of another format version, found=%d readable=%d"
              .formatted(version, BackupLayout.FORMAT_VERSION));
    }
    return new ChunkReader(in, new Progress(), preface.length, Optional.empty());
  }

  /** Reads what comes behind a place that was reached before. */
  ChunkReader goOn(InputStream rest) {
    return new ChunkReader(rest, progress.copy(), offset, layout);
  }

  /** How far it has come. */
  Progress progress() {
    return progress;
  }

  /** Bytes up to the end of the last chunk. */
  long offset() {
    return offset;
  }

  /** The last chunk's bytes. */
  byte[] bytes() {
    return bytes;
  }

  /**
   * The next chunk; null behind the last.
   *
   * @throws BackupException when it is not whole, or not what must come here
   */
  Chunk next() throws IOException, BackupException {
    if (progress.phase() == Progress.Phase.DONE) {
      requireEnd();
      return null;
    }
    byte[] whole = readWhole();
    int crc = ChunkCodec.checksumOf(whole);
    Chunk chunk = ChunkCodec.decode(whole);
    if (chunk instanceof Chunk.Broken(String reason, String text)) {
      throw new BackupException(
          Kind.BROKEN_OFF,
          reason,
          "the node ended the backup, reason=%s: %s".formatted(reason, text));
    }
    check(chunk);
    progress.take(chunk, crc);
    bytes = whole;
    offset += whole.length;
    return chunk;
  }

  private void requireEnd() throws IOException, BackupException {
    if (in.read() >= 0) {
      throw damaged("bytes follow the last chunk");
    }
  }

  private byte[] readWhole() throws IOException, BackupException {
    byte[] head = in.readNBytes(BackupLayout.BODY);
    requireRead(head, BackupLayout.BODY);
    int length = intAt(head, BackupLayout.LENGTH);
    if (length < BackupLayout.BODY || length > BackupLayout.MAX_CHUNK) {
      throw damaged("chunk's length is out of range, length=" + length);
    }
    byte[] whole = new byte[length];
    System.arraycopy(head, 0, whole, 0, head.length);
    int read = in.readNBytes(whole, head.length, length - head.length);
    if (read < length - head.length) {
      throw truncated();
    }
    if (ChunkCodec.checksumOf(whole) != BackupLayout.checksum(whole)) {
      throw damaged("chunk's checksum does not fit");
    }
    if (intAt(whole, BackupLayout.BEFORE) != progress.checksum()) {
      throw damaged("chunk does not belong behind the one before");
    }
    return whole;
  }

  private void requireRead(byte[] head, int length) throws BackupException {
    if (head.length < length) {
      throw truncated();
    }
  }

  private void check(Chunk chunk) throws BackupException {
    Entries entries =
        switch (chunk) {
          case Chunk.Store store -> {
            layout = Optional.of(store.shape().layout());
            yield null;
          }
          case Chunk.Slots slots -> slots.entries();
          case Chunk.Records records -> records.entries();
          default -> null;
        };
    if (entries != null
        && layout.filter(l -> entries.wellFormed(l.keyLength(), l.valueLength())).isEmpty()) {
      throw damaged("entries do not fit their chunk");
    }
    if (chunk instanceof Chunk.Slots slots
        && !slots.entries().areSlots(slots.from(), slots.to(), slots.damaged())) {
      throw damaged("slots are not those that the chunk names");
    }
  }

  private BackupException truncated() {
    return new BackupException(
        Kind.TRUNCATED, "backup ends early, offset=%d %s".formatted(offset, progress));
  }

  private BackupException damaged(String what) {
    return new BackupException(Kind.DAMAGED, "%s, offset=%d %s".formatted(what, offset, progress));
  }

  private static int intAt(byte[] bytes, int offset) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
  }
}
