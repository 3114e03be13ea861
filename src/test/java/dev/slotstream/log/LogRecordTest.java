package dev.slotstream.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogRecordTest {
  private static LogRecord record(byte[] key, byte[] value) {
    LogRecord record = new LogRecord(20, 40);
    Arrays.fill(record.bytes(), (byte) 0xEE);
    return record.header(1, 2, 3).key(key, 0, key.length).value(value, 0, value.length);
  }

  @Test
  void isLaidOutAsTheTableSays() {
    LogRecord record = record(new byte[] {1, 2, 0}, new byte[] {3});
    record.seal(7, 5);
    ByteBuffer bytes = ByteBuffer.wrap(record.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(48, bytes.getInt(0));
    assertEquals(7, bytes.getLong(8));
    assertEquals(5, bytes.getLong(16));
    assertEquals(1, bytes.getInt(24));
    assertEquals(2, bytes.getInt(28));
    assertEquals(3, bytes.getInt(32));
    assertEquals(2, bytes.getShort(36));
    assertEquals(1, bytes.getShort(38));
    assertArrayEquals(
        new byte[] {1, 2, 3, 0, 0, 0, 0, 0}, Arrays.copyOfRange(record.bytes(), 40, 48));
    CRC32C crc = new CRC32C();
    crc.update(record.bytes(), 8, 40);
    assertEquals((int) crc.getValue(), bytes.getInt(4));
    assertEquals(5, record.durable());
    assertEquals(7, record.sequence());
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 40", "20, 0, 64", "0, 40, 80", "1, 7, 48", "9, 0, 56", "20, 40, 104"})
  void leavesOutTrailingZerosOfKeyAndValue(int key, int value, int length) {
    byte[] keyField = new byte[20];
    byte[] valueField = new byte[40];
    Arrays.fill(keyField, 0, key, (byte) 1);
    Arrays.fill(valueField, 0, value, (byte) 2);
    LogRecord record = record(keyField, valueField);
    assertEquals(key, record.keyLength());
    assertEquals(value, record.valueLength());
    assertEquals(length, record.length());
    assertEquals(40 + key, record.valueOffset());
    record.seal(1, 0);
    assertTrue(record.intact());
  }

  @Test
  void trimsOnlyInsideTheGivenRange() {
    byte[] source = new byte[60];
    source[0] = 9;
    LogRecord record = new LogRecord(20, 40).header(0, 0, 0).key(source, 1, 19).noValue();
    assertEquals(0, record.keyLength());
    assertEquals(40, record.length());
  }

  @Test
  void anyChangedBitIsNoticed() {
    LogRecord record = record(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, new byte[] {9, 10, 11});
    record.seal(7, 5);
    assertTrue(record.intact());
    for (int bit = 4 * 8; bit < record.length() * 8; bit++) {
      record.bytes()[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(record.intact(), "bit " + bit);
      record.bytes()[bit / 8] ^= (byte) (1 << bit % 8);
    }
    assertTrue(record.intact());
  }

  @Test
  void lengthsThatContradictEachOtherAreNoticed() {
    LogRecord record = record(new byte[] {1}, new byte[] {2});
    LogLayout.SHORT.set(record.bytes(), LogLayout.KEY_LENGTH, (short) 30);
    record.seal(1, 0);
    assertFalse(record.intact());
  }
}
