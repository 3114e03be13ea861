package dev.slotstream.engine;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;

/**
 * Which shard a key belongs to, and the hash by which its shard's index finds it.
 *
 * <p>shard = XXH3-64 (seed 0) of the key field, unsigned, modulo the number of shards. With prefix
 * bits only the first n bits are hashed: whole bytes, then the last byte with its low bits cleared.
 * Source: armdb 0.1.14, {@code shard_for}.
 */
final class KeyRouting {
  private static final Hasher64 XXH3 = Hashing.xxh3_64();

  private final int shards;
  private final int wholeBytes;
  private final int lastByteMask;
  private final boolean wholeKey;

  KeyRouting(int shards, int prefixBits, int keyLength) {
    this.shards = shards;
    this.wholeKey = prefixBits == 0 || prefixBits >= keyLength * Byte.SIZE;
    this.wholeBytes = prefixBits / Byte.SIZE;
    this.lastByteMask = 0xFF00 >> prefixBits % Byte.SIZE & 0xFF;
  }

  static long hash(byte[] bytes, int offset, int length) {
    return XXH3.hashBytesToLong(bytes, offset, length);
  }

  /** The shard of a key whose hash is known. */
  int shardOf(byte[] key, long hash) {
    return (int) Long.remainderUnsigned(wholeKey ? hash : prefixHash(key), shards);
  }

  private long prefixHash(byte[] key) {
    if (lastByteMask == 0) {
      return hash(key, 0, wholeBytes);
    }
    byte[] prefix = Arrays.copyOf(key, wholeBytes + 1);
    prefix[wholeBytes] &= (byte) lastByteMask;
    return hash(prefix, 0, prefix.length);
  }
}
