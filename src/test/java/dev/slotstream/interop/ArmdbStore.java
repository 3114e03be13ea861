package dev.slotstream.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A directory of armdb's and the shape of what is in it. armdb opens it only with the shard count,
 * key and value length and prefix bits that it was made with; the program knows the shapes 8x16 and
 * 16x100.
 *
 * @param growStep by how many slots armdb's files grow; each step ends in an fsync
 * @param prefixBits by how many first bits of a key armdb routes, 0 for all of them
 */
public record ArmdbStore(
    Path dir, int shards, int keyBytes, int valueBytes, int growStep, int prefixBits) {

  private static final int GROW_STEP = 4096;

  /** Keys of 8 bytes, values of 16. */
  public static ArmdbStore small(Path dir, int shards) {
    return new ArmdbStore(dir, shards, 8, 16, GROW_STEP, 0);
  }

  /** Keys of 16 bytes, values of 100: slots end in four bytes of padding. */
  public static ArmdbStore large(Path dir, int shards) {
    return new ArmdbStore(dir, shards, 16, 100, GROW_STEP, 0);
  }

  /** The same shape in another directory: a follower's, for instance. */
  public ArmdbStore at(Path otherDir) {
    return new ArmdbStore(otherDir, shards, keyBytes, valueBytes, growStep, prefixBits);
  }

  List<String> arguments() {
    return new ArrayList<>(
        List.of(
            "--dir", dir.toString(),
            "--shards", Integer.toString(shards),
            "--shape", keyBytes + "x" + valueBytes,
            "--grow-step", Integer.toString(growStep),
            "--prefix-bits", Integer.toString(prefixBits)));
  }
}
