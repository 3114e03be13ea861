package dev.slotstream.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class RawTargetTest {
  @Test
  void leavesPathAndQueryAsTheyAre() {
    RawTarget target = RawTarget.of("/kv/a//../b/%2F?x=%20&y=?");
    assertEquals("/kv/a//../b/%2F", target.path());
    assertEquals(Optional.of("x=%20&y=?"), target.query());
    assertEquals("/kv/a//../b/%2F?x=%20&y=?", target.whole());
  }

  @Test
  void tellsAnEmptyQueryFromNone() {
    assertEquals(Optional.of(""), RawTarget.of("/kv/a?").query());
    assertEquals(Optional.empty(), RawTarget.of("/kv/a").query());
  }

  @Test
  void takesTheHostOffAWholeUrl() {
    assertEquals("/kv/a?b", RawTarget.of("http://host:8080/kv/a?b").whole());
    assertEquals("/", RawTarget.of("http://host").whole());
  }

  @Test
  void aKeyMayLookLikeAUrl() {
    assertEquals("/kv/http://x/y", RawTarget.of("/kv/http://x/y").path());
    assertEquals("*", RawTarget.of("*").path());
  }
}
