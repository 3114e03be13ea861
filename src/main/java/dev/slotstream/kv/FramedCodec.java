package dev.slotstream.kv;

import dev.slotstream.engine.Condition.CurrentValue;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.kv.KvError.BadKey;
import dev.slotstream.kv.KvError.Damaged;
import dev.slotstream.kv.KvError.KeyTooLong;
import dev.slotstream.kv.KvError.ValueTooLarge;
import dev.slotstream.slot.SlotLayout;
import java.util.Optional;

/** Keys of 1 to a limit of bytes, values of 0 to a limit, with media type and time to live. */
final class FramedCodec implements FieldCodec {
  private final int maxKeyBytes;
  private final int maxValueBytes;
  private final FramedKeyLayout keys;
  private final SlotLayout layout;

  FramedCodec(int maxKeyBytes, int maxValueBytes) {
    this.maxKeyBytes = maxKeyBytes;
    this.maxValueBytes = maxValueBytes;
    this.keys = new FramedKeyLayout(maxKeyBytes);
    this.layout = new SlotLayout(keys.length(), FramedValueLayout.VALUE + maxValueBytes);
  }

  @Override
  public SlotLayout layout() {
    return layout;
  }

  @Override
  public Content content() {
    return Content.FRAMED;
  }

  @Override
  public int maxKeyBytes() {
    return maxKeyBytes;
  }

  @Override
  public int maxValueBytes() {
    return maxValueBytes;
  }

  @Override
  public boolean keepsMetadata() {
    return true;
  }

  @Override
  public Optional<KvError> refuseKey(byte[] key) {
    if (key.length == 0) {
      return Optional.of(new BadKey("key is empty, length=0 expected=1 to " + maxKeyBytes));
    }
    return key.length > maxKeyBytes
        ? Optional.of(new KeyTooLong(maxKeyBytes, key.length))
        : Optional.empty();
  }

  @Override
  public Optional<KvError> refuseValueLength(long length) {
    return length > maxValueBytes
        ? Optional.of(new ValueTooLarge(maxValueBytes, length))
        : Optional.empty();
  }

  @Override
  public byte[] keyField(byte[] key) {
    return keys.frame(key);
  }

  @Override
  public byte[] valueField(byte[] value, int mediaType, long expiresAt) {
    return FramedValueLayout.frame(value, mediaType, expiresAt);
  }

  @Override
  public byte[] readKey(byte[] bytes, int field) {
    int length = keys.lengthAt(bytes, field);
    if (length == 0 || length > maxKeyBytes) {
      throw new KvException(
          new Damaged(
              "key is not framed as expected, length=%d (1 to %d)".formatted(length, maxKeyBytes)));
    }
    return keys.unframe(bytes, field, length);
  }

  @Override
  public Entry.Head readHead(byte[] bytes, int field) {
    int length = FramedValueLayout.length(bytes, field);
    int flags = FramedValueLayout.flags(bytes, field);
    if (length > maxValueBytes || flags != 0) {
      // The checksum was right: a newer version wrote it, or something that is not Slotstream.
      throw new KvException(
          new Damaged(
              "value is not framed as expected, length=%d (at most %d) flags=%d (0)"
                  .formatted(length, maxValueBytes, flags)));
    }
    return new Entry.Head(
        field + FramedValueLayout.VALUE,
        length,
        FramedValueLayout.mediaType(bytes, field),
        FramedValueLayout.expiresAt(bytes, field));
  }

  @Override
  public long expiresAt(byte[] bytes, int field) {
    return FramedValueLayout.expiresAt(bytes, field);
  }

  @Override
  public long expiresAt(CurrentValue current) {
    return Integer.toUnsignedLong(current.valueInt(FramedValueLayout.EXPIRES_AT));
  }
}
