package dev.slotstream.cli;

import java.io.Serial;

/**
 * A command cannot go on. The message is one sentence for the user, in lower case, and names the
 * file or the node, and the offset or the limit where there is one.
 */
final class CommandException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Ends the command with {@link ExitCode#FAILED}. */
  CommandException(String message) {
    super(message);
  }

  /** The same, and keeps what caused it. */
  CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
