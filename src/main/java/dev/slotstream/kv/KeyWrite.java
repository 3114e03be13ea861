package dev.slotstream.kv;

import dev.slotstream.engine.Condition;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.Write;
import dev.slotstream.slot.MetaWord;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One put or delete on its way through the engine. Asks its preconditions under the shard's lock,
 * where an expired value counts as none, and turns the engine's endings into an answer.
 */
abstract class KeyWrite extends Write implements Condition {
  private final Preconditions when;
  private final FieldCodec codec;
  private final Expiry expiry;
  private final Consumer<WriteAnswer> end;

  /** What stood under the key when the condition was asked last. */
  private Optional<EntityTag> current = Optional.empty();

  KeyWrite(Preconditions when, FieldCodec codec, Expiry expiry, Consumer<WriteAnswer> end) {
    this.when = when;
    this.codec = codec;
    this.expiry = expiry;
    this.end = end;
  }

  @Override
  public final boolean allows(CurrentValue value) {
    boolean lives = value.present() && !expiry.passed(codec.expiresAt(value));
    current =
        lives
            ? Optional.of(new EntityTag(value.slot(), MetaWord.version(value.meta())))
            : Optional.empty();
    return when.hold(current) && (lives || mayCreate());
  }

  /** True when a key without a value is written too. */
  abstract boolean mayCreate();

  /** The answer when it is done. */
  abstract WriteAnswer done(boolean created);

  final EntityTag tag() {
    return new EntityTag(slot(), version());
  }

  @Override
  protected final void committed() {
    end.accept(done(current.isEmpty()));
  }

  @Override
  protected final void refused() {
    // A delete of a key that has no slot is refused without asking the condition.
    Optional<EntityTag> found = slot() < 0 ? Optional.empty() : current;
    end.accept(
        new WriteAnswer.Refused(
            when.hold(found) ? new KvError.NotFound() : new KvError.PreconditionFailed(found)));
  }

  @Override
  protected final void failed(EngineException why) {
    end.accept(new WriteAnswer.Refused(KvError.of(why)));
  }
}
