package dev.slotstream.kv;

import dev.slotstream.engine.Condition.CurrentValue;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.kv.KvError.BadKey;
import dev.slotstream.kv.KvError.WrongValueLength;
import dev.slotstream.slot.SlotLayout;
import java.util.Arrays;
import java.util.Optional;

/** Keys and values fill their fields: there is no room for a media type or a time to live. */
final class ExactCodec implements FieldCodec {
  private final SlotLayout layout;

  ExactCodec(int keyBytes, int valueBytes) {
    this.layout = new SlotLayout(keyBytes, valueBytes);
  }

  @Override
  public SlotLayout layout() {
    return layout;
  }

  @Override
  public Content content() {
    return Content.EXACT;
  }

  @Override
  public int maxKeyBytes() {
    return layout.keyLength();
  }

  @Override
  public int maxValueBytes() {
    return layout.valueLength();
  }

  @Override
  public boolean keepsMetadata() {
    return false;
  }

  @Override
  public Optional<KvError> refuseKey(byte[] key) {
    return key.length == maxKeyBytes()
        ? Optional.empty()
        : Optional.of(
            new BadKey(
                "key has the wrong length, length=%d expected=%d"
                    .formatted(key.length, maxKeyBytes())));
  }

  @Override
  public Optional<KvError> refuseValueLength(long length) {
    return length == maxValueBytes()
        ? Optional.empty()
        : Optional.of(new WrongValueLength(maxValueBytes(), length));
  }

  @Override
  public byte[] keyField(byte[] key) {
    return key;
  }

  @Override
  public byte[] valueField(byte[] value, int mediaType, long expiresAt) {
    return value;
  }

  @Override
  public byte[] readKey(byte[] bytes, int field) {
    return Arrays.copyOfRange(bytes, field, field + maxKeyBytes());
  }

  @Override
  public Entry.Head readHead(byte[] bytes, int field) {
    return new Entry.Head(field, maxValueBytes(), MediaTypes.OCTET_STREAM, NEVER);
  }

  @Override
  public long expiresAt(byte[] bytes, int field) {
    return NEVER;
  }

  @Override
  public long expiresAt(CurrentValue current) {
    return NEVER;
  }
}
