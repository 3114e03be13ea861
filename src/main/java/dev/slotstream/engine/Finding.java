package dev.slotstream.engine;

import java.nio.file.Path;

/**
 * Something that was found in a store's files.
 *
 * @param offset in the file; -1 when it is about the whole of it
 * @param what a sentence, in lower case, with the values that do not fit
 */
public record Finding(Kind kind, Path file, long offset, String what) {

  /** How bad it is. */
  public enum Kind {
    /** The files contradict themselves: something is lost, or will not be found. */
    DAMAGE,
    /** Worth knowing: what a crash left and the next opening puts right, or a file of others. */
    NOTE
  }

  static Finding damage(Path file, long offset, String what) {
    return new Finding(Kind.DAMAGE, file, offset, what);
  }

  static Finding note(Path file, long offset, String what) {
    return new Finding(Kind.NOTE, file, offset, what);
  }
}
