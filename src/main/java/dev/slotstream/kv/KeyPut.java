package dev.slotstream.kv;

import java.util.function.Consumer;

/** A put. */
final class KeyPut extends KeyWrite {
  private final int shard;
  private final long expiresAt;

  KeyPut(
      int shard,
      long expiresAt,
      Preconditions when,
      FieldCodec codec,
      Expiry expiry,
      Consumer<WriteAnswer> end) {
    super(when, codec, expiry, end);
    this.shard = shard;
    this.expiresAt = expiresAt;
  }

  @Override
  boolean mayCreate() {
    return true;
  }

  @Override
  WriteAnswer done(boolean created) {
    return new WriteAnswer.Stored(
        created, tag(), new Position(shard, epoch(), sequence()), Expiry.instant(expiresAt));
  }
}
