package dev.slotstream.kv;

import java.util.Optional;
import java.util.Set;

/** One side of a precondition: which current value it speaks of. */
public sealed interface TagMatch {
  /** Any value, whatever its tag. */
  record Any() implements TagMatch {}

  /** A value with one of these tags, as texts with their quotes. */
  record OneOf(Set<String> tags) implements TagMatch {
    /** Keeps a copy. */
    public OneOf {
      tags = Set.copyOf(tags);
    }
  }

  /** True when the current value is spoken of. A key without a value never is. */
  default boolean matches(Optional<EntityTag> current) {
    return switch (this) {
      case Any any -> current.isPresent();
      case OneOf(Set<String> tags) ->
          current.isPresent() && tags.contains(current.get().toString());
    };
  }
}
