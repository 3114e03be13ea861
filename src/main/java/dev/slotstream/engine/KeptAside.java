package dev.slotstream.engine;

import java.nio.file.Path;
import java.util.List;

/**
 * Records that a shard had and its leader never did, kept in files of their own when the shard
 * became its leader's image.
 *
 * @param fromSequence the first of them
 * @param toSequence the last
 * @param files log segments with these records; records before them can be in there, too
 */
public record KeptAside(long fromSequence, long toSequence, List<Path> files) {
  /** There was nothing to keep. */
  public static final KeptAside NONE = new KeptAside(1, 0, List.of());

  /** How many records. */
  public long records() {
    return toSequence - fromSequence + 1;
  }
}
