package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.Vectors;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KeyRoutingTest {
  @Test
  void goesToArmdbsShards() {
    int rows = 0;
    for (String[] row : Vectors.lines("route")) {
      byte[] key = Vectors.bytes(row[0]);
      KeyRouting routing =
          new KeyRouting(Integer.parseInt(row[2]), Integer.parseInt(row[1]), key.length);
      int shard = routing.shardOf(key, KeyRouting.hash(key, 0, key.length));
      assertEquals(Integer.parseInt(row[3]), shard, String.join(" ", row));
      rows++;
    }
    assertEquals(60, rows);
  }

  @Test
  void hashesAsXxh3Does() {
    int rows = 0;
    for (String[] row : Vectors.lines("xxh3")) {
      byte[] input = Vectors.bytes(row[0]);
      assertEquals(Long.parseUnsignedLong(row[1], 16), KeyRouting.hash(input, 0, input.length));
      byte[] within = new byte[input.length + 5];
      System.arraycopy(input, 0, within, 3, input.length);
      assertEquals(Long.parseUnsignedLong(row[1], 16), KeyRouting.hash(within, 3, input.length));
      rows++;
    }
    assertTrue(rows > 20);
  }

  @Test
  void prefixBitsThatCoverTheKeyAreNone() {
    byte[] key = Vectors.bytes("0102030405060708");
    long hash = KeyRouting.hash(key, 0, key.length);
    int whole = new KeyRouting(255, 0, 8).shardOf(key, hash);
    assertEquals(whole, new KeyRouting(255, 64, 8).shardOf(key, hash));
    assertEquals(whole, new KeyRouting(255, 200, 8).shardOf(key, hash));
  }

  @Test
  void bitsBehindThePrefixDoNotMatter() {
    for (int bits = 1; bits < 64; bits++) {
      KeyRouting routing = new KeyRouting(251, bits, 8);
      byte[] low = new byte[8];
      byte[] high = new byte[8];
      Arrays.fill(high, (byte) 0xFF);
      for (int bit = 0; bit < bits; bit++) {
        high[bit / 8] &= (byte) ~(0x80 >> bit % 8);
      }
      assertEquals(
          routing.shardOf(low, KeyRouting.hash(low, 0, 8)),
          routing.shardOf(high, KeyRouting.hash(high, 0, 8)),
          "bits=" + bits);
    }
  }
}
