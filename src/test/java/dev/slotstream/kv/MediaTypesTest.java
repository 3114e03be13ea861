package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class MediaTypesTest {
  /** Numbers are on the disk. */
  @Test
  void keepsItsNumbers() {
    List<String> first =
        List.of(
            "application/octet-stream",
            "text/plain;charset=UTF-8",
            "application/json",
            "text/plain",
            "text/html;charset=UTF-8",
            "text/html");
    assertEquals(first, MediaTypes.names().subList(0, first.size()));
    assertEquals("image/png", MediaTypes.name(23));
    assertEquals("application/json;charset=UTF-8", MediaTypes.name(34));
    assertEquals(35, MediaTypes.names().size());
  }

  @Test
  void namesEachTypeOnceAndFindsItAgain() {
    assertEquals(MediaTypes.names().size(), new HashSet<>(MediaTypes.names()).size());
    for (String name : MediaTypes.names()) {
      assertEquals(name, MediaTypes.name(MediaTypes.number(name)));
    }
  }

  @Test
  void findsATypeHoweverItIsWritten() {
    assertEquals(1, MediaTypes.number("TEXT/plain ; Charset=\"utf-8\""));
    assertEquals(2, MediaTypes.number("Application/JSON"));
  }

  @Test
  void anUnknownTypeCountsAsBytes() {
    assertEquals(MediaTypes.OCTET_STREAM, MediaTypes.number("application/x-own"));
    assertEquals(MediaTypes.OCTET_STREAM, MediaTypes.number(""));
    assertEquals(MediaTypes.OCTET_STREAM, MediaTypes.number(null));
  }

  @Test
  void aNumberOfANewerVersionCountsAsBytes() {
    assertEquals("application/octet-stream", MediaTypes.name(255));
    assertTrue(MediaTypes.names().size() <= 256);
  }
}
