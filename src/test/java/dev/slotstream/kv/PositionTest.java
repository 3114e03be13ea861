package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
  @Test
  void isReadAsItIsWritten() {
    Position position = new Position(254, Integer.MAX_VALUE, Long.MAX_VALUE);
    assertEquals("254:2147483647:9223372036854775807", position.toString());
    assertEquals(List.of(position), Position.parseList(position.toString()));
  }

  @Test
  void severalAreSeparatedByCommas() {
    assertEquals(
        List.of(new Position(0, 1, 2), new Position(3, 1, 7), new Position(0, 2, 9)),
        Position.parseList("0:1:2, 3:1:7 ,0:2:9"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "0:1:2,",
        "0:1",
        "0:1:2:3",
        "0:1:-2",
        "-1:1:2",
        "0:0:2",
        "0:1:0",
        "a:1:2",
        "0:1:2;0:1:3",
        "0: 1:2",
        "0:2147483648:1",
        "0:1:9223372036854775808",
        "1000:1:1"
      })
  void whatIsNoPositionIsNamed(String text) {
    IllegalArgumentException wrong =
        assertThrows(IllegalArgumentException.class, () -> Position.parseList(text));
    String named = text.equals(",") || text.equals("0:1:2,") ? "" : text.split(",", -1)[0];
    assertEquals(
        "position is none, position=%s expected=shard:epoch:sequence".formatted(named),
        wrong.getMessage());
  }
}
