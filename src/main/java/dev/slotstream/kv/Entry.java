package dev.slotstream.kv;

import java.time.Instant;
import java.util.Optional;

/** A value that was read, with what is known of it. */
public final class Entry {
  private final Head head;
  private final EntityTag tag;
  private final byte[] value;

  /**
   * What a value field says of its value.
   *
   * @param offset where the value begins
   * @param length bytes of it
   * @param mediaType see {@link MediaTypes}
   * @param expiresAt seconds since 1970; 0 never
   */
  public record Head(int offset, int length, int mediaType, long expiresAt) {}

  Entry(Head head, EntityTag tag, byte[] value) {
    this.head = head;
    this.tag = tag;
    this.value = value;
  }

  /** The value; empty when only the head was asked for. Belongs to the caller. */
  public byte[] value() {
    return value;
  }

  /** Bytes of the value. */
  public int length() {
    return head.length();
  }

  /** Its media type, as a Content-Type. */
  public String mediaType() {
    return MediaTypes.name(head.mediaType());
  }

  /** Names the write that stored it. */
  public EntityTag tag() {
    return tag;
  }

  /** When it expires; empty when never. */
  public Optional<Instant> expires() {
    return Expiry.instant(head.expiresAt());
  }
}
