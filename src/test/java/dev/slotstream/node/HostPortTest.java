package dev.slotstream.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  @Test
  void readsNamesAndAddresses() {
    assertEquals(new HostPort("leader.example", 7400), HostPort.parse("leader.example:7400"));
    assertEquals(new HostPort("10.0.0.1", 1), HostPort.parse("10.0.0.1:1"));
    assertEquals(new HostPort("::1", 65_535), HostPort.parse("[::1]:65535"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":", "host", "host:", ":7400", "host:x", "host:0", "host:65536", "::1:7400"})
  void refusesTheRest(String text) {
    assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text));
  }
}
