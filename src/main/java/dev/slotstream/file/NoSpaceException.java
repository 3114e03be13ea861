package dev.slotstream.file;

import java.io.IOException;
import java.io.Serial;

/** The disk, or the quota on it, has no room for what was to be written. */
public final class NoSpaceException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /** The message names the file and the sizes. */
  public NoSpaceException(String message, IOException cause) {
    super(message, cause);
  }

  /** Tells a full disk from other failures; the JDK has only the system's text for it. */
  static boolean isNoSpace(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("No space left") || message.contains("Disk quota exceeded");
  }
}
