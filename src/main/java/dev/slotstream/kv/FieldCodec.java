package dev.slotstream.kv;

import dev.slotstream.engine.Condition.CurrentValue;
import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.slot.SlotLayout;
import java.util.Optional;

/**
 * How keys and values stand in the slots' fields of fixed length. Any thread; stateless.
 *
 * <p>Keys and values are checked first and encoded then: encoding does not check again.
 */
public sealed interface FieldCodec permits ExactCodec, FramedCodec {
  /** Seconds since 1970 of an entry that never expires. */
  long NEVER = 0;

  /** Keys and values of any length up to a limit. */
  static FieldCodec framed(int maxKeyBytes, int maxValueBytes) {
    return new FramedCodec(maxKeyBytes, maxValueBytes);
  }

  /** Keys and values of exactly these lengths, as armdb has them. */
  static FieldCodec exact(int keyBytes, int valueBytes) {
    return new ExactCodec(keyBytes, valueBytes);
  }

  /** The codec that wrote fields of these lengths. */
  static FieldCodec of(Content content, SlotLayout layout) {
    return content == Content.EXACT
        ? exact(layout.keyLength(), layout.valueLength())
        : framed(
            FramedKeyLayout.maxKeyBytes(layout.keyLength()),
            layout.valueLength() - FramedValueLayout.VALUE);
  }

  /** The lengths of the fields. */
  SlotLayout layout();

  /** The name that the engine remembers it by. */
  Content content();

  /** The longest key. */
  int maxKeyBytes();

  /** The longest value. */
  int maxValueBytes();

  /** True when an entry can have a media type and a time to live. */
  boolean keepsMetadata();

  /** Why a key is not allowed; empty when it is. */
  Optional<KvError> refuseKey(byte[] key);

  /** Why a value of this length is not allowed; empty when it is. */
  Optional<KvError> refuseValueLength(long length);

  /** The whole key field. */
  byte[] keyField(byte[] key);

  /** The value field; zeros at its end may be left out. */
  byte[] valueField(byte[] value, int mediaType, long expiresAt);

  /**
   * Reads the key field that begins at an offset.
   *
   * @throws KvException when it holds no key
   */
  byte[] readKey(byte[] bytes, int field);

  /** Reads the value field that begins at an offset. */
  Entry.Head readHead(byte[] bytes, int field);

  /** Seconds since 1970 at which an entry in a slot expires. */
  long expiresAt(byte[] bytes, int field);

  /** The same of a key's current value, under the shard's lock; only when there is one. */
  long expiresAt(CurrentValue current);
}
