package dev.slotstream.cli;

/** How a command ends, the same for all of them. */
final class ExitCode {
  /** Done, and nothing is wrong. */
  static final int OK = 0;

  /** Damage or a difference was found, or something was not taken; the output names it. */
  static final int DIFFERENCE = 1;

  /** The command line makes no sense. */
  static final int USAGE = 2;

  /** Not done: a file or a node cannot be read, opened, written or reached. */
  static final int FAILED = 3;

  private ExitCode() {}
}
