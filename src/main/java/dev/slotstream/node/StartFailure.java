package dev.slotstream.node;

import io.quarkus.runtime.configuration.ConfigurationException;

/** Ends the start of the process with one line that says why, and exit code 1. */
final class StartFailure {
  private StartFailure() {}

  /** Of this kind of exception Quarkus prints the message, and nothing else. */
  static RuntimeException because(String why) {
    return new ConfigurationException("slotstream cannot start: " + why);
  }
}
