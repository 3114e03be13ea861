package dev.slotstream.kv;

import java.util.Optional;

/**
 * What must be true of a key's current value.
 *
 * @param ifMatch the value must be one of these
 * @param ifNoneMatch the value must be none of these
 */
public record Preconditions(Optional<TagMatch> ifMatch, Optional<TagMatch> ifNoneMatch) {
  /** Nothing must be true. */
  public static final Preconditions NONE = new Preconditions(Optional.empty(), Optional.empty());

  /** True when {@code ifMatch} holds, or is not asked for. */
  public boolean matchHolds(Optional<EntityTag> current) {
    return ifMatch.isEmpty() || ifMatch.get().matches(current);
  }

  /** True when {@code ifNoneMatch} holds, or is not asked for. */
  public boolean noneMatchHolds(Optional<EntityTag> current) {
    return ifNoneMatch.isEmpty() || !ifNoneMatch.get().matches(current);
  }

  /** True when both hold. */
  public boolean hold(Optional<EntityTag> current) {
    return matchHolds(current) && noneMatchHolds(current);
  }
}
