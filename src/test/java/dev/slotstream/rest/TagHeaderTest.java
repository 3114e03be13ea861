package dev.slotstream.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.slotstream.kv.TagMatch;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TagHeaderTest {
  @Test
  void noHeaderIsNoCondition() {
    assertEquals(Optional.empty(), TagHeader.IF_MATCH.parse(List.of()));
  }

  @Test
  void aStarIsAny() {
    assertEquals(Optional.of(new TagMatch.Any()), TagHeader.IF_MATCH.parse(List.of(" * ")));
  }

  @Test
  void readsOneTagAndMany() {
    assertEquals(tags("\"1.2\""), TagHeader.IF_MATCH.parse(List.of("\"1.2\"")));
    assertEquals(
        tags("\"1.2\"", "\"a,b\"", "\"\""),
        TagHeader.IF_MATCH.parse(List.of("\"1.2\" ,\"a,b\",, \"\"")));
  }

  @Test
  void linesOfARepeatedHeaderAreOneList() {
    assertEquals(
        tags("\"1.2\"", "\"3.4\""), TagHeader.IF_MATCH.parse(List.of("\"1.2\"", "\"3.4\"")));
  }

  @Test
  void weakTagsCountOnlyForIfNoneMatch() {
    List<String> lines = List.of("W/\"1.2\", \"3.4\"");
    assertEquals(tags("\"3.4\""), TagHeader.IF_MATCH.parse(lines));
    assertEquals(tags("\"1.2\"", "\"3.4\""), TagHeader.IF_NONE_MATCH.parse(lines));
    assertEquals(tags(), TagHeader.IF_MATCH.parse(List.of("W/\"1.2\"")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",",
        "1.2",
        "\"1.2",
        "1.2\"",
        "w/\"1.2\"",
        "W/ \"1.2\"",
        "\"1.2\" \"3.4\"",
        "\"a b\"",
        "*, \"1.2\"",
        "\"1.2\", *",
        "**"
      })
  void whatIsNoListOfTagsIsRefused(String line) {
    RequestException refused =
        assertThrows(RequestException.class, () -> TagHeader.IF_NONE_MATCH.parse(List.of(line)));
    assertEquals(
        "precondition cannot be read, If-None-Match=%s expected=* or \"tag\", \"tag\" ..."
            .formatted(line),
        refused.error().detail());
  }

  private static Optional<TagMatch> tags(String... tags) {
    return Optional.of(new TagMatch.OneOf(Set.of(tags)));
  }
}
