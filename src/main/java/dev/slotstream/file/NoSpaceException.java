package dev.slotstream.file;

import java.io.IOException;
import java.io.Serial;
import java.util.OptionalLong;

/** The disk, or the quota on it, has no room for what was to be written. */
public final class NoSpaceException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /** The message names the file and the sizes. */
  public NoSpaceException(String message, IOException cause) {
    super(message, cause);
  }

  /**
   * Tells a full disk from other failures. The JDK has only the system's text for it, in the
   * language of the system; so the file system is asked, too, whether it had room. It does not know
   * of a quota that its user has: that shows in the text alone.
   *
   * @param wanted bytes that could not be written
   * @param usable bytes that there are, when that is known
   */
  static boolean isNoSpace(IOException e, long wanted, OptionalLong usable) {
    String message = String.valueOf(e.getMessage());
    return message.contains("No space left")
        || message.contains("Disk quota exceeded")
        || usable.orElse(Long.MAX_VALUE) < wanted;
  }
}
