package dev.slotstream.kv;

import java.util.function.Consumer;

/** A delete. */
final class KeyDelete extends KeyWrite {
  private final int shard;

  KeyDelete(
      int shard, Preconditions when, FieldCodec codec, Expiry expiry, Consumer<WriteAnswer> end) {
    super(when, codec, expiry, end);
    this.shard = shard;
  }

  @Override
  boolean mayCreate() {
    return false;
  }

  @Override
  WriteAnswer done(boolean created) {
    return new WriteAnswer.Removed(new Position(shard, epoch(), sequence()));
  }
}
