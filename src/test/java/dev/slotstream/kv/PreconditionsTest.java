package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreconditionsTest {
  private static final Optional<EntityTag> NONE = Optional.empty();
  private static final Optional<EntityTag> THIS = Optional.of(new EntityTag(42, 7));
  private static final Optional<EntityTag> NEXT = Optional.of(new EntityTag(42, 8));

  @Test
  void writesTagsInHexWithQuotes() {
    assertEquals("\"2a.7\"", THIS.get().toString());
    assertEquals("\"7fffffff.3fffffff\"", new EntityTag(0x7fffffff, 0x3fffffff).toString());
  }

  @Test
  void withoutConditionsEverythingHolds() {
    assertTrue(Preconditions.NONE.hold(NONE));
    assertTrue(Preconditions.NONE.hold(THIS));
  }

  @Test
  void ifMatchNeedsOneOfItsTags() {
    Preconditions when = ifMatch(new TagMatch.OneOf(Set.of("\"0.0\"", "\"2a.7\"")));
    assertTrue(when.hold(THIS));
    assertFalse(when.hold(NEXT));
    assertFalse(when.hold(NONE));
  }

  @Test
  void ifMatchAnyNeedsAValue() {
    Preconditions when = ifMatch(new TagMatch.Any());
    assertTrue(when.hold(THIS));
    assertFalse(when.hold(NONE));
  }

  @Test
  void ifNoneMatchAnyNeedsThatThereIsNone() {
    Preconditions when = ifNoneMatch(new TagMatch.Any());
    assertFalse(when.hold(THIS));
    assertTrue(when.hold(NONE));
  }

  @Test
  void ifNoneMatchRefusesItsTagsOnly() {
    Preconditions when = ifNoneMatch(new TagMatch.OneOf(Set.of("\"2a.7\"")));
    assertFalse(when.hold(THIS));
    assertTrue(when.hold(NEXT));
    assertTrue(when.hold(NONE));
  }

  @Test
  void bothMustHold() {
    Preconditions when =
        new Preconditions(
            Optional.of(new TagMatch.Any()), Optional.of(new TagMatch.OneOf(Set.of("\"2a.7\""))));
    assertFalse(when.hold(NONE));
    assertFalse(when.hold(THIS));
    assertTrue(when.hold(NEXT));
  }

  static Preconditions ifMatch(TagMatch match) {
    return new Preconditions(Optional.of(match), Optional.empty());
  }

  static Preconditions ifNoneMatch(TagMatch match) {
    return new Preconditions(Optional.empty(), Optional.of(match));
  }
}
