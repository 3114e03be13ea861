package dev.slotstream.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.Vectors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotLayoutTest {
  @ParameterizedTest
  @CsvSource({
    "8, 16, 32, 16",
    "16, 100, 128, 24",
    "1, 0, 16, 9",
    "1, 7, 16, 9",
    "1, 8, 24, 9",
    "8, 65512, 65528, 16"
  })
  void aSlotIsHeaderKeyValueAndPadding(int key, int value, int size, int valueOffset) {
    SlotLayout layout = new SlotLayout(key, value);
    assertEquals(size, layout.slotSize());
    assertEquals(8, layout.keyOffset());
    assertEquals(valueOffset, layout.valueOffset());
    assertEquals(8 + key + value, layout.usedSize());
  }

  @ParameterizedTest
  @CsvSource({"0, 16", "8, -1", "8, 65513", "65535, 65535", "2147483647, 2147483647"})
  void refusesLengthsThatNoSlotCanHave(int key, int value) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> new SlotLayout(key, value));
    assertTrue(e.getMessage().contains("keyLength=" + key), e.getMessage());
    assertTrue(e.getMessage().contains("valueLength=" + value), e.getMessage());
  }

  @Test
  void theChecksumIsArmdbs() {
    SlotBuffer buffer = new SlotBuffer(new SlotLayout(8, 16));
    for (String[] row : Vectors.lines("crc")) {
      int meta = Integer.parseUnsignedInt(row[0], 16);
      buffer.fill(new TestContent(Vectors.bytes(row[1]), Vectors.bytes(row[2])));
      int expected = ByteBuffer.wrap(Vectors.bytes(row[3])).order(ByteOrder.BIG_ENDIAN).getInt();
      assertEquals(expected, buffer.checksum(meta), row[0]);
    }
  }
}
